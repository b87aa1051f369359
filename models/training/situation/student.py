"""Trains the small reader: word vectors, two short convolutions, one hidden layer, heads for the actor, for the others
and for appraisals. It learns from the crowd and from the teacher.

python student.py VOCABULARY.npz TEACHER.npz AUGMENTED.npz OUT.npz [--all] [--seed N]
"""

import sys
import time

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from data import APPRAISALS, LABELS, crowd, own, plain
from measure import summary
from vocabulary import DIMENSIONS, words_of

EPOCHS, BATCH, FILTERS, HIDDEN, LONGEST = 16, 128, 48, 96, 64
GOLD = 0.5  # share of the crowd's own votes in a target, the rest is the teacher's answer
SOURCE_WEIGHT = {"enisear": 4.0, "own": 1.5, "event2mind": 1.0, "goemotions": 0.4, "augmented": 0.6}


class Student(nn.Module):
    def __init__(self, vectors, log_weights):
        super().__init__()
        self.vectors = nn.Embedding(len(vectors) + 1, DIMENSIONS, padding_idx=0)
        self.vectors.weight.data[1:] = torch.tensor(vectors)
        self.weights = nn.Parameter(torch.cat([torch.tensor([-9.0]), torch.tensor(log_weights)]))
        self.pair = nn.Conv1d(DIMENSIONS, FILTERS, 2)
        self.triple = nn.Conv1d(DIMENSIONS, FILTERS, 3)
        self.hidden = nn.Linear(DIMENSIONS + 2 * FILTERS, HIDDEN)
        self.heads = nn.Linear(HIDDEN, 20 + len(APPRAISALS))
        self.skip = nn.Linear(DIMENSIONS, 20 + len(APPRAISALS), bias=False)

    def found(self, ids):
        """ids int64 [batch, length], 0 where there is no word (three 0 at each end of a text's words)."""
        vectors = self.vectors(ids)
        weights = self.weights[ids].exp() * (ids > 0)
        bag = (vectors * weights[..., None]).sum(1) / (weights.sum(1, keepdim=True) + 0.01)
        across = vectors.transpose(1, 2)
        return torch.cat([bag, self.pair(across).relu().amax(2), self.triple(across).relu().amax(2)], 1)

    def forward(self, ids, dropped=0.0):
        if self.training and dropped:
            ids = ids * (torch.rand(ids.shape) > dropped)
        found = self.found(ids)
        bag = found[:, :DIMENSIONS]
        hidden = self.hidden(F.dropout(found, 0.15, self.training)).relu()
        return self.heads(F.dropout(hidden, 0.25, self.training)) + self.skip(bag)


def padded(rows):
    length = max(len(row) for row in rows) + 6
    return torch.tensor([[0, 0, 0, *row, *[0] * (length - 3 - len(row))] for row in rows])


def predict(model, ids):
    model.eval()
    order = sorted(range(len(ids)), key=lambda at: len(ids[at]))
    found = np.zeros((len(ids), 20 + len(APPRAISALS)), np.float32)
    with torch.no_grad():
        for start in range(0, len(order), 512):
            some = order[start : start + 512]
            found[some] = model(padded([ids[at] for at in some])).numpy()
    return found


def softmax(logits):
    e = np.exp(logits - logits.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


def targets(rows, taught, augmented, everything):
    """Per text: targets of both views [2, 10] with weights [2], appraisals [6] with a weight."""
    at = {text: k for k, text in enumerate(taught["texts"])}
    made = []
    for row in rows:
        if (row.heldout and not everything) or row.text not in at:
            continue
        k, w = at[row.text], SOURCE_WEIGHT[row.source]
        views, weights = [], []
        for who in ("actor", "other"):
            answer = softmax(taught[who][k])
            gold = row.targets.get(who)
            views.append(answer if gold is None else GOLD * gold + (1 - GOLD) * answer)
            weights.append(w if gold is not None else 0.2 * w)
        appraised = taught["appraised"][k] if row.appraisals is None else 0.5 * np.array(row.appraisals) + 0.5 * taught["appraised"][k]
        made.append((row.text, np.stack(views), weights, appraised, w))
    for k, text in enumerate(augmented["texts"]):
        w = SOURCE_WEIGHT["augmented"]
        made.append((str(text), np.stack([softmax(augmented[who][k]) for who in ("actor", "other")]), [w, 0.2 * w], augmented["appraised"][k], w))
    return made


def main(vocabulary, taught, augmented, out, everything, seed):
    torch.set_num_threads(1)
    torch.manual_seed(seed)
    known, taught, augmented = np.load(vocabulary), dict(np.load(taught)), dict(np.load(augmented))
    place = {str(word): k + 1 for k, word in enumerate(known["words"])}
    encode = lambda text: [place[w] for w in words_of(plain(text)) if w in place][:LONGEST]
    made = targets([*crowd(), *own()], taught, augmented, everything)
    ids = [encode(text) for text, *_ in made]
    kept = [k for k in range(len(made)) if ids[k]]
    views, view_weights = (torch.tensor(np.array([made[k][j] for k in kept]), dtype=torch.float32) for j in (1, 2))
    appraised, weights = (torch.tensor(np.array([made[k][j] for k in kept]), dtype=torch.float32) for j in (3, 4))
    ids = [ids[k] for k in kept]
    mass = (views * view_weights[:, :, None]).sum(0)
    share = mass / mass.sum(1, keepdim=True)
    balance = share.clamp(min=1e-3) ** -0.35
    balance = balance / (share * balance).sum(1, keepdim=True)
    model = Student(known["small"], np.log(1 / (1 + known["counts"] / 300)).astype(np.float32))
    optimiser = torch.optim.AdamW([
        {"params": [model.vectors.weight], "lr": 1.5e-3, "weight_decay": 0.0},
        {"params": [p for n, p in model.named_parameters() if n != "vectors.weight"], "lr": 2e-3, "weight_decay": 0.02},
    ])
    rates = [group["lr"] for group in optimiser.param_groups]
    steps, step, began, shuffle = EPOCHS * (len(ids) // BATCH), 0, time.time(), np.random.default_rng(seed)
    for epoch in range(EPOCHS):
        model.train()
        order = np.argsort(np.array([len(row) for row in ids]) + shuffle.normal(0, 3, len(ids)))
        batches = [order[start : start + BATCH] for start in range(0, len(order) - BATCH + 1, BATCH)]
        for some in (batches[k] for k in shuffle.permutation(len(batches))):
            for group, rate in zip(optimiser.param_groups, rates):
                group["lr"] = rate * max(0.01, 1 - step / steps)
            given = model(padded([ids[k] for k in some]), 0.1)
            logs = given[:, :20].reshape(-1, 2, 10).log_softmax(2)
            scale = view_weights[some] * (views[some] * balance).sum(2)
            loss = -(scale[:, :, None] * views[some] * logs).sum() / scale.sum()
            loss = loss + 2.0 * (weights[some, None] * (given[:, 20:] - appraised[some]) ** 2).mean()
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            step += 1
        if epoch % 4 == 3:
            print(epoch + 1, f"{time.time() - began:.0f} s", round(loss.item(), 3), summary(lambda texts: predict(model, [encode(t) for t in texts])), flush=True)
    np.savez(out, words=known["words"], **{name.replace(".", "_"): value.detach().numpy() for name, value in model.state_dict().items()})


if __name__ == "__main__":
    seed = int(sys.argv[sys.argv.index("--seed") + 1]) if "--seed" in sys.argv else 0
    main(*sys.argv[1:5], "--all" in sys.argv, seed)
