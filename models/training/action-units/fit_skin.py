"""Lets the skin speak beside the geometry of action units: fits what it adds (skin.py) on the codes of 240 photographs, then
threshold and slopes that hold where the skin was seen, as fit_calibration.py chooses them, on logits that were held out among the coded faces.
Pose, lean and sides stay as they are. Prints what faces that were not looked at gain by it, in eight folds, three times.

    python fit_skin.py ../../networks/crowd-face.onnx ferplus-train.npz public.jsonl photos.jsonl codes.csv \
        ../../action-units/mesh-1.json
"""
import csv
import json
import sys

import numpy as np
from fit_calibration import FOLDS, INDEX_UNITS, INNER_FOLDS, LABELS, SKIN_DECIDES, SURE, TERMS, Coded, f1, formula_logits, load, pose_terms, probability, rank, report, rest_of
from skin import FEWEST, MOST_DOWN, MOST_UP, added, features, fitted

SEEDS = (1, 2, 3)
NEUTRAL_TO_CROWDS = 0.4  # a face of which crowd-face expects more votes for neutral: would its brows and lips get lost?
BROWS_AND_LIPS = (4, 7, 14, 17, 23, 24)


def folds(labels, count, seed):
    """Fold of each face, each label spread over all."""
    random, fold, before = np.random.default_rng(seed), np.zeros(len(labels), int), 0
    for label in np.unique(labels):
        rows = random.permutation(np.where(labels == label)[0])
        fold[rows] = (np.arange(len(rows)) + before) % count
        before += len(rows)
    return fold


class Seen:
    """One unit on the coded faces: its logit by geometry and rest, and the skin."""

    def __init__(self, au, z, skin, mirrored, coded, labels, smiling, looks):
        self.au, self.z, self.skin, self.mirrored, self.coded, self.labels = au, z, skin, mirrored, coded, labels
        self.smiling, self.looks = smiling, looks  # looks: enough faces are coded, folds or not, that the skin may speak

    def of(self, rows):
        parts = (self.z[rows], self.skin[rows], self.mirrored[rows], self.coded[rows], self.labels[rows])
        return Seen(self.au, *parts, self.smiling, self.looks)

    def head(self):
        return fitted(self.z, self.skin, self.mirrored, self.coded) if self.looks else None

    def decided(self, with_skin):
        """What the skin adds, the threshold and the slopes."""
        head, z = (self.head(), self.crossed()) if with_skin else (None, self.z)
        crowd_z, crowd_skin = self.smiling
        smiling = crowd_z + added(head, crowd_skin)
        one = Coded(self.au, z, np.zeros(len(z)), self.coded, self.labels, (smiling, np.zeros(len(smiling))))
        line = one.threshold(0.0)
        return head, line, one.slopes(0.0, line)

    def crossed(self):
        """Logits of faces of every fold by what the others teach."""
        fold, z = folds(self.labels, INNER_FOLDS, 0), self.z.copy()
        for at in range(INNER_FOLDS):
            z[fold == at] += added(self.of(fold != at).head(), self.skin[fold == at])
        return z


def held_out(units, seed, with_skin):
    """Logits from the threshold on, unmoved logits and probabilities, each by what the other folds decide. [faces, units]"""
    fold = folds(units[0].labels, FOLDS, seed)
    logits, ranks, values = (np.zeros((len(fold), len(units))) for _ in range(3))
    for at in range(FOLDS):
        for i, one in enumerate(units):
            head, line, slopes = one.of(fold != at).decided(with_skin)
            outside = one.of(fold == at)
            ranks[fold == at, i] = outside.z + added(head, outside.skin)
            logits[fold == at, i] = ranks[fold == at, i] - line
            values[fold == at, i] = probability(logits[fold == at, i], slopes)
    return logits, ranks, values


