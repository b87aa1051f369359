"""Trains the face check on the crops that crops.mjs wrote, and exports it.

python train.py crops.bin ... --epochs 24 --out face-check.onnx

Prints for each epoch, on images kept apart (by content, an eighth of all): how many faces and how many others pass at a
probability of .3, and how many covered and free parts are called covered.
"""

import argparse
import time
import warnings

import numpy as np
import torch
from torch import nn
from torch.nn import functional as f

SIDE = 64
RECORD = SIDE * SIDE + 12 * 4
MIRRORED = [1, 0, 3, 2, 4, 6, 5, 8, 7, 9]  # parts as a mirror shows them


class FaceCheck(nn.Module):
    """Luma [n, 1, 64, 64], 0..255 -> logits of "is a face" [n, 1] and of "is covered" [n, 10]."""

    def __init__(self):
        super().__init__()

        def block(inputs, outputs, stride):
            convolution = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
            return nn.Sequential(convolution, nn.BatchNorm2d(outputs), nn.ReLU())

        sizes = [(1, 16, 2), (16, 32, 2), (32, 48, 1), (48, 64, 2), (64, 64, 1), (64, 64, 2)]
        self.features = nn.Sequential(*(block(*size) for size in sizes))

        def head(outputs):
            return nn.Sequential(nn.Dropout(0.2), nn.Linear(64 * 16, 48), nn.ReLU(), nn.Linear(48, outputs))

        self.face = head(1)
        self.covered = head(10)

    def forward(self, luma):
        mean = luma.mean((2, 3), keepdim=True)
        deviation = ((luma - mean) ** 2).mean((2, 3), keepdim=True).sqrt() + 4
        features = self.features((luma - mean) / deviation).flatten(1)
        return self.face(features), self.covered(features)


def read(paths):
    records = np.concatenate([np.fromfile(path, np.uint8).reshape(-1, RECORD) for path in paths])
    luma = records[:, : SIDE * SIDE].reshape(-1, 1, SIDE, SIDE)
    numbers = records[:, SIDE * SIDE :].copy().view(np.float32)
    return torch.from_numpy(luma.copy()), torch.from_numpy(numbers[:, :1]), torch.from_numpy(numbers[:, 1:11])


def kept_apart(face, shares):
    """A face and all its copies with something over them lie on one side of the split."""
    starts = (face[:, 0] == 0) | ((face[:, 0] == 1) & (shares.max(1).values == 0))
    group = np.cumsum(starts.numpy())
    return (group * 2654435761 % 2**32) / 2**32 < 0.125


def augmented(luma, shares, random):
    n = len(luma)
    flip = torch.rand(n) < 0.5
    luma = torch.where(flip[:, None, None, None], luma.flip(3), luma)
    shares = torch.where(flip[:, None], shares[:, MIRRORED], shares)
    angle, scale, shift = torch.randn(n) * 0.12, torch.exp(torch.randn(n) * 0.08), torch.randn(n, 2) * 0.06
    rows = [[scale * angle.cos(), -scale * angle.sin(), shift[:, 0]], [scale * angle.sin(), scale * angle.cos(), shift[:, 1]]]
    grid = f.affine_grid(torch.stack([torch.stack(row, 1) for row in rows], 1), luma.shape, align_corners=False)
    luma = f.grid_sample(luma, grid, padding_mode="border", align_corners=False)
    coarse = f.interpolate(luma, size=int(random.integers(12, 40)), mode="area")
    small = (torch.rand(n) < 0.25)[:, None, None, None]
    luma = torch.where(small, f.interpolate(coarse, size=SIDE, mode="bilinear"), luma)
    gamma = torch.exp(torch.randn(n) * 0.25)[:, None, None, None]
    luma = 255 * (luma.clamp(0, 255) / 255) ** gamma
    noise = torch.randn_like(luma) * (torch.rand(n) * 8)[:, None, None, None]
    return (luma + noise).clamp(0, 255), shares


def loss_of(outputs, face, shares):
    is_face, covered = outputs
    known = (face > 0.75).float()
    of_parts = f.binary_cross_entropy_with_logits(covered, shares.clamp(0, 1), reduction="none").mean(1, keepdim=True)
    # Others are a sixth of the crops and count as much as the faces together.
    weight = torch.where(face == 0, 4.0, 1.0)
    return f.binary_cross_entropy_with_logits(is_face, face, weight) + 2 * (of_parts * known).sum() / known.sum().clamp(1)


def report(network, luma, face, shares):
    network.eval()
    with torch.no_grad():
        outputs = [network(part.float()) for part in luma.split(512)]
    network.train()
    is_face = torch.cat([one[0] for one in outputs]).sigmoid()[:, 0]
    covered = torch.cat([one[1] for one in outputs]).sigmoid() >= 0.5
    faces, others = face[:, 0] == 1, face[:, 0] == 0
    share = lambda values: round(values.float().mean().item(), 4)
    free = faces[:, None] & (shares == 0)
    hidden = faces[:, None] & (shares > 0.7)
    whole = faces & (shares.max(1).values == 0)
    return {
        "faces pass": share(is_face[faces] >= 0.3),
        "whole faces pass": share(is_face[whole] >= 0.3),
        "others pass": share(is_face[others] >= 0.3),
        "covered parts called covered": share(covered[hidden]),
        "free parts called covered": share(covered[free]),
        "whole faces with any part called covered": share(covered[whole].any(1)),
    }


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("crops", nargs="+")
    arguments.add_argument("--epochs", type=int, default=24)
    arguments.add_argument("--out", default="face-check.onnx")
    options = arguments.parse_args()
    torch.manual_seed(1)
    torch.set_num_threads(1)
    random = np.random.default_rng(1)
    luma, face, shares = read(options.crops)
    apart = kept_apart(face, shares)
    training, held_out = np.flatnonzero(~apart), np.flatnonzero(apart)
    network = FaceCheck()
    batch = 128
    steps = len(training) // batch * options.epochs
    optimiser = torch.optim.AdamW(network.parameters(), 3e-3, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 3e-3, total_steps=steps + 1)
    started = time.time()
    for epoch in range(options.epochs):
        random.shuffle(training)
        for at in range(0, len(training) - batch + 1, batch):
            chosen = training[at : at + batch]
            pixels, parts = augmented(luma[chosen].float(), shares[chosen], random)
            loss = loss_of(network(pixels), face[chosen], parts)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
        if epoch % 3 == 2 or epoch == options.epochs - 1:
            figures = report(network, luma[held_out], face[held_out], shares[held_out])
            print(epoch + 1, f"{time.time() - started:.0f} s", figures, flush=True)
            export(network, options.out)


def export(network, path):
    network.eval()
    warnings.simplefilter("ignore", DeprecationWarning)  # the older exporter writes the smaller graph
    torch.onnx.export(
        network,
        torch.zeros(1, 1, SIDE, SIDE),
        path,
        input_names=["luma"],
        output_names=["face", "covered"],
        opset_version=17,
        dynamo=False,
    )
    network.train()


if __name__ == "__main__":
    main()
