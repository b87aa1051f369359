"""The texts that the situation reader learns from, as one list of rows with targets, weights and splits.

Crowd data: `situations-train.tsv` (origin and licences in README.md); its folder is given by KULESHOV_TRAINING.
Our own: `own-situations-*.txt`, blocks of `[label share ...]` and lines; `- ` tells what somebody did or met,
`- = ` is a scene as a caption would put it.
"""

import csv
import hashlib
import json
import os
import random
import re
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent
LABELS = ["anger", "contempt", "disgust", "fear", "happiness", "neutral", "sadness", "surprise", "guilt", "shame"]
APPRAISALS = ["Attention", "Certainty", "Effort", "Pleasant", "Responsibility_Control", "Circumstance"]
NAMES = ["He", "She", "Anna", "Tom", "A man", "A woman", "The girl", "The boy", "Maria", "Sam"]


@dataclass
class Row:
    source: str
    text: str
    heldout: bool
    weight: float = 1.0
    #: distribution over LABELS for whom the text is about ("actor") and for the others in it ("other")
    targets: dict = field(default_factory=dict)
    appraisals: list | None = None


def share_of(text):
    """A number in 0..1 that depends on the text alone: who is held out never changes with the order of rows."""
    return int(hashlib.sha256(text.lower().encode()).hexdigest()[:8], 16) / 2**32


def vector(distribution):
    return np.array([distribution.get(label, 0.0) for label in LABELS], np.float32)


def table_rows(path):
    csv.field_size_limit(10**8)
    with open(path, encoding="utf8") as file:
        yield from csv.DictReader(file, delimiter="\t")


def crowd(goemotions_rows=6000, seed=0):
    """Event2Mind (both views in one row), enISEAR (every fifth text held out) and a balanced part of GoEmotions."""
    rows, comments = {}, []
    for line in table_rows(Path(os.environ["KULESHOV_TRAINING"]) / "situations-train.tsv"):
        target = vector(json.loads(line["distribution"]))
        if line["source"] == "goemotions":
            comments.append((line, target))
            continue
        text = line["text"].replace("I felt ... ", "I felt something ") if line["source"] == "enisear" else line["text"]
        heldout = line["split"] == "dev" if line["source"] == "event2mind" else share_of(line["text"]) < 0.2
        row = rows.setdefault((line["source"], text), Row(line["source"], text, heldout))
        row.targets["other" if line["perspective"] == "other" else "actor"] = target
        if line["appraisals"] != "{}":
            given = json.loads(line["appraisals"])
            row.appraisals = [float(given[name]) / 3 for name in APPRAISALS]
    return list(rows.values()) + balanced(comments, goemotions_rows, seed)


def balanced(comments, wanted, seed):
    chosen = random.Random(seed)
    by_label = {}
    for line, target in comments:
        by_label.setdefault(int(target.argmax()), []).append((line, target))
    each = wanted // len(by_label)
    picked = [pair for pairs in by_label.values() for pair in chosen.sample(pairs, min(each, len(pairs)))]
    return [Row("goemotions", line["text"], line["split"] == "dev", targets={"actor": target}) for line, target in picked]


def own(seed=0):
    chosen = random.Random(seed)
    rows = []
    for path in sorted(HERE.glob("own-situations-*.txt")):
        target = None
        for line in path.read_text(encoding="utf8").splitlines():
            if line.startswith("["):
                pairs = line.strip("[]").split()
                target = vector({name: float(value) for name, value in zip(pairs[::2], pairs[1::2])})
                target /= target.sum()
            elif line.startswith("- "):
                phrase = line[2:].removeprefix("= ")
                for text in wordings(phrase, line.startswith("- = "), chosen):
                    rows.append(Row("own", text, share_of(phrase) < 0.15, targets={"actor": target}))
    return rows


def wordings(phrase, scene, chosen):
    if scene:
        return [phrase, phrase[0].upper() + phrase[1:] + "."]
    told = chosen.choice([f"I felt something when I {phrase}.", f"When I {phrase}.", f"I {phrase}."])
    return [told, f"{chosen.choice(NAMES)} {phrase}"]


def plain(text):
    """As the reader sees a text: lower case, plain apostrophes, no placeholder for what was felt."""
    return re.sub(r"\s+", " ", text.replace("’", "'").lower().replace("i felt something ", "")).strip()
