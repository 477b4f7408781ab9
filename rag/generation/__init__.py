"""From retrieved passages to an answer whose every sentence is backed by a quote."""
