"""Recalibrates the action units of the mesh toolbox: takes off what head pose alone does to them, lets them lean on
whether the face is seen at rest, and puts .5 where a unit begins to count as shown.

Pose: a unit's logit is regressed on the votes (or label) of a face, apart for each data set, and on pitch, pitch squared
and yaw squared. What pose adds on faces that people read alike is an artefact, to first order.

Rest: low brows, thin lips and drooping corners by nature look like units. Two expression networks see the skin, which the
mesh does not; r is the mean of log(floor + p(neutral)) over them. A unit that leans loses LEAN * (r - mean) from its logit:
never by which emotion they see, only by how far they see a resting face.

Threshold and lean, by the codes of 240 of the photographs (codes.csv: coded by eye, by a language model that sees, blind to
every measurement and label; not by certified coders). An index of agreement is largest where a unit is called from a chance of half of
it on (Lipton, Elkan and Naryanaswamy 2014), so the threshold lies in the middle between where the chance, a logistic curve of the codes, is CALLED_FROM
and where F1 is largest: each is uncertain with so few codes, and the middle of both calls held-out faces better than either. It is no lower than where
FALSE_SHARE of the faces labelled neutral and coded without the unit show it. With fewer than FEWEST_TO_WEIGH coded faces: of the values that RARE_SHARE of such
faces allow, the lowest whose F1 is the largest within half a standard error; with fewer than FEWEST the lowest that they allow. A unit leans as LEANS ranks it best, the
least of those that rank it alike, unless F1 on folds within would suffer. Units with fewer than FEWEST_TO_LEAN coded faces do not
lean; FOLLOWS says which takes another's lean, because the two cannot be told apart. Smiles
are what people look at most: the lip stretcher is taken for one, so faces labelled happiness count like neutral ones there; units that
no smile has (SMILELESS) are shown by at most SMILING_SHARE of the crowd's faces that SURE of the votes call happy; and SMILES of the
faces labelled happiness must show the lip corner puller.

Probability: .5 stays where the unit begins to count as shown. How steeply the probability falls below it and rises above it is
fitted for each unit by the logarithmic score on the codes, within BELOW and ABOVE and drawn toward USUAL_SLOPE.

Sides: a turned head makes one side of the mesh look stronger, in the mirror image too. What yaw adds to the difference of the sides is taken off;
they are told apart only where what is left in a photograph and in its mirror image correlates by LEAST_RETEST or more, on all faces and on frontal ones.

    python fit_calibration.py ferplus-train.npz public.jsonl photos.jsonl mirrored.jsonl codes.csv ../../action-units/mesh-1.json \
        [--keep-pose-and-lean]

The JSON lines are those of measure-faces.mjs and measure-mirrored.mjs. They hold the logits of the formulas alone, so that what is fitted
does not depend on the recalibration that stood in the model file when they were measured. --keep-pose-and-lean takes what the
model file says of pose and lean, and fits thresholds, slopes and sides anew: that is how mesh@5 was made.
"""
import csv
import json
import sys

import numpy as np
from scipy.optimize import minimize

LABELS = ("neutral", "happiness", "surprise", "sadness", "anger", "disgust", "fear", "contempt")
UNTOUCHED_BY_POSE = (18, 22, 28, 43)  # too few faces, or none, tell about these
FALSE_SHARE, RARE_SHARE, FEWEST, FEWEST_TO_WEIGH, FOLDS = 0.05, 0.04, 8, 14, 8
CALLED_FROM, CURVE_RIDGE = 0.36, 0.05
LEANS, RANKS_ALIKE, F1_SUFFERS, INNER_FOLDS = (0.0, 0.5, 1.0, 1.5), 0.005, 0.03, 5
FOLLOWS, FEWEST_TO_LEAN = {23: 24}, 15
SMILELESS, SMILING_SHARE, SURE = (1, 2, 4, 5, 9, 15, 17, 20, 23, 24), 0.1, 0.7
USUAL_SLOPE, SLOPE_RIDGE, BELOW, ABOVE = 0.7, 2.0, (0.35, 2.5), (0.6, 1.0)
STANDARD_ERRORS = 0.5
PULLER, STRETCHER, SMILES = 12, 20, 0.88
REST_NETWORKS, REST_FLOOR = ("face-api-expression", "human-emotion"), 0.02
LEAST_RETEST, FRONTAL = 0.9, 0.17
REST_PITCH, MOST_PITCH, MOST_YAW = -0.07, 0.5, 0.7
LEAST_QUALITY = 0.15
PHOTO_WEIGHT = 4.0  # photographs are larger and fewer
SKIN_DECIDES = ("threshold", "below", "above")  # where it was seen, in the place of those of the geometry alone
MAY_BE_SIDED = (4, 6, 7, 12, 14)  # what came back from the mirror image by LEAST_RETEST before yaw was taken off (mesh@3)
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


