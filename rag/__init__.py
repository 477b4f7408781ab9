"""Cited answers from a glossary of AI and NLP terms, in Korean and English.

Importing this package loads nothing else. Start with ``rag.chain.open_assistant(rag.settings.Settings())``.
"""
