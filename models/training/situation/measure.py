"""Figures on held-out texts of the training sources."""

import numpy as np

from data import LABELS, crowd, own

FIVE = [LABELS.index(name) for name in ("anger", "disgust", "fear", "happiness", "sadness")]


def softmax(logits):
    e = np.exp(logits - logits.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


def kl(target, p):
    return float((target * (np.log(target + 1e-12) - np.log(p + 1e-6))).sum(1).mean())


def summary(answer, rows=None):
    """`answer`: texts -> float [texts, 26]: logits of the actor's and the others' emotions, appraisals 0..1."""
    rows = [row for row in rows or [*crowd(), *own()] if row.heldout]
    said = []
    for source in ("enisear", "own", "event2mind"):
        some = [row for row in rows if row.source == source and "actor" in row.targets]
        target = np.stack([row.targets["actor"] for row in some])
        given = np.asarray(answer([row.text for row in some]))
        p = softmax(given[:, :10])
        five = np.isin(target.argmax(1), FIVE)
        right = (np.array(FIVE)[p[five][:, FIVE].argmax(1)] == target[five].argmax(1)).mean()
        said.append(f"{source} {right:.3f} KL {kl(target, p):.3f}")
        if source == "event2mind":
            said[-1] += f" top {(p.argmax(1) == target.argmax(1)).mean():.3f}"
        if source == "enisear":
            wanted = np.array([row.appraisals for row in some])
            said.append("r " + " ".join(f"{np.corrcoef(given[:, 20 + j], wanted[:, j])[0, 1]:.2f}" for j in range(6)))
    others = [row for row in rows if row.source == "event2mind" and "other" in row.targets]
    target = np.stack([row.targets["other"] for row in others])
    said.append(f"others KL {kl(target, softmax(np.asarray(answer([row.text for row in others]))[:, 10:20])):.3f}")
    return "; ".join(said)