def formula_logits(au, measured):
    """What the formula alone gave; 0 where the unit was covered. [faces]"""
    return np.array([one["face"]["logits"].get(str(au), 0.0) for one in measured])


def f1(shown, coded):
    return 2 * (shown & coded).sum() / max(1, shown.sum() + coded.sum())


def rank(z, coded):
    """Area under the ROC curve."""
    place = np.argsort(np.argsort(z)) + 1
    positives = coded.sum()
    return (place[coded].sum() - positives * (positives + 1) / 2) / positives / (~coded).sum()


def lowest_of_best(lines, z, coded, standard_errors):
    """The lowest threshold whose F1 is the largest within so many standard errors."""
    scored = [(f1(z >= value, coded), value) for value in lines]
    most = max(scored)[0]
    near = most - standard_errors * np.sqrt(most * (1 - most) / coded.sum())
    return min(value for score, value in scored if score >= near)


def where_chance(share, z, coded):
    """The logit at which a logistic curve of the codes has a value."""
    middle, spread = z.mean(), z.std() + 1e-9
    x = (z - middle) / spread

    def loss(curve):
        at = np.clip(curve[0] + curve[1] * x, -30, 30)
        return (np.log1p(np.exp(at)) - coded * at).sum() + CURVE_RIDGE * (curve[1] - 1) ** 2

    start, slope = minimize(loss, [0, 1], method="BFGS").x
    return middle + spread * (logit(share) - start) / max(slope, 0.01)


class Coded:
    """One unit on the coded faces, with what bounds its threshold."""

    def __init__(self, au, z, rest, coded, labels, smiling):
        self.au, self.z, self.rest, self.coded, self.labels, self.smiling = au, z, rest, coded, labels, smiling

    def of(self, rows):
        return Coded(self.au, self.z[rows], self.rest[rows], self.coded[rows], self.labels[rows], self.smiling)

    def threshold(self, lean):
        """The logit from which the unit counts as shown."""
        z, coded = self.z - lean * self.rest, self.coded
        happy, neutral = self.labels == "happiness", self.labels == "neutral"
        without = [neutral, happy] if self.au == STRETCHER else [neutral]
        is_rare = coded.sum() < FEWEST_TO_WEIGH
        least = max(np.quantile(z[group & ~coded], 1 - (RARE_SHARE if is_rare else FALSE_SHARE)) for group in without)
        if self.au in SMILELESS:
            crowd_z, crowd_rest = self.smiling
            least = max(least, np.quantile(crowd_z - lean * crowd_rest, 1 - SMILING_SHARE))
        if coded.sum() < FEWEST:
            return least
        if is_rare:
            return lowest_of_best([least, *z[z > least]], z, coded, STANDARD_ERRORS)
        found = max(least, (lowest_of_best(z, z, coded, 0) + where_chance(CALLED_FROM, z, coded)) / 2)
        return min(found, np.quantile(z[happy], 1 - SMILES)) if self.au == PULLER else found

    def inner_f1(self, lean):
        fold = np.random.default_rng(2).permutation(len(self.z)) % INNER_FOLDS
        shown = np.zeros(len(self.z), bool)
        for at in range(INNER_FOLDS):
            inside, outside = self.of(fold != at), self.of(fold == at)
            shown[fold == at] = outside.z - lean * outside.rest >= inside.threshold(lean)
        return f1(shown, self.coded)

    def lean(self):
        if self.coded.sum() < FEWEST_TO_LEAN:
            return 0.0
        scores = {lean: self.inner_f1(lean) for lean in LEANS}
        fair = [lean for lean in LEANS if scores[lean] >= max(scores.values()) - F1_SUFFERS]
        ranks = {lean: rank(self.z - lean * self.rest, self.coded) for lean in fair}
        return min(lean for lean in fair if ranks[lean] >= max(ranks.values()) - RANKS_ALIKE)

    def slopes(self, lean, line):
        """How steep the probability is below .5 and above it."""
        z = self.z - lean * self.rest - line

        def loss(logs):
            p = probability(z, np.exp(logs))
            score = np.where(self.coded, np.log(p + 1e-9), np.log(1 - p + 1e-9)).sum()
            return SLOPE_RIDGE * np.square(logs - np.log(USUAL_SLOPE)).sum() - score

        bounds = [tuple(np.log(BELOW)), tuple(np.log(ABOVE))]
        return np.exp(minimize(loss, [np.log(USUAL_SLOPE)] * 2, method="L-BFGS-B", bounds=bounds).x)


