"""Cited answers from a glossary of AI and NLP terms, in Korean and English.

Importing this package loads nothing else. Start with ``rag.chain.open_assistant(rag.settings.Settings())``.

Where what is, in the order in which data flows:

- the glossary: ``front_matter``, ``corpus``, ``corpus_checks`` (files to entries and groups), ``lexicon`` (names lent to other
  glossaries), ``chunking``
- the index: ``tuning``, ``embedding``, ``vectors``, ``lexical``, ``store``, ``manifest``, ``index``
- the question: ``text``, ``words``, ``linking``, ``typos``, ``repair``, ``model_names``, ``question``, ``kind_patterns``, ``kinds``,
  ``intent``, ``linear``, ``leaning``, ``following``, ``pointing``, ``reader`` (which puts these together, and reads follow-ups), ``sides``
- what is found: ``name_links``, ``asked``, ``cores``, ``fusion``, ``groups``, ``compounds``, ``versions``, ``vocabulary``, ``evidence``,
  ``retriever`` (which puts these together)
- the answer: ``generation`` (``plans`` choose sentences, ``citations`` proves them; ``chat`` lets a language model write, ``grounding``
  checks what it wrote), ``chain``
- ways in: ``cli`` (its ``arguments``), ``server``, ``web``, ``client``; ``feedback``

``types`` and ``errors`` are used everywhere, ``settings`` is the only reader of the environment.
"""
