"""More texts for the small reader: words replaced by near ones, labelled by the teacher (as TinyBERT is taught).

python augment.py VOCABULARY.npz TEACHER.pt OUT.npz
"""

import sys

import numpy as np
import torch

from data import crowd, own, plain
from minilm import tokenizer
from no_situations import training as no_situations
from teacher import Teacher, predict
from vocabulary import words_of

COPIES = {"event2mind": 1, "enisear": 12, "own": 5, "goemotions": 0}
NEAR, REPLACED, DROPPED = 8, 0.3, 0.08
KEPT = set("i he she they we it a an the of to in on at for with was were is are not no never did do had has have by from and but "
           "my his her their our me him them us when because that who if n't cannot could would don't didn't wasn't".split())


def neighbours(vocabulary, upto=9000):
    full = vocabulary["full"].astype(np.float32)[:upto]
    words = vocabulary["words"][:upto]
    near = {}
    for start in range(0, upto, 1000):
        alike = full[start : start + 1000] @ full.T
        best = np.argsort(-alike, 1)[:, 1 : NEAR + 1]
        for at, places in enumerate(best):
            near[words[start + at]] = [words[p] for p in places if alike[at, p] > 0.5]
    return near


def altered(words, near, chosen):
    made = []
    for word in words:
        if word not in KEPT and near.get(word) and chosen.random() < REPLACED:
            made.append(near[word][chosen.integers(len(near[word]))])
        elif chosen.random() >= DROPPED:
            made.append(word)
    return " ".join(made)


def main(vocabulary, teacher, out):
    torch.set_num_threads(1)
    known = np.load(vocabulary)
    near, chosen = neighbours(known), np.random.default_rng(0)
    texts = {altered(words_of(plain(row.text)), near, chosen) for row in [*crowd(), *own()] for _ in range(COPIES[row.source])}
    texts = [*sorted(text for text in texts if text), *[str(w) for w in known["words"]], *no_situations()]
    model = Teacher()
    model.load_state_dict({name: value.float() for name, value in torch.load(teacher).items()})
    actor, other, appraised = predict(model, [e.ids for e in tokenizer().encode_batch(texts)])
    np.savez(out, texts=np.array(texts), actor=actor, other=other, appraised=appraised)
    print(len(texts), "texts")


if __name__ == "__main__":
    main(*sys.argv[1:])