def probability(z, slopes):
    return 1 / (1 + np.exp(-np.where(z < 0, slopes[0], slopes[1]) * z))


def decide(coded_units, kept):
    """Lean, threshold and slopes of every unit, by its number. kept: leans to be taken as they are, where there are any."""
    leans = dict(kept) or {one.au: one.lean() for one in coded_units}
    leans |= {au: leans[other] for au, other in FOLLOWS.items()}
    lines = {one.au: one.threshold(leans[one.au]) for one in coded_units}
    return {one.au: (leans[one.au], lines[one.au], one.slopes(leans[one.au], lines[one.au])) for one in coded_units}


def held_out(coded_units, kept):
    """Logits from the threshold on, and probabilities, of each coded face by what the other folds decide. [faces, units]"""
    fold = np.random.default_rng(1).permutation(len(coded_units[0].z)) % FOLDS
    logits = np.zeros((len(fold), len(coded_units)))
    values = logits.copy()
    for at in range(FOLDS):
        decided = decide([one.of(fold != at) for one in coded_units], kept)
        for i, one in enumerate(coded_units):
            lean, line, slopes = decided[one.au]
            outside = one.of(fold == at)
            logits[fold == at, i] = outside.z - lean * outside.rest - line
            values[fold == at, i] = probability(logits[fold == at, i], slopes)
    return logits, values


def calibration_error(p, coded, bins=10):
    found = np.minimum(bins - 1, (p * bins).astype(int))
    return sum(abs((p - coded)[found == at].sum()) for at in range(bins)) / len(p)


def retest(unit, mirrored):
    """What yaw adds to left less right, a radian, and how well it comes back from the mirror image: least correlation on all and on frontal faces, without what yaw adds and with it."""
    au = str(unit["au"])
    pairs = [(plain, other) for plain, other in mirrored if au in plain["leftLessRight"] and au in other["leftLessRight"]]
    difference = np.array([(plain["leftLessRight"][au], -other["leftLessRight"][au]) for plain, other in pairs]).T
    yaw = np.clip(np.array([(plain["yawRad"], -other["yawRad"]) for plain, other in pairs]).T, -MOST_YAW, MOST_YAW)
    slope = (yaw * difference).sum() / (yaw**2).sum()
    frontal = np.abs(yaw[0]) < FRONTAL
    again = lambda values: min(np.corrcoef(values)[0, 1], np.corrcoef(values[:, frontal])[0, 1])
    return slope, again(difference - slope * yaw), again(difference)


def report(name, shown, values, coded, neutral, units):
    at = [units.index(au) for au in INDEX_UNITS]
    false = shown & ~coded
    each = ", ".join(f"AU{au} {100 * false[neutral & ~coded[:, i], i].mean():.0f}" for i, au in enumerate(units))
    faces = [f1(one, other) for one, other in zip(shown[:, at], coded[:, at]) if one.any() or other.any()]
    print(f"{name}: FACS index {f1(shown[:, at], coded[:, at]):.3f}, of a face {np.mean(faces):.3f}; shown on neutral faces coded without, "
          f"in percent: {each}; "
          f"one of 4 7 17 23 24 wrongly on {100 * false[neutral][:, [units.index(au) for au in (4, 7, 17, 23, 24)]].any(1).mean():.0f}; "
          f"one of the 18 wrongly on {100 * false[neutral][:, at].any(1).mean():.0f}")
    for which, rows in (("all", neutral | True), ("not neutral", ~neutral)):
        errors = {units[i]: calibration_error(values[rows, i], coded[rows, i]) for i in at}
        worst = max(errors, key=errors.get)
        index = f1(shown[rows][:, at], coded[rows][:, at])
        print(f"   {which}: FACS index {index:.3f}; ECE over the 18: mean {np.mean(list(errors.values())):.3f}, worst {errors[worst]:.3f} (AU{worst}), "
              f"over .10: {[au for au, error in errors.items() if error > 0.1]}")


