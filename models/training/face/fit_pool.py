"""Fits the pool of expression networks and emotion rules: what observers are expected to perceive in a face.

    log p(e) = sum of w_k log q_k(e) over the networks + v (log r(e) - mean log r(e)) + u(e) - log of the sum over e

w, v and u lie straight between two ends, for poor and for good faces (quality up to POOR_UP_TO, from GOOD_FROM on).
Fitted by the logarithmic score to the votes of the public faces of FER+ (half of the weight) and to the labels of the
development photographs, each at full size, 110 and 64 pixels. Photographs are weighed by prevalence of their label to the
power of -BALANCE, so that posed labels which crowds rarely give are not ruled out. Held-out figures are by five folds over
pictures; all sizes of a photograph are in one fold.

Two bounds come from posed laboratory peaks that are not in this repository: in a plain pool of face-api's network and
this one they are read right by .889 with equal weights, .876 with .7 for this one, .742 with all of it. So at the good end
face-api's network keeps at least LEAST_FACE_API of the networks' weight. Action units were formulated on the same
photographs, so their rules count at most MOST_RULES.

    python fit_pool.py crowd-face.onnx ferplus-train.npz public.jsonl photos.jsonl photos-110.jsonl photos-64.jsonl \\
        ../../rules/expression-pool.json

The JSON lines are those of measure-faces.mjs.
"""
import base64
import json
import sys

import numpy as np
import onnxruntime
import torch

LABELS = ("neutral", "happiness", "surprise", "sadness", "anger", "disgust", "fear", "contempt")
NETWORKS = ("face-api-expression", "human-emotion", "crowd-face")
POOR_UP_TO, GOOD_FROM = 0.5, 0.9
LEAST_FACE_API, MOST_RULES, BALANCE = 0.4, 0.2, 0.5
FLOOR, FOLDS, RIDGE = 0.005, 5, 0.003
SHARES = {"crowd": 0.5, "photo": 0.25, "photo 110 px": 0.125, "photo 64 px": 0.125}


def lines(path):
    """Faces whose expression was read: it is not where the mouth or both eyes are covered."""
    return [one for one in map(json.loads, open(path)) if one["face"] and one["face"]["expressions"]]


def drawn(shares):
    """[n, 8] with NaN for labels that a network does not know: scaled to 1, drawn off zero."""
    known = np.isfinite(shares)
    shares = shares / np.nansum(shares, 1, keepdims=True)
    return np.where(known, FLOOR + (1 - known.sum(1, keepdims=True) * FLOOR) * shares, np.nan)


def extended(networks):
    """Labels that a network does not know get the mean share of those that know them."""
    said = np.nanmean(np.stack(networks), 0)
    out = []
    for shares in networks:
        silent = np.where(np.isfinite(shares), 0, said)
        out.append(np.log(np.where(np.isfinite(shares), shares * (1 - silent.sum(1, keepdims=True)), silent)))
    return out


def crowd_face(session, measured):
    crops = [np.frombuffer(base64.b64decode(one["face"]["crop"]), np.uint8) for one in measured]
    logits = np.array([session.run(None, {"pixels": crop.reshape(1, 1, 48, 48).astype(np.float32)})[0][0] for crop in crops])
    shares = np.exp(logits - logits.max(1, keepdims=True))
    return shares / shares.sum(1, keepdims=True)


def given(measured, network):
    rows = [next(v for k, v in one["face"]["expressions"].items() if k.startswith(network)) for one in measured]
    return np.array([[row.get(label, np.nan) for label in LABELS] for row in rows], float)


def part(name, measured, targets, session):
    ours = {"face-api-expression": None, "human-emotion": None}
    shares = [drawn(given(measured, network)) for network in ours] + [drawn(crowd_face(session, measured))]
    rules = np.array([[one["face"]["rules"].get(label, 0) for label in LABELS] for one in measured])
    return {
        "name": np.full(len(measured), name),
        "fold": np.array([one["index"] % FOLDS for one in measured]),
        "quality": np.array([one["face"]["quality"]["overall"] for one in measured]),
        "targets": targets,
        "networks": np.stack(extended(shares), 2),
        "rules": np.log(np.maximum(FLOOR, rules)),
    }


def load(network, archive, public, *photos):
    session = onnxruntime.InferenceSession(network)
    with np.load(archive) as data:
        votes, pictures = data["votes"][:, :8].astype(float), data["x"]
    crowd, seen = [], set()
    for one in lines(public):
        content = pictures[one["index"]].tobytes()
        if votes[one["index"]].sum() >= 5 and content not in seen:
            seen.add(content)
            crowd.append(one)
    shares = votes[[one["index"] for one in crowd]]
    parts = [part("crowd", crowd, shares / shares.sum(1, keepdims=True), session)]
    for name, path in zip(list(SHARES)[1:], photos, strict=True):
        measured = lines(path)
        parts.append(part(name, measured, np.eye(8)[[LABELS.index(one["label"]) for one in measured]], session))
    return {key: np.concatenate([one[key] for one in parts]) for key in parts[0]}


def weights(data):
    out = np.zeros(len(data["name"]))
    for name, share in SHARES.items():
        rows = data["name"] == name
        targets = data["targets"][rows]
        drawn_by = targets @ targets.mean(0) ** -(0 if name == "crowd" else BALANCE)
        out[rows] = share * drawn_by / drawn_by.sum()
    return out


