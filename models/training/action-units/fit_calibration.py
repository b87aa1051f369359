"""Recalibrates the action units of the mesh toolbox: takes off what head pose alone does to them, and puts .5 where a
unit should begin to count as shown. No face here is coded for action units, so both rest on how people labelled faces.

Pose: a unit's logit is regressed on the votes (or label) of a face, apart for each data set, and on pitch, pitch squared
and yaw squared. What pose adds on faces that people read alike is an artefact, to first order.

Threshold: a quarter of the way, in logits, from what SPECIFICITY of the neutral faces stay below to the median of the faces
with the expression whose prototype the unit belongs to; where no expression shows the unit in most faces, the former.
Never above .5 of the former scale, where coded photographs had put it; AU20, for which smiles are taken, is put where
SPECIFICITY of those stay below instead. MOST comes from coded laboratory peaks that are
not in this repository: the best thresholds of eight units were between .02 and .28 there, so none is put higher.

Sides: told apart only where the difference of the sides in a photograph and in its mirror image correlates by
LEAST_RETEST or more on frontal faces.

    python fit_calibration.py ferplus-train.npz public.jsonl photos.jsonl mirrored.jsonl ../../action-units/mesh-1.json

The JSON lines are those of measure-faces.mjs and measure-mirrored.mjs, by a toolbox whose recalibration was all zero and
that told the sides of every unit with two.
"""
import json
import sys

import numpy as np

LABELS = ("neutral", "happiness", "surprise", "sadness", "anger", "disgust", "fear", "contempt")
SPECIFICITY = 0.85
CLEAR = 0.8  # share of votes from which a face counts as of that label
SHOWN_BY = {1: "surprise", 2: "surprise", 4: "anger", 5: "surprise", 6: "happiness", 7: "anger", 9: "anger", 10: "anger",
            12: "happiness", 15: "sadness", 25: "surprise", 26: "surprise", 27: "surprise"}
MOST = dict.fromkeys((4, 7, 9, 14, 17, 23, 24, 26), 0.28)
UNTOUCHED = (18, 22, 28, 43)  # too few faces, or none, tell about these
BORDERS = {20: "happiness"}  # taken for it more often than neutral faces are; fear is too rare here
LEAST_RETEST, FRONTAL = 0.9, 0.17
NEVER_SIDED = (20,)  # .90 here, but .67 on laboratory faces that are not in this repository
REST_PITCH, MOST_PITCH, MOST_YAW = -0.07, 0.5, 0.7
LEAST_QUALITY = 0.15
PHOTO_WEIGHT = 4.0  # photographs are larger and fewer


def faces(path):
    lines = [json.loads(line) for line in open(path)]
    return [one for one in lines if one["face"] and one["face"]["quality"]["overall"] >= LEAST_QUALITY]


def logit(p):
    return np.log((p + 1e-6) / (1 - p + 1e-6))


def load(archive, public, photos):
    """Vote shares [n, 8], the faces, and which of them are photographs."""
    with np.load(archive) as data:
        votes = data["votes"][:, :8].astype(float)
    crowd, photo = faces(public), faces(photos)
    shares = np.array([votes[one["index"]] / max(1, votes[one["index"]].sum()) for one in crowd])
    labels = np.eye(8)[[LABELS.index(one["label"]) for one in photo]]
    return np.concatenate([labels, shares]), photo + crowd, np.arange(len(photo) + len(crowd)) < len(photo)


def pose_terms(measured):
    pose = [one["face"]["headPose"] for one in measured]
    pitch = np.clip(np.array([one["pitchRad"] for one in pose]) - REST_PITCH, -MOST_PITCH, MOST_PITCH)
    yaw = np.clip(np.array([one["yawRad"] for one in pose]), -MOST_YAW, MOST_YAW)
    return np.stack([pitch, pitch**2, yaw**2], 1)


def pose_effect(z, shares, photo, pose):
    known = np.concatenate([shares * photo[:, None], shares * ~photo[:, None], pose], 1)
    weight = np.where(photo, PHOTO_WEIGHT, 1.0)[:, None]
    ridge = np.diag([3.0] * 16 + [0.3] * 3)
    return np.linalg.solve(known.T @ (weight * known) + ridge, known.T @ (weight[:, 0] * np.clip(z, -8, 8)))[16:]


def threshold(au, z, shares, photo):
    """The logit at which the unit begins to count as shown: mean of both data sets."""
    found = []
    for part in (photo, ~photo):
        clear = part & (shares.max(1) >= CLEAR)
        top = shares.argmax(1)
        border = np.quantile(z[clear & (top == LABELS.index(BORDERS.get(au, "neutral")))], SPECIFICITY)
        showing = z[clear & (top == LABELS.index(SHOWN_BY[au]))] if au in SHOWN_BY else np.array([])
        if len(showing) >= 10 and np.median(showing) > border:
            border = (3 * border + np.median(showing)) / 4
        found.append(border)
    mean = float(np.mean(found))
    return mean if au in BORDERS else min(mean, float(logit(MOST.get(au, 0.5))))


def retest(au, mirrored):
    """Correlation of left minus right with what the mirror image gives for it."""
    pairs = []
    for plain, other in mirrored:
        if abs(plain["yawRad"]) < FRONTAL and f"AU{au} left" in plain["units"]:
            there, back = plain["units"], other["units"]
            side = lambda units, name: units[f"AU{au} {name}"][0]
            pairs.append((side(there, "left") - side(there, "right"), side(back, "right") - side(back, "left")))
    return float(np.corrcoef(np.array(pairs).T)[0, 1]) if pairs else 0.0


def main():
    archive, public, photos, mirror_file, model_file = sys.argv[1:6]
    mirrored = [(one["plain"], one["mirrored"]) for one in map(json.loads, open(mirror_file)) if one["plain"] and one["mirrored"]]
    shares, measured, photo = load(archive, public, photos)
    pose = pose_terms(measured)
    model = json.load(open(model_file))
    for unit in model["ausAppearance"]:
        au = unit["au"]
        zero = {"threshold": 0.0, "pitch": 0.0, "pitchSquared": 0.0, "yawSquared": 0.0}
        unit["recalibration"] = zero
        again = retest(au, mirrored)
        unit["sided"] = unit["sided"] and again >= LEAST_RETEST and au not in NEVER_SIDED
        if au in UNTOUCHED:
            continue
        z = logit(np.array([one["face"]["units"][f"AU{au} both"] for one in measured]))
        effect = pose_effect(z, shares, photo, pose)
        corrected = z - pose @ effect
        line = threshold(au, corrected, shares, photo)
        unit["recalibration"] = dict(zip(zero, (round(float(v), 3) for v in (line, *effect))))
        print(f"AU{au}: mirror {again:.2f}, {unit['recalibration']}, former value at the threshold {1 / (1 + np.exp(-line)):.2f}; shown by", end=" ")
        for name, part in (("photographs", photo), ("crowd faces", ~photo)):
            clear = part & (shares.max(1) >= CLEAR)
            share = [f"{LABELS[c][:3]} {np.mean(corrected[clear & (shares.argmax(1) == c)] > line):.2f}" for c in range(5)]
            print(name, " ".join(share), end="; ")
        print()
    model["restingPose"] = {"pitchRad": REST_PITCH, "mostPitchRad": MOST_PITCH, "mostYawRad": MOST_YAW}
    json.dump(model, open(model_file, "w"), indent=2)


if __name__ == "__main__":
    main()