def recalibrate(unit, one, decided, effect, mirrored):
    """Writes into the unit of the model file, and prints, what was decided."""
    lean, line, slopes = decided
    unit["sided"], side_yaw, sides = False, 0.0, "sides not told"
    if one.au in MAY_BE_SIDED:
        side_yaw, again, with_yaw = retest(unit, mirrored)
        unit["sided"], sides = bool(again >= LEAST_RETEST), f"mirror {again:.3f} (with yaw {with_yaw:.3f})"
    values = (line, *effect, side_yaw, lean, *slopes)
    unit["recalibration"] = dict(zip(("threshold", *TERMS, "sideYaw", "rest", "below", "above"), (round(float(v), 3) for v in values)))
    final = one.z - lean * one.rest
    print(f"AU{one.au}: {sides}, {unit['recalibration']}, coded on {one.coded.sum()}, AUC {rank(one.z, one.coded):.3f} -> {rank(final, one.coded):.3f}, "
          f"F1 {f1(final >= line, one.coded):.2f}")


def main():
    archive, public, photos, mirror_file, code_file, model_file = sys.argv[1:7]
    keeps = sys.argv[7:] == ["--keep-pose-and-lean"]
    if sys.argv[7:] and not keeps:
        sys.exit(f"Cannot fit with {' '.join(sys.argv[7:])}: the only option is --keep-pose-and-lean")
    mirrored = [(one["plain"], one["mirrored"]) for one in map(json.loads, open(mirror_file)) if one["plain"] and one["mirrored"]]
    shares, measured, photo = load(archive, public, photos)
    codes = {row["path"]: {int(code) for code in row["codes"].split()} for row in csv.DictReader(open(code_file))}
    pose, rest = pose_terms(measured), rest_of(measured)
    model = json.load(open(model_file))
    chosen = np.array([photo[i] and one["path"] in codes for i, one in enumerate(measured)])
    smiling = ~photo & (shares[:, LABELS.index("happiness")] >= SURE)
    coded_faces = [one for one, taken in zip(measured, chosen) if taken]
    labels = np.array([one["label"] for one in coded_faces])
    units = [unit["au"] for unit in model["ausAppearance"]]
    # A jaw that is stretched (27) has dropped (26).
    having = [codes[one["path"]] | ({26} if 27 in codes[one["path"]] else set()) for one in coded_faces]
    coded = np.array([[au in has for au in units] for has in having])
    before = np.array([[one["face"]["units"].get(f"AU{au} both", 0) for au in units] for one in coded_faces])
    mean = model["atRest"]["mean"] if keeps else round(float(np.nanmean(rest[chosen])), 3)
    leans = np.nan_to_num(rest - mean)
    coded_units, effects, kept = [], {}, {}
    for i, unit in enumerate(model["ausAppearance"]):
        au, z = unit["au"], formula_logits(unit["au"], measured)
        if keeps:
            kept[au], effects[au] = unit["recalibration"]["rest"], np.array([unit["recalibration"][term] for term in TERMS])
        else:
            effects[au] = np.zeros(3) if au in UNTOUCHED_BY_POSE else pose_effect(z, shares, photo, pose)
        z = z - pose @ effects[au]
        coded_units.append(Coded(au, z[chosen], leans[chosen], coded[:, i], labels, (z[smiling], leans[smiling])))
    decided = decide(coded_units, kept)
    for unit, one in zip(model["ausAppearance"], coded_units):
        recalibrate(unit, one, decided[one.au], effects[one.au], mirrored)
    report("as measured", before >= 0.5, before, coded, labels == "neutral", units)
    logits, values = held_out(coded_units, kept)
    report(f"held out, {FOLDS} folds", logits >= 0, values, coded, labels == "neutral", units)
    model["restingPose"] = {"pitchRad": REST_PITCH, "mostPitchRad": MOST_PITCH, "mostYawRad": MOST_YAW}
    model["atRest"] = {"networks": list(REST_NETWORKS), "floor": REST_FLOOR, "mean": mean}
    with open(model_file, "w") as written:
        json.dump(model, written, indent=2)
        written.write("\n")


if __name__ == "__main__":
    main()
