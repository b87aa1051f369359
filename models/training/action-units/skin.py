"""What the skin tells of a unit beside the geometry: the 128 features below the last layer of crowd-face, through one ridge
logistic regression a unit, beside the unit's own logit. What it adds is bounded, and it may deny less than it may confirm: what the
geometry clearly shows stays shown, whatever a network that learned from crowds makes of the skin.
"""
import base64

import numpy as np
import onnxruntime

MOST_UP, MOST_DOWN = 2.0, 1.0  # logits
STRENGTH, OWN, ROUNDS = 0.02, 3.0, 12  # inverse ridge of the skin; how freely the own logit counts beside it; Newton's steps
FEWEST = 15  # coded faces of a unit; with fewer the skin says nothing of it
SIDE = 48


def features(network, measured, mirrored=False):
    """float32 [faces, 128] of the crops in lines of measure-faces.mjs."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(network, options)
    found = []
    for one in measured:
        crop = np.frombuffer(base64.b64decode(one["face"]["crop"]), np.uint8).reshape(1, 1, SIDE, SIDE).astype(np.float32)
        found.append(session.run(["features"], {"pixels": crop[..., ::-1].copy() if mirrored else crop})[0].ravel())
    return np.array(found)


def regression(x, coded, ridge):
    """Weights of a logistic regression whose first column is constant; Newton's method."""
    weights = np.zeros(x.shape[1])
    for _ in range(ROUNDS):
        p = 1 / (1 + np.exp(-np.clip(x @ weights, -30, 30)))
        curve = (x.T * np.maximum(p * (1 - p), 1e-4)) @ x + np.diag(ridge)
        weights = weights - np.linalg.solve(curve, x.T @ (p - coded) + ridge * weights)
    return weights


def fitted(z, skin, mirrored, coded):
    """(weights [128], offset) of what is added, as `added` takes them; None where the geometry ranks no better than chance."""
    mean, sd, scale = skin.mean(0), skin.std(0) + 1e-6, z.std()
    x = np.concatenate([np.c_[np.ones(len(z)), z / scale, (seen - mean) / sd] for seen in (skin, mirrored)])
    ridge = 2 * np.r_[1e-3, 1 / (STRENGTH * OWN**2), np.full(skin.shape[1], 1 / STRENGTH)]
    found = regression(x, np.r_[coded, coded].astype(float), ridge)
    if found[1] <= 0:
        return None
    weights = found[2:] * scale / found[1] / sd
    return weights, float(weights @ mean)


def added(head, skin):
    """Logits that the skin adds, within bounds. [faces]"""
    if head is None:
        return np.zeros(len(skin))
    weights, offset = head
    free = skin @ weights - offset
    bound = np.where(free > 0, MOST_UP, MOST_DOWN)
    return bound * np.tanh(free / bound)
