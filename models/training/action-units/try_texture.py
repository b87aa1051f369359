"""Tries what the skin would add to the action units: the 128 features below the last layer of crowd-face, and the logits of the
other units, beside a unit's own logit. Ridge logistic regression on the codes of 240 photographs, in eight folds twice; the
threshold of every unit is chosen within the other folds, as fit_calibration.py chooses it, without its bounds for smiles. Changes nothing in the product.

    python try_texture.py ../../networks/crowd-face.onnx photos.jsonl codes.csv ../../action-units/mesh-1.json

Needs onnx, onnxruntime and scikit-learn; photos.jsonl is that of face/measure-faces.mjs.
"""
import base64
import csv
import json
import sys
import warnings

import numpy as np
import onnx
import onnxruntime
from fit_calibration import INDEX_UNITS, TERMS, Coded, f1, faces, pose_terms, rank, rest_of, undone
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold

warnings.filterwarnings("ignore", message="The least populated class")
FEATURES = "/net/ReduceMean_output_0"
STRENGTH, OWN, SKIN = 0.03, 3.0, 0.7  # inverse ridge; how freely the own logit and the skin may count
FEWEST, SEEDS = 6, (1, 2)


def skin(network, measured):
    model = onnx.load(network)
    model.graph.output.append(onnx.helper.make_tensor_value_info(FEATURES, onnx.TensorProto.FLOAT, None))
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(model.SerializeToString(), options)
    crops = [np.frombuffer(base64.b64decode(one["face"]["crop"]), np.uint8).reshape(1, 1, 48, 48) for one in measured]
    return np.stack([session.run([FEATURES], {"pixels": crop.astype(np.float32)})[0].ravel() for crop in crops])


def standardised(values):
    return (values - values.mean(0)) / (values.std(0) + 1e-6)


def held_out(z, others, coded, labels, learn, seed=0):
    """Logits of the faces of every fold by what the others teach."""
    out = np.zeros(len(z))
    x = z[:, None] if others is None else np.c_[OWN * z[:, None] / z.std(), others]
    for inside, outside in StratifiedKFold(learn, shuffle=True, random_state=seed).split(x, labels):
        if others is None or coded[inside].sum() < FEWEST:
            out[outside] = z[outside]
        else:
            fitted = LogisticRegression(C=STRENGTH, max_iter=300).fit(x[inside], coded[inside])
            out[outside] = fitted.decision_function(x[outside])
    return out


def called(z, others, coded, labels, seed):
    """Held-out logits and calls; thresholds by the folds that are not looked at, on logits that were held out among these."""
    logits, shown = held_out(z, others, coded, labels, 8, seed), np.zeros(len(z), bool)
    none = (np.zeros(0), np.zeros(0))
    for inside, outside in StratifiedKFold(8, shuffle=True, random_state=seed).split(z[:, None], labels):
        within = held_out(z[inside], None if others is None else others[inside], coded[inside], labels[inside], 5)
        one = Coded(0, within, np.zeros(len(inside)), coded[inside], labels[inside], none)
        shown[outside] = logits[outside] >= one.threshold(0.0)
    return logits, shown


def main():
    network, photos, code_file, model_file = sys.argv[1:5]
    codes = {row["path"]: {int(code) for code in row["codes"].split()} for row in csv.DictReader(open(code_file))}
    measured = [one for one in faces(photos) if one["path"] in codes]
    model, pose, rest = json.load(open(model_file)), pose_terms(measured), rest_of(measured)
    labels = np.array([one["label"] for one in measured])
    having = [codes[one["path"]] | ({26} if 27 in codes[one["path"]] else set()) for one in measured]
    leans = np.nan_to_num(rest - model["atRest"]["mean"])
    logits = {}
    for unit in model["ausAppearance"]:
        fitted = unit["recalibration"]
        z = np.nan_to_num(undone(unit, measured, pose, rest, model)) - pose @ np.array([fitted[term] for term in TERMS])
        logits[unit["au"]] = z - fitted["rest"] * leans
    units, texture = standardised(np.array(list(logits.values())).T), standardised(skin(network, measured))
    truth = np.array([[au in has for au in INDEX_UNITS] for has in having])
    for name, others in (("as it is", None), ("with units", units), ("with skin and units", np.c_[SKIN * texture, units])):
        ranks, calls = [], []
        for seed in SEEDS:
            found = [called(logits[au], others, truth[:, i], labels, seed) for i, au in enumerate(INDEX_UNITS)]
            calls.append(np.array([shown for _, shown in found]).T)
            ranks.append([rank(z, truth[:, i]) for i, (z, _) in enumerate(found)])
        each = [[f1(a, b) for a, b in zip(shown, truth) if a.any() or b.any()] for shown in calls]
        ranks = np.mean(ranks, 0)
        print(f"{name}: FACS index {np.mean([f1(shown, truth) for shown in calls]):.3f}, of a face {np.mean([np.mean(one) for one in each]):.3f}; "
              f"AUC over .90: {(ranks > 0.9).sum()} of 18; " + ", ".join(f"{au} {r:.2f}" for au, r in zip(INDEX_UNITS, ranks)), flush=True)


if __name__ == "__main__":
    main()
