"""Fits how a face and a situation are put together: p(e|face) p(e|context) / q(e), normalised.

p(e|context) is what the situation reader says, with a share `contextWidens` of q mixed in. q(e) is what it says of situations
at large, so that only what a text says beyond that moves a face. Both are fitted by the logarithmic score on
scenes that are put together from parts: a face (votes of FER+'s public part, labels of the development photographs), and a
text about a situation, unseen by the reader, that its writer or raters gave the same label. IRRELEVANT of the texts are
about something else, drawn so that every label is as frequent as among faces. That share is set by hand; figures are
printed for others. Labels that few texts have keep the share that they have among faces (RIDGE).

Held out: five folds over faces and texts at once. ISEAR's texts are only measured on.

    python fit_integration.py parts.jsonl ferplus-train.npz ../../rules/expression-pool.json ../../rules/integration.json

The JSON lines are those of read-parts.mjs; the settings are rewritten.
"""
import json
import sys

import numpy as np
from scipy.optimize import minimize

LABELS = ("neutral", "happiness", "surprise", "sadness", "anger", "disgust", "fear", "contempt")
FIT_ON = ("event2mind", "enisear", "own")
SEED, SCENES, FOLDS, IRRELEVANT, RIDGE = 14, 8000, 5, 0.1, 0.01


def load(parts, archive):
    with np.load(archive) as data:
        votes = data["votes"][:, :8].astype(float)
    faces, texts = {"crowd": [], "photo": []}, {name: [] for name in (*FIT_ON, "isear")}
    for one in map(json.loads, open(parts)):
        read = np.array(one["read"]) / sum(one["read"])
        if one["part"] not in faces:
            target = np.array(one["target"])
            texts[one["part"]].append((read, target / target.sum(), len(texts[one["part"]]) % FOLDS))
            continue
        target = votes[one["index"]] if one["part"] == "crowd" else np.array([float(name == one["label"]) for name in LABELS])
        if target.sum() >= 5 or one["part"] == "photo":
            faces[one["part"]].append((read, target / target.sum(), one["index"] % FOLDS))
    stacked = lambda rows: tuple(np.array(column) for column in zip(*rows))
    return {name: stacked(rows) for name, rows in faces.items()}, {name: stacked(rows) for name, rows in texts.items()}


def scenes(random, faces, texts, folds, irrelevant, prior, count=SCENES):
    """Rows of faces and of texts, and the label of each: that of the face, drawn from its votes."""
    inside = np.flatnonzero(np.isin(faces[2], folds))
    face = random.choice(inside, count)
    label = np.array([random.choice(8, p=faces[1][row]) for row in face])
    rows = np.flatnonzero(np.isin(texts[2], folds))
    targets = texts[1][rows]
    there = targets.sum(0) >= 2
    text = np.full(count, -1)
    apart = random.random(count) < irrelevant
    balanced = targets @ np.where(there, prior / np.maximum(targets.mean(0), 1e-9), 0)
    for at in range(8):
        same = np.flatnonzero((label == at) & ~apart)
        if there[at] and len(same):
            text[same] = random.choice(rows, len(same), p=targets[:, at] / targets[:, at].sum())
    text[apart] = random.choice(rows, apart.sum(), p=balanced / balanced.sum())
    kept = (text >= 0) & there[label]
    return faces[0][face[kept]], texts[0][text[kept]], label[kept]


def integrated(face, context, widens, expected):
    out = face * ((1 - widens) * context / expected + widens)
    return out / out.sum(1, keepdims=True)


def divided(face, context, prior):
    """As it was before: p(e|face) p(e|context) / p(e), with the faces' prior for both."""
    out = face * (0.9 * context + 0.1 * prior) / prior
    return out / out.sum(1, keepdims=True)


def score(shares, label):
    return -np.log(shares[np.arange(len(label)), label]).mean()


def right(shares, label):
    return (shares.argmax(1) == label).mean()


def fitted(drawn, prior):
    def parameters(values):
        expected = np.exp(values[1:])
        return 1 / (1 + np.exp(-values[0])), expected / expected.sum()

    def loss(values):
        mean = np.mean([score(integrated(face, context, *parameters(values)), label) for face, context, label in drawn])
        return mean + RIDGE * np.square(values[1:] - np.log(prior)).sum()

    start = np.concatenate([[-2.0], np.log(prior)])
    return parameters(minimize(loss, start, method="L-BFGS-B", bounds=[(-5, 1)] + [(-6, 0)] * 8).x)


def main():
    parts, archive, pool, out = sys.argv[1:]
    faces, texts = load(parts, archive)
    shares = json.load(open(pool))["prior"]
    prior = np.array([shares[name] for name in LABELS])
    prior /= prior.sum()
    settings = json.load(open(out))
    draw = lambda seed, face, text, folds, irrelevant: scenes(
        np.random.default_rng(seed), faces[face], texts[text], folds, irrelevant, prior
    )
    everything = list(range(FOLDS))
    sets = lambda folds: [draw(SEED, face, text, folds, IRRELEVANT) for face in faces for text in FIT_ON]
    report = []
    held_out = [(fold, fitted(sets([one for one in everything if one != fold]), prior)) for fold in everything]
    chosen = fitted(sets(everything), prior)
    for face in faces:
        for text in (*FIT_ON, "isear"):
            for irrelevant in (0, IRRELEVANT, 0.5):
                rows = []
                for fold, parameters in held_out:
                    alone, context, label = draw(SEED + 1, face, text, [fold], irrelevant)
                    for shares in (alone, divided(alone, context, prior), integrated(alone, context, *parameters)):
                        rows.append((right(shares, label), score(shares, label)))
                by = np.array(rows).reshape(FOLDS, 3, 2).mean(0)
                figures = ", ".join(f"{name} {one[0]:.3f} ({one[1]:.3f})" for name, one in zip(("face", "before", "now"), by))
                report.append(f"{face} with {text}, {irrelevant:.2f} irrelevant: {figures}")
    print("right (mean -log p), held out:\n" + "\n".join(report))
    for fold, (widens, expected) in [*held_out, ("all", chosen)]:
        print(fold, f"widens {widens:.3f}", dict(zip(LABELS, expected.round(4).tolist())))
    settings["contextWidens"] = round(float(chosen[0]), 3)
    settings["contextPrior"] = dict(sorted(zip(LABELS, (round(float(one), 4) for one in chosen[1]))))
    with open(out, "w") as written:
        json.dump(settings, written, indent=2)
        written.write("\n")


if __name__ == "__main__":
    main()
