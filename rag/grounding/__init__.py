"""Whether one sentence says no more than another: the test that a model-written sentence has to pass.

Entailment cannot be decided without a model, and a model can be talked into things, so this asks for more than entailment:
a sentence passes when it is what is left of *one* cited sentence after leaving words out (:mod:`rag.grounding.align`). Every
word that carries meaning must stand in that sentence, in the same order and with the same part (subject, object, passive,
"than"), and nothing may be left out that turns what remains around: a negation, a hedge, a condition, the subject of a clause.
"""
