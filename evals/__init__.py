"""Question sets, measures and reports: see README.md in this folder."""
