"""Fit the weights of :mod:`rag.evidence` on the development split: ``python -m evals.calibrate``.

Prints the weights to paste, and the risk-coverage table by five-fold cross-validation. Needs scikit-learn, which comes with
sentence-transformers.
"""

from __future__ import annotations

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_predict

from evals.data import load_retrieval
from evals.report import open_retriever
from rag.evidence import certain


def main() -> None:
    """Command line."""
    retriever = open_retriever()
    rows: list[dict[str, float]] = []
    labels: list[bool] = []
    for case in load_retrieval():
        question = retriever.reader.read(case.question)
        evidence = retriever.retrieve(question).evidence
        if case.split == "dev" and not certain(question, evidence.features):
            rows.append(dict(evidence.features))
            labels.append(bool(case.expected))
    names = sorted({name for row in rows for name in row})
    matrix = np.array([[row.get(name, 0.0) for name in names] for row in rows])
    answerable = np.array(labels)
    model = LogisticRegression(C=2, class_weight="balanced", max_iter=5000)
    probability = cross_val_predict(model, matrix, answerable, cv=5, method="predict_proba")[:, 1]
    model.fit(matrix, answerable)
    weights = {"bias": float(model.intercept_[0]), **dict(zip(names, map(float, model.coef_[0]), strict=True))}
    print("WEIGHTS: Mapping[str, float] = {")
    for name, weight in weights.items():
        print(f'    "{name}": {weight:.2f},')
    print("}\nthreshold  abstention recall  false refusals (of questions that are not bare names)")
    for threshold in (0.3, 0.4, 0.5, 0.55, 0.6, 0.65, 0.7, 0.8):
        refused = probability < threshold
        print(f"{threshold:9.2f}  {refused[~answerable].mean():17.3f}  {refused[answerable].mean():.3f}")
    print(f"{len(labels)} questions, {int((~answerable).sum())} of them unanswerable")


if __name__ == "__main__":
    main()