class Pool:
    def __init__(self, rules_mean):
        self.rules_mean = torch.tensor(rules_mean)
        start = lambda *values: torch.tensor(values, dtype=torch.float64, requires_grad=True)
        self.networks = [start(0.1, 0.2, 0.8), start(0.5, 0.1, 0.5)]
        self.rules = [start(0.1), start(0.1)]
        self.offsets = [start(*[0.0] * 8), start(*[0.0] * 8)]

    def __call__(self, data, rows):
        quality = torch.tensor(data["quality"][rows])
        good = ((quality - POOR_UP_TO) / (GOOD_FROM - POOR_UP_TO)).clamp(0, 1)[:, None]
        at = lambda ends: ends[0] * (1 - good) + ends[1] * good
        said = (torch.tensor(data["networks"][rows]) * at(self.networks)[:, None, :]).sum(2)
        rules = at(self.rules) * (torch.tensor(data["rules"][rows]) - self.rules_mean)
        return (said + rules + at(self.offsets)).log_softmax(1)

    def bounds(self):
        """Penalty for what must not be: negative weights, too little of face-api's network, too much of the rules."""
        below = sum(torch.relu(-ends).square().sum() for ends in self.networks + self.rules)
        good = self.networks[1]
        short = torch.relu(LEAST_FACE_API * good.sum() - good[0]).square()
        over = sum(torch.relu(rules - MOST_RULES).square().sum() for rules in self.rules)
        return 100 * (below + short + over)


def fitted(data, rows, weight):
    pool = Pool(data["rules"].mean(0))
    parameters = pool.networks + pool.rules + pool.offsets
    optimiser = torch.optim.LBFGS(parameters, max_iter=300, line_search_fn="strong_wolfe")
    targets, share = torch.tensor(data["targets"][rows]), torch.tensor(weight[rows] / weight[rows].sum())

    def loss():
        optimiser.zero_grad()
        value = -(share[:, None] * targets * pool(data, rows)).sum() + pool.bounds()
        value = value + RIDGE * sum(ends.square().sum() for ends in pool.offsets)
        value.backward()
        return value

    optimiser.step(loss)
    return pool


def figures(logs, targets):
    top = targets.max(1)
    clear = (targets == top[:, None]).sum(1) == 1
    label, read = targets.argmax(1)[clear], logs.argmax(1)[clear]
    divergence = (targets * (np.log(np.maximum(targets, 1e-9)) - logs)).sum(1).mean()
    recall = {name: np.mean(read[label == at] == at) for at, name in enumerate(LABELS) if (label == at).any()}
    f1 = np.mean([2 * ((read == c) & (label == c)).sum() / max(1, (read == c).sum() + (label == c).sum()) for c in range(8)])
    said = " ".join(f"{name} {value:.2f}" for name, value in recall.items())
    return f"right {np.mean(read == label):.3f}, KL {divergence:.3f}, macro F1 {f1:.3f} (recall: {said})"


def end(pool, at):
    number = lambda value: round(max(0.0, float(value)), 4)
    return {
        "networks": dict(zip(NETWORKS, map(number, pool.networks[at].detach()))),
        "rules": number(pool.rules[at].detach()[0]),
        "offsets": dict(sorted(zip(LABELS, (round(float(v), 4) for v in pool.offsets[at].detach())))),
    }


def main():
    torch.set_num_threads(1)
    *inputs, out = sys.argv[1:]
    data = load(*inputs)
    weight = weights(data)
    everything = np.arange(len(weight))
    held_out = np.zeros((len(weight), 8))
    for fold in range(FOLDS):
        inside, outside = np.flatnonzero(data["fold"] != fold), np.flatnonzero(data["fold"] == fold)
        held_out[outside] = fitted(data, inside, weight)(data, outside).detach().numpy()
    report = []
    for name in SHARES:
        rows = data["name"] == name
        report.append(f"{name} ({rows.sum()} faces): {figures(held_out[rows], data['targets'][rows])}")
        for at, network in enumerate(NETWORKS):
            print(f"{name}, {network} alone: {figures(data['networks'][rows][:, :, at], data['targets'][rows])}")
    print("\n".join(report))
    pool = fitted(data, everything, weight)
    prior = (weight[:, None] * pool(data, everything).exp().detach().numpy()).sum(0)
    rounded = lambda values: dict(sorted(zip(LABELS, (round(float(value), 4) for value in values))))
    file = {
        "about": "What observers are expected to perceive in a face: a logarithmic pool of the expression networks that come with Kuleshov and of the emotion rules over action units. See models/cards/expression-pool.md.",
        "fitted": {
            "by": "models/training/face/fit_pool.py",
            "on": "public faces of FER+ (votes) and 404 photographs of github.com/muxspace/facial_expressions at 5fb9c13 (labels of one annotator) at three sizes",
            "heldOut": report,
        },
        "floor": FLOOR,
        "quality": {"poorUpTo": POOR_UP_TO, "goodFrom": GOOD_FROM},
        "poor": end(pool, 0),
        "good": end(pool, 1),
        "rulesMean": rounded(data["rules"].mean(0)),
        "prior": rounded(prior / prior.sum()),
    }
    with open(out, "w") as written:
        json.dump(file, written, indent=2)
        written.write("\n")


if __name__ == "__main__":
    main()