def compare(units, coded, labels, neutral_to_crowds):
    numbers = [one.au for one in units]
    for name, with_skin in (("geometry", False), ("geometry and skin", True)):
        found = [held_out(units, seed, with_skin) for seed in SEEDS]
        for seed, (logits, _, values) in zip(SEEDS, found):
            report(f"{name}, folds of seed {seed}", logits >= 0, values, coded, labels == "neutral", numbers)
        at = [numbers.index(au) for au in INDEX_UNITS]
        areas = np.mean([[rank(ranks[:, i], coded[:, i]) for i in at] for _, ranks, _ in found], 0)
        scores = np.mean([[f1(logits[:, i] >= 0, coded[:, i]) for i in at] for logits, _, _ in found], 0)
        print(f"{name}: AUC mean {areas.mean():.3f}, over .90: {(areas > 0.9).sum()} of 18; AUC and F1: "
              + ", ".join(f"AU{au} {area:.2f} {score:.2f}" for au, area, score in zip(INDEX_UNITS, areas, scores)))
        rows = neutral_to_crowds
        hits = {au: np.mean([(logits[rows, numbers.index(au)] >= 0)[coded[rows, numbers.index(au)]].sum() for logits, _, _ in found]) for au in BROWS_AND_LIPS}
        print("   coded on faces that crowds are expected to call neutral, and found: "
              + ", ".join(f"AU{au} {hit:.1f} of {coded[rows, numbers.index(au)].sum()}" for au, hit in hits.items()), flush=True)


def main():
    network, archive, public, photos, code_file, model_file = sys.argv[1:7]
    shares, measured, photo = load(archive, public, photos)
    codes = {row["path"]: {int(code) for code in row["codes"].split()} for row in csv.DictReader(open(code_file))}
    model = json.load(open(model_file))
    pose, rest = pose_terms(measured), np.nan_to_num(rest_of(measured) - model["atRest"]["mean"])
    skin = features(network, measured)
    chosen = np.array([photo[i] and one["path"] in codes for i, one in enumerate(measured)])
    smiling = ~photo & (shares[:, LABELS.index("happiness")] >= SURE)
    coded_faces = [one for one, taken in zip(measured, chosen) if taken]
    mirrored = features(network, coded_faces, mirrored=True)
    labels = np.array([one["label"] for one in coded_faces])
    numbers = [unit["au"] for unit in model["ausAppearance"]]
    having = [codes[one["path"]] | ({26} if 27 in codes[one["path"]] else set()) for one in coded_faces]
    coded = np.array([[au in has for au in numbers] for has in having])
    units = []
    for i, unit in enumerate(model["ausAppearance"]):
        before = unit["recalibration"]
        z = formula_logits(unit["au"], measured) - pose @ np.array([before[term] for term in TERMS]) - before["rest"] * rest
        crowd, looks = (z[smiling], skin[smiling]), coded[:, i].sum() >= FEWEST
        units.append(Seen(unit["au"], z[chosen], skin[chosen], mirrored, coded[:, i], labels, crowd, looks))
    crowds = [one["face"]["expressions"] for one in coded_faces]
    neutral = np.array([next((by["neutral"] for name, by in read.items() if name.startswith("crowd-face@")), 0.0) for read in crowds])
    compare(units, coded, labels, neutral > NEUTRAL_TO_CROWDS)
    model["skin"] = {"network": "crowd-face", "output": "features", "mostUp": MOST_UP, "mostDown": MOST_DOWN}
    for unit, one in zip(model["ausAppearance"], units):
        head, line, slopes = one.decided(True)
        unit.pop("skin", None)
        if head is not None:
            decided = dict(zip(SKIN_DECIDES, (round(float(v), 3) for v in (line, *slopes))))
            unit["skin"] = decided | {"offset": round(head[1], 4), "weights": [round(float(w), 4) for w in head[0]]}
        print(f"AU{one.au}: threshold {line:.2f}, slopes {slopes.round(2)}, coded on {one.coded.sum()}")
    with open(model_file, "w") as written:
        json.dump(model, written, indent=2)
        written.write("\n")


if __name__ == "__main__":
    main()
