"""Does a text tell of a situation at all? Logistic regression over what the vectors' part found and the hashed features,
situations of the crowd and ours against texts made from templates.

python gate.py STUDENT.npz OUT.npz
"""

import sys

import numpy as np
import torch
from scipy.sparse import csr_matrix, hstack

from data import crowd, own, plain
from hashed import fit
from ngrams import matrix
from no_situations import heldout, training
from student import Student, padded
from vocabulary import words_of
from student import LONGEST


def loaded(path):
    stored = np.load(path)
    model = Student(stored["vectors_weight"][1:], stored["weights"][1:])
    model.load_state_dict({name: torch.tensor(stored[name.replace(".", "_")]) for name in model.state_dict()})
    return model.eval(), {str(word): k + 1 for k, word in enumerate(stored["words"])}


def found_by(model, place, texts):
    rows = [[place[w] for w in words_of(plain(text)) if w in place][:LONGEST] for text in texts]
    with torch.no_grad():
        return np.concatenate([model.found(padded(rows[k : k + 256])).numpy() for k in range(0, len(rows), 256)])


def logistic(logits, wanted):
    return np.logaddexp(0, logits) - wanted * logits, 1 / (1 + np.exp(-logits)) - wanted


def main(student, out):
    model, place = loaded(student)
    rows = [row for row in [*crowd(), *own()] if row.source != "goemotions"]
    shuffled = np.random.default_rng(0)
    situations = [row.text for row in rows if not row.heldout and (row.source != "event2mind" or shuffled.random() < 0.5)]
    fragments = [text.removesuffix(".") for text in situations[::2]]
    situations += fragments
    none = training()
    texts = situations + none
    features = hstack([matrix(texts) * 2.0, csr_matrix(found_by(model, place, texts))]).tocsr()
    wanted = np.array([[1.0]] * len(situations) + [[0.0]] * len(none))
    weights = np.where(wanted[:, 0] > 0, 1 / len(situations), 1 / len(none))
    table, bias = fit(features, wanted, weights, logistic, 1e-4)
    table[: 2 * 32768] *= 2.0

    def p(some):
        logits = matrix(some) @ table[: 2 * 32768] + found_by(model, place, some) @ table[2 * 32768 :] + bias
        return 1 / (1 + np.exp(-logits[:, 0]))

    for source in ("enisear", "own", "event2mind"):
        given = p([row.text for row in rows if row.heldout and row.source == source])
        print(source, "passes at .2 .3 .4 .5 .6:", *(f"{(given >= at).mean():.3f}" for at in (0.2, 0.3, 0.4, 0.5, 0.6)))
    given = p(heldout())
    print("no situations declined:", *(f"{(given < at).mean():.3f}" for at in (0.2, 0.3, 0.4, 0.5, 0.6)))
    print("wrongly passed at .5:", [text for text, value in zip(heldout(), given) if value >= 0.5][:40])
    np.savez(out, hashed=table[: 2 * 32768].astype(np.float32), found=table[2 * 32768 :].astype(np.float32), bias=bias.astype(np.float32))


if __name__ == "__main__":
    main(*sys.argv[1:])
