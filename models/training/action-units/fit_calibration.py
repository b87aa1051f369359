"""Recalibrates the action units of the mesh toolbox: takes off what head pose alone does to them, lets them lean on
whether the face is seen at rest, and puts .5 where a unit begins to count as shown.

Pose: a unit's logit is regressed on the votes (or label) of a face, apart for each data set, and on pitch, pitch squared
and yaw squared. What pose adds on faces that people read alike is an artefact, to first order.

Rest: low brows, thin lips and drooping corners by nature look like units. Two expression networks see the skin, which the
mesh does not; r is the mean of log(floor + p(neutral)) over them. A unit that leans loses LEAN * (r - mean) from its logit:
never by which emotion they see, only by how far they see a resting face.

Threshold and lean, by the codes of 240 of the photographs (codes.csv: coded by eye, by a language model that sees, blind to
every measurement and label; not by certified coders): of those values at which at most FALSE_SHARE of the faces labelled
neutral and coded without the unit show it, the lowest whose F1 is the largest within half a standard error: on coded laboratory peaks, which are not in this repository, best thresholds lay lower than on photographs. A unit leans where that ranks it better by LEAST_GAIN. Units
with fewer than FEWEST coded faces do not lean and get the lowest value that neutral faces allow. Two units have a bound more, as
smiles are what people look at most: the lip stretcher is taken for one, so faces labelled happiness count like neutral ones
there, and SMILES of the faces labelled happiness must show the lip corner puller.

Sides: told apart only where the difference of the sides in a photograph and in its mirror image correlates by
LEAST_RETEST or more on frontal faces.

    python fit_calibration.py ferplus-train.npz public.jsonl photos.jsonl mirrored.jsonl codes.csv \
        ../../action-units/mesh-1.json

The JSON lines are those of measure-faces.mjs by a toolbox with the recalibration that stands in the model file (it is
undone first), and those of measure-mirrored.mjs by one that told the sides of every unit with two.
"""
import csv
import json
import sys

import numpy as np

LABELS = ("neutral", "happiness", "surprise", "sadness", "anger", "disgust", "fear", "contempt")
UNTOUCHED_BY_POSE = (18, 22, 28, 43)  # too few faces, or none, tell about these
FALSE_SHARE, FEWEST, FOLDS = 0.04, 8, 8  # .04 here is about .05 on faces that were not looked at
LEAN, LEAST_GAIN = 1.0, 0.02
STANDARD_ERRORS = 0.5
PULLER, STRETCHER, SMILES = 12, 20, 0.88
REST_NETWORKS, REST_FLOOR = ("face-api-expression", "human-emotion"), 0.02
LEAST_RETEST, FRONTAL = 0.9, 0.17
NEVER_SIDED = (20,)  # .90 here, but .67 on laboratory faces that are not in this repository
REST_PITCH, MOST_PITCH, MOST_YAW = -0.07, 0.5, 0.7
LEAST_QUALITY = 0.15
PHOTO_WEIGHT = 4.0  # photographs are larger and fewer
TERMS = ("pitch", "pitchSquared", "yawSquared")
INDEX_UNITS = (1, 2, 4, 5, 6, 7, 9, 10, 12, 14, 15, 17, 20, 23, 24, 25, 26, 27)


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


def rest_of(measured):
    """Mean log-share of neutral over the networks of REST_NETWORKS; not a number where a covered face was not read."""
    found = []
    for one in measured:
        read = one["face"]["expressions"].items()
        shares = [by["neutral"] for source, by in read if source.rsplit("@", 1)[0] in REST_NETWORKS]
        found.append(np.mean(np.log(REST_FLOOR + np.array(shares))) if len(shares) == len(REST_NETWORKS) else np.nan)
    return np.array(found)


def pose_effect(z, shares, photo, pose):
    known = np.concatenate([shares * photo[:, None], shares * ~photo[:, None], pose], 1)
    weight = np.where(photo, PHOTO_WEIGHT, 1.0)[:, None]
    ridge = np.diag([3.0] * 16 + [0.3] * 3)
    return np.linalg.solve(known.T @ (weight * known) + ridge, known.T @ (weight[:, 0] * np.clip(z, -8, 8)))[16:]


def undone(unit, measured, pose, rest, model):
    """What the formula alone gave, before the recalibration that the faces were measured with."""
    z = logit(np.array([one["face"]["units"].get(f"AU{unit['au']} both", np.nan) for one in measured]))
    before = unit["recalibration"]
    lean = before.get("rest", 0.0) * np.nan_to_num(rest - model.get("atRest", {"mean": 0.0})["mean"])
    return z + before["threshold"] + pose @ np.array([before[term] for term in TERMS]) + lean


def f1(shown, coded):
    return 2 * (shown & coded).sum() / max(1, shown.sum() + coded.sum())


def rank(z, coded):
    """Area under the ROC curve."""
    place = np.argsort(np.argsort(z)) + 1
    positives = coded.sum()
    return (place[coded].sum() - positives * (positives + 1) / 2) / positives / (~coded).sum()


def threshold(z, coded, without, having):
    """The logit from which the unit counts as shown."""
    least = max(np.quantile(z[group & ~coded], 1 - FALSE_SHARE) for group in without)
    if coded.sum() < FEWEST:
        return least
    scored = [(f1(z >= value, coded), value) for value in [least, *z[z > least]]]
    most = max(scored)[0]
    near = most - STANDARD_ERRORS * np.sqrt(most * (1 - most) / coded.sum())
    found = min(value for score, value in scored if score >= near)
    return min(found, np.quantile(z[having], 1 - SMILES)) if having.any() else found


