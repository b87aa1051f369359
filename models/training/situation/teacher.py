"""Fine-tunes MiniLM on all situations: a teacher far too large to ship, whose answers the small reader learns.

python teacher.py OUT.npz [--all]     --all: learn from the held-out texts too (settings were chosen without them)
"""

import sys
import time

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from data import APPRAISALS, LABELS, crowd, own, plain
from minilm import WIDTH, MiniLM, padded, tokenizer

torch.set_num_threads(1)
torch.manual_seed(0)
EPOCHS, BATCH, FROZEN, RATE = 3, 32, 2, 6e-5
SOURCE_WEIGHT = {"enisear": 3.0, "own": 1.5, "event2mind": 1.0, "goemotions": 0.5}


class Teacher(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = MiniLM()
        self.heads = nn.Linear(WIDTH, 2 * len(LABELS) + len(APPRAISALS))

    def forward(self, ids, mask, drop=0.1):
        with torch.no_grad():
            lower = self.body.lower(ids, mask, FROZEN)
        found = self.body.upper(lower, mask, FROZEN, drop)
        both = self.heads(F.dropout(found, drop, self.training))
        return both[:, :10], both[:, 10:20], both[:, 20:]


def loss_of(model, rows, ids, balance):
    actor, other, appraised = model(*padded(ids))
    total, weight = 0.0, 0.0
    for logits, who in ((actor, "actor"), (other, "other")):
        has = [at for at, row in enumerate(rows) if who in row.targets]
        if not has:
            continue
        target = torch.tensor(np.stack([rows[at].targets[who] for at in has]))
        w = torch.tensor([SOURCE_WEIGHT[rows[at].source] for at in has]) * (target @ balance[who])
        total = total - (w * (target * logits[has].log_softmax(1)).sum(1)).sum()
        weight += w.sum()
    has = [at for at, row in enumerate(rows) if row.appraisals is not None]
    if has:
        wanted = torch.tensor([rows[at].appraisals for at in has], dtype=torch.float32)
        total = total + 6.0 * ((appraised[has] - wanted) ** 2).sum()
    return total / weight


def balance_of(rows, who):
    """Rare labels count more, by prevalence^-.5 over the weighted sources."""
    mass = sum(SOURCE_WEIGHT[row.source] * row.targets[who] for row in rows if who in row.targets)
    share = mass / mass.sum()
    balance = np.maximum(share, 1e-3) ** -0.5
    return torch.tensor((balance / (share * balance).sum()).astype(np.float32))


def main(out, everything):
    rows = [*crowd(), *own()]
    learn = [at for at, row in enumerate(rows) if everything or not row.heldout]
    encoded = [e.ids for e in tokenizer().encode_batch([plain(row.text) for row in rows])]
    balance = {who: balance_of([rows[at] for at in learn], who) for who in ("actor", "other")}
    model = Teacher()
    optimiser = torch.optim.AdamW([
        {"params": [p for layer in model.body.layers[FROZEN:] for p in layer.parameters()], "lr": RATE},
        {"params": model.heads.parameters(), "lr": 1e-3},
    ], weight_decay=0.01)
    steps, step, began = EPOCHS * (len(learn) // BATCH), 0, time.time()
    rates = [group["lr"] for group in optimiser.param_groups]
    shuffle = np.random.default_rng(0)
    for epoch in range(EPOCHS):
        model.train()
        jitter = np.array([len(encoded[at]) for at in learn]) + shuffle.normal(0, 3, len(learn))
        order = np.array(learn)[np.argsort(jitter)]
        batches = [order[start : start + BATCH] for start in range(0, len(order) - BATCH + 1, BATCH)]
        for some in (batches[at] for at in shuffle.permutation(len(batches))):
            for group, rate in zip(optimiser.param_groups, rates):
                group["lr"] = rate * min(1.0, step / 100) * max(0.02, 1 - step / steps)
            loss = loss_of(model, [rows[at] for at in some], [encoded[at] for at in some], balance)
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimiser.step()
            step += 1
            if step % 100 == 0:
                print(step, steps, f"{time.time() - began:.0f} s", round(loss.item(), 3), flush=True)
        torch.save({k: v.half() for k, v in model.state_dict().items()}, out + ".pt")
        report(model, rows, encoded)
    answers = predict(model, encoded)
    np.savez(out, actor=answers[0], other=answers[1], appraised=answers[2], texts=np.array([row.text for row in rows]))


def predict(model, encoded, batch=64):
    model.eval()
    found = [np.zeros((len(encoded), width), np.float32) for width in (10, 10, len(APPRAISALS))]
    order = sorted(range(len(encoded)), key=lambda at: len(encoded[at]))
    with torch.no_grad():
        for start in range(0, len(order), batch):
            some = order[start : start + batch]
            for into, values in zip(found, model(*padded([encoded[at] for at in some]))):
                into[some] = values.numpy()
    return found


def report(model, rows, encoded):
    for source in ("enisear", "event2mind", "own"):
        held = [at for at, row in enumerate(rows) if row.source == source and row.heldout and "actor" in row.targets]
        actor, _, appraised = predict(model, [encoded[at] for at in held])
        target = np.stack([rows[at].targets["actor"] for at in held])
        p = torch.tensor(actor).softmax(1).numpy()
        five = [LABELS.index(name) for name in ("anger", "disgust", "fear", "happiness", "sadness")]
        some = np.isin(target.argmax(1), five)
        right = (np.array(five)[p[some][:, five].argmax(1)] == target[some].argmax(1)).mean()
        line = f"{source} {len(held)}: 5 labels {right:.3f}, cross-entropy {-(target * np.log(p + 1e-6)).sum(1).mean():.3f}"
        if source == "enisear":
            wanted = np.array([rows[at].appraisals for at in held])
            line += " r " + " ".join(f"{np.corrcoef(appraised[:, j], wanted[:, j])[0, 1]:.2f}" for j in range(6))
        print(line, flush=True)


if __name__ == "__main__":
    main(sys.argv[1], "--all" in sys.argv)
