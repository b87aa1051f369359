"""Softmax regression over hashed words, pairs and runs of letters for the actor's emotions, ridge regression for the
appraisals.

python hashed.py TEACHER.npz AUGMENTED.npz OUT.npz [--all]
"""

import sys

import numpy as np
from scipy.optimize import minimize

from data import crowd, own
from measure import summary
from ngrams import matrix
from student import targets

ITERATIONS, PENALTY = 60, 2e-6


def fit(features, wanted, weights, loss, penalty=PENALTY):
    outputs = wanted.shape[1]
    share = (weights / weights.sum())[:, None]

    def evaluate(flat):
        table, bias = flat[:-outputs].reshape(-1, outputs), flat[-outputs:]
        value, slope = loss(features @ table + bias, wanted)
        total = float((share * value).sum() + 0.5 * penalty * (table**2).sum())
        slope = slope * share
        return total, np.concatenate([np.asarray(features.T @ slope + penalty * table).ravel(), slope.sum(0)])

    start = np.zeros(features.shape[1] * outputs + outputs)
    found = minimize(evaluate, start, jac=True, method="L-BFGS-B", options={"maxiter": ITERATIONS, "maxcor": 6}).x
    return found[:-outputs].reshape(-1, outputs), found[-outputs:]


def cross_entropy(logits, wanted):
    logits = logits - logits.max(1, keepdims=True)
    logs = logits - np.log(np.exp(logits).sum(1, keepdims=True))
    return -(wanted * logs), np.exp(logs) * wanted.sum(1, keepdims=True) - wanted


def squares(given, wanted):
    return 0.5 * (given - wanted) ** 2, given - wanted


def main(taught, augmented, out, everything):
    taught, augmented = dict(np.load(taught)), dict(np.load(augmented))
    made = targets([*crowd(), *own()], taught, augmented, everything)
    features = matrix([text for text, *_ in made])
    views, weights = np.array([row[1][0] for row in made]), np.array([row[2][0] for row in made])
    mass = (views * weights[:, None]).sum(0)
    balance = np.maximum(mass / mass.sum(), 1e-3) ** -0.35
    table, bias = fit(features, views, weights * (views @ balance), cross_entropy)
    # Vectors and letters are averaged, so each learns the appraisals whole.
    appraised = np.array([row[3] for row in made])
    middle = appraised.mean(0)
    table2, bias2 = fit(features, appraised - middle, np.array([row[4] for row in made]), squares, 2e-7)
    print(summary(lambda texts: np.concatenate([
        matrix(texts) @ table + bias, np.zeros((len(texts), 10)), matrix(texts) @ table2 + bias2 + middle], 1)), flush=True)
    np.savez(out, table=np.concatenate([table, table2], 1).astype(np.float32), bias=np.concatenate([bias, bias2 + middle]).astype(np.float32))


if __name__ == "__main__":
    main(*sys.argv[1:4], "--all" in sys.argv)
