"""Packs the trained parts as `models/situations/reader.json` and `reader.bin`, fits pool and temperatures on held-out texts
of the training sources, and writes what Python reads of some sentences for the TypeScript to be held against.

python export.py STUDENT.npz HASHED.npz GATE.npz MODELS_FOLDER FIXTURE.json
"""

import hashlib
import json
import sys
from pathlib import Path

import numpy as np
from scipy.optimize import minimize_scalar

from data import crowd, own
from measure import FIVE, kl, softmax, summary
from ngrams import BITS, matrix
from reference import Reference

ABOUT = (
    "The situation reader: word vectors distilled from MiniLM with two short convolutions, and hashed words, pairs and runs of "
    "letters, averaged. Learned by models/training/situation; the card is models/cards/situation-reader.md. `words` are in the order of `vectors`."
)
APPRAISALS = ["attention", "certainty", "effort", "pleasantness", "responsibility", "circumstance"]
SENTENCES = [
    "At a funeral", "She has won the final", "He found maggots in his soup", "Somebody broke into her flat while she was asleep",
    "I felt ashamed when I forgot the words on stage", "Waiting for the bus", "photo 3", "The postman's zyxgrnf was naïve – and can’t sing",
    "Her best friend lied to her about the money and never said sorry", "a",
]


def packed(values):
    """int8 with a scale for each entry of the last axis."""
    scale = np.abs(values.reshape(-1, values.shape[-1])).max(0) / 127
    scale = np.maximum(scale, 1e-9).astype(np.float32)
    return np.clip(np.round(values / scale), -127, 127).astype(np.int8), scale


def clipped(values, quantile=0.9999):
    """Few outliers would cost all others their resolution."""
    edge = np.quantile(np.abs(values), quantile, axis=0)
    return np.clip(values, -edge, edge)


def main(student, hashed, gate, folder, fixture):
    student, hashed, gate = np.load(student), np.load(hashed), np.load(gate)
    table = np.concatenate([hashed["table"], gate["hashed"]], 1)
    tensors = {
        "vectors": clipped(student["vectors_weight"][1:]),
        "hashed": clipped(table),
        "log_weights": student["weights"][1:],
        "pair_weight": student["pair_weight"].transpose(0, 2, 1), "pair_bias": student["pair_bias"],
        "triple_weight": student["triple_weight"].transpose(0, 2, 1), "triple_bias": student["triple_bias"],
        "hidden_weight": student["hidden_weight"], "hidden_bias": student["hidden_bias"],
        "heads_weight": student["heads_weight"], "heads_bias": student["heads_bias"],
        "skip_weight": student["skip_weight"],
        "gate_weight": gate["found"].T, "gate_bias": gate["bias"],
        "hashed_bias": np.concatenate([hashed["bias"], [0.0]]),
    }
    described, body = {}, b""
    for name, values in tensors.items():
        values = np.ascontiguousarray(values, np.float32)
        if name in ("vectors", "hashed"):
            small, scale = packed(values)
            described[name] = {"dtype": "int8", "shape": list(values.shape), "offsetBytes": len(body), "scale": [float(s) for s in scale]}
            body += small.tobytes() + b"\0" * (-small.size % 4)
        else:
            described[name] = {"dtype": "float32", "shape": list(values.shape), "offsetBytes": len(body), "scale": None}
            body += values.tobytes()
    description = {
        "about": ABOUT, "id": "situation-reader-1", "sha256": hashlib.sha256(body).hexdigest(),
        "labels": ["anger", "contempt", "disgust", "fear", "happiness", "neutral", "sadness", "surprise", "guilt", "shame"],
        "appraisals": APPRAISALS, "longestWords": 64, "hashBits": BITS,
        "pool": {"vectors": 0.5, "letters": 0.5}, "temperatures": {"actor": 1.0, "other": 1.0},
        "words": " ".join(str(w) for w in student["words"]), "tensors": described,
    }
    reader = Reference(description, body)
    calibrate(reader, description)
    folder = Path(folder)
    (folder / "reader.bin").write_bytes(body)
    (folder / "reader.json").write_text(json.dumps(description) + "\n")
    made = {"origin": "models/training/situation/export.py, numpy " + np.__version__, "id": description["id"], "sentences": reader.answers(SENTENCES)}
    Path(fixture).write_text(json.dumps(made, indent=1) + "\n")
    print(len(body) / 1e6, "MB;", description["pool"], description["temperatures"])


def calibrate(reader, description):
    rows = [row for row in [*crowd(), *own()] if row.heldout]
    some = [row for row in rows if row.source in ("enisear", "event2mind", "own") and "actor" in row.targets]
    weight = {source: 1 / sum(row.source == source for row in some) for source in ("enisear", "event2mind", "own")}
    weights = np.array([weight[row.source] for row in some])
    target = np.stack([row.targets["actor"] for row in some])
    answers = [reader.parts(row.text) for row in some]
    vectors, letters = (np.stack([answer[k] for answer in answers]) for k in (0, 1))
    best = (9e9,)
    for share in np.arange(0.2, 0.85, 0.05):
        logits = share * np.log(softmax(vectors[:, :10])) + (1 - share) * np.log(softmax(letters[:, :10]))
        loss = lambda t: -(weights[:, None] * target * np.log(softmax(logits / t) + 1e-9)).sum() / weights.sum()
        found = minimize_scalar(loss, bounds=(0.3, 3), method="bounded")
        best = min(best, (found.fun, round(float(share), 2), round(float(found.x), 3)))
    description["pool"] = {"vectors": best[1], "letters": round(1 - best[1], 2)}
    description["temperatures"]["actor"] = best[2]
    others = [row for row in rows if "other" in row.targets]
    target = np.stack([row.targets["other"] for row in others])
    logits = np.stack([reader.parts(row.text)[0] for row in others])[:, 10:20]
    loss = lambda t: -(target * np.log(softmax(logits / t) + 1e-9)).sum(1).mean()
    description["temperatures"]["other"] = round(float(minimize_scalar(loss, bounds=(0.3, 3), method="bounded").x), 3)

    def answer(texts):
        given = reader.answers(texts)
        return np.array([[*np.log(g["actor"]), *np.log(g["other"]), *g["appraisals"]] for g in given])

    print(summary(answer, rows))


if __name__ == "__main__":
    main(*sys.argv[1:])