def decide(z, rest, coded, bound):
    """Lean and threshold of one unit."""
    leaning = z - LEAN * rest
    if coded.sum() >= FEWEST and rank(leaning, coded) > rank(z, coded) + LEAST_GAIN:
        return LEAN, threshold(leaning, coded, *bound)
    return 0.0, threshold(z, coded, *bound)


def bounds(au, labels):
    """Groups of faces that hardly may show a unit they were not coded with, and the faces that must show it."""
    happy, neutral = labels == "happiness", labels == "neutral"
    return [neutral, happy] if au == STRETCHER else [neutral], happy & (au == PULLER)


def held_out(logits, rest, coded, labels, units):
    """Which units each coded face shows, by leans and thresholds of the other folds. bool [faces, units]"""
    fold = np.random.default_rng(1).permutation(len(rest)) % FOLDS
    shown = np.zeros(coded.shape, bool)
    for at in range(FOLDS):
        train, test = fold != at, fold == at
        for i, au in enumerate(units):
            lean, line = decide(logits[train, i], rest[train], coded[train, i], bounds(au, labels[train]))
            shown[test, i] = logits[test, i] - lean * rest[test] >= line
    return shown


def retest(au, mirrored):
    """Correlation of left minus right with what the mirror image gives for it."""
    pairs = []
    for plain, other in mirrored:
        if abs(plain["yawRad"]) < FRONTAL and f"AU{au} left" in plain["units"]:
            there, back = plain["units"], other["units"]
            side = lambda units, name: units[f"AU{au} {name}"][0]
            pairs.append((side(there, "left") - side(there, "right"), side(back, "right") - side(back, "left")))
    return float(np.corrcoef(np.array(pairs).T)[0, 1]) if pairs else 0.0


def report(name, shown, coded, neutral, units):
    at = [units.index(au) for au in INDEX_UNITS]
    false = shown & ~coded
    each = ", ".join(f"AU{au} {100 * false[neutral & ~coded[:, i], i].mean():.0f}" for i, au in enumerate(units))
    print(f"{name}: FACS index {f1(shown[:, at], coded[:, at]):.3f}; shown on neutral faces coded without, in percent: {each}; "
          f"one of 4 7 17 23 24 wrongly on {100 * false[neutral][:, [units.index(au) for au in (4, 7, 17, 23, 24)]].any(1).mean():.0f}; "
          f"one of the 18 wrongly on {100 * false[neutral][:, at].any(1).mean():.0f}")


def main():
    archive, public, photos, mirror_file, code_file, model_file = sys.argv[1:7]
    mirrored = [(one["plain"], one["mirrored"]) for one in map(json.loads, open(mirror_file)) if one["plain"] and one["mirrored"]]
    shares, measured, photo = load(archive, public, photos)
    codes = {row["path"]: {int(code) for code in row["codes"].split()} for row in csv.DictReader(open(code_file))}
    pose, rest = pose_terms(measured), rest_of(measured)
    model = json.load(open(model_file))
    chosen = np.array([photo[i] and one["path"] in codes for i, one in enumerate(measured)])
    coded_faces = [one for one, taken in zip(measured, chosen) if taken]
    labels = np.array([one["label"] for one in coded_faces])
    units = [unit["au"] for unit in model["ausAppearance"]]
    # A jaw that is stretched (27) has dropped (26).
    having = [codes[one["path"]] | ({26} if 27 in codes[one["path"]] else set()) for one in coded_faces]
    coded = np.array([[au in has for au in units] for has in having])
    before = np.array([[one["face"]["units"].get(f"AU{au} both", 0) >= 0.5 for au in units] for one in coded_faces])
    mean = float(np.nanmean(rest[chosen]))
    leans = np.nan_to_num(rest[chosen] - mean)
    logits = np.zeros(coded.shape)
    for i, unit in enumerate(model["ausAppearance"]):
        au = unit["au"]
        again = retest(au, mirrored)
        unit["sided"] = unit["sided"] and again >= LEAST_RETEST and au not in NEVER_SIDED
        z = np.nan_to_num(undone(unit, measured, pose, rest, model))
        effect = np.zeros(3) if au in UNTOUCHED_BY_POSE else pose_effect(z, shares, photo, pose)
        logits[:, i] = (z - pose @ effect)[chosen]
        lean, line = decide(logits[:, i], leans, coded[:, i], bounds(au, labels))
        values = (line, *effect, lean)
        unit["recalibration"] = dict(zip(("threshold", *TERMS, "rest"), (round(float(v), 3) for v in values)))
        final = logits[:, i] - lean * leans
        print(f"AU{au}: mirror {again:.2f}, {unit['recalibration']}, coded on {coded[:, i].sum()}, AUC {rank(logits[:, i], coded[:, i]):.3f}"
              f" -> {rank(final, coded[:, i]):.3f}, F1 {f1(before[:, i], coded[:, i]):.2f} -> {f1(final >= line, coded[:, i]):.2f}")
    report("as measured", before, coded, labels == "neutral", units)
    report(f"held out, {FOLDS} folds", held_out(logits, leans, coded, labels, units), coded, labels == "neutral", units)
    model["restingPose"] = {"pitchRad": REST_PITCH, "mostPitchRad": MOST_PITCH, "mostYawRad": MOST_YAW}
    model["atRest"] = {"networks": list(REST_NETWORKS), "floor": REST_FLOOR, "mean": round(mean, 3)}
    json.dump(model, open(model_file, "w"), indent=2)


if __name__ == "__main__":
    main()
