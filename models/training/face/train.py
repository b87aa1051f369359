"""Trains FaceNet on how crowds vote. See README.md for the commands and the figures they gave.

Stage `frames` starts from nothing and looks at whole frames; stage `crops` goes on with crops as the product cuts them.
Writes <out>.pt (network, its moving average, where it stands) after every epoch, and continues it if it is there.
"""
import argparse
import math
import os
import time

import torch

import crops
import faces
from network import FaceNet, deepened, standardised
from start import from_onnx


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("archive")
    parser.add_argument("out")
    parser.add_argument("--outlines", help="what outline-faces.mjs wrote; without it every face is its whole frame")
    parser.add_argument("--start", help="weights to go on from: .pt of a stage before, or a folded .onnx")
    parser.add_argument("--blocks", type=int, nargs=4, default=(1, 2, 2, 2))
    parser.add_argument("--epochs", type=int, default=100)
    parser.add_argument("--rate", type=float, default=3e-3)
    parser.add_argument("--whole-frames", type=float, default=0.15, help="share of crops around the whole frame")
    parser.add_argument("--rare", type=float, default=0.4, help="faces are drawn by prevalence^-rare of their votes")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args()


def divergence(logits: torch.Tensor, shares: torch.Tensor) -> torch.Tensor:
    """KL(votes, p), nats, of each face."""
    return (shares * (shares.clamp_min(1e-9).log() - logits.log_softmax(1))).sum(1)


@torch.no_grad()
def checked(net: FaceNet, part: dict[str, torch.Tensor]) -> tuple[float, float]:
    """KL and accuracy where a majority exists, on crops as the product cuts them, one look each."""
    net.eval()
    logits = torch.cat(
        [
            net(standardised(crops.cut(x.float().div(255).unsqueeze(1), squares)))
            for x, squares in zip(part["x"].split(512), part["squares"].split(512))
        ]
    )
    net.train()
    top = part["shares"].amax(1)
    clear = (part["shares"] == top[:, None]).sum(1) == 1
    hit = logits.argmax(1) == part["shares"].argmax(1)
    return divergence(logits, part["shares"]).mean().item(), hit[clear].float().mean().item()


def tensors(part) -> dict[str, torch.Tensor]:
    squares = crops.boxes(torch.from_numpy(part["outline"]))
    return {"x": torch.from_numpy(part["x"]), "shares": torch.from_numpy(part["shares"]), "squares": squares}


def starting_network(start: str | None, blocks: tuple[int, ...], samples: torch.Tensor) -> FaceNet:
    if start is None:
        return FaceNet(blocks=blocks)
    if start.endswith(".onnx"):
        return deepened(from_onnx(start, samples), blocks)
    state = torch.load(start)
    net = FaceNet(blocks=tuple(state["blocks"]))
    net.load_state_dict(state["average"])
    return deepened(net, blocks)


class Run:
    """Network, moving average and optimiser of one stage."""

    def __init__(self, args: argparse.Namespace, samples: torch.Tensor):
        self.args, self.file, self.epoch, self.step = args, f"{args.out}.pt", 0, 0
        blocks = tuple(args.blocks)
        self.net = starting_network(args.start, blocks, samples).to(memory_format=torch.channels_last)
        self.average = FaceNet(blocks=blocks)
        self.average.load_state_dict(self.net.state_dict())
        weights = [p for p in self.net.parameters() if p.ndim > 1]
        others = [p for p in self.net.parameters() if p.ndim <= 1]
        groups = [{"params": weights, "weight_decay": 0.05}, {"params": others, "weight_decay": 0.0}]
        self.optimiser = torch.optim.AdamW(groups, lr=args.rate)
        if os.path.exists(self.file):
            self.resume()

    def resume(self) -> None:
        state = torch.load(self.file)
        self.net.load_state_dict(state["net"])
        self.average.load_state_dict(state["average"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.epoch, self.step = state["epoch"], state["step"]

    def save(self) -> None:
        state = {"net": self.net.state_dict(), "average": self.average.state_dict(), "blocks": self.args.blocks}
        state |= {"optimiser": self.optimiser.state_dict(), "epoch": self.epoch, "step": self.step}
        torch.save(state, self.file + ".part")
        os.replace(self.file + ".part", self.file)

    def learn(self, x: torch.Tensor, shares: torch.Tensor, done: float) -> float:
        rate = self.args.rate * min(1, (self.step + 1) / 300) * 0.5 * (1 + math.cos(math.pi * done)) + 1e-6
        for group in self.optimiser.param_groups:
            group["lr"] = rate
        with torch.autocast("cpu", dtype=torch.bfloat16):
            logits = self.net(x.to(memory_format=torch.channels_last))
        loss = divergence(logits.float(), shares).mean()
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.net.parameters(), 2.0)
        self.optimiser.step()
        self.step += 1
        with torch.no_grad():
            keep = min(0.998, (1 + self.step) / (10 + self.step))
            for mean, now in zip(self.average.state_dict().values(), self.net.state_dict().values()):
                mean.lerp_(now, 1 - keep) if mean.dtype.is_floating_point else mean.copy_(now)
        return loss.item()


def main() -> None:
    args = options()
    torch.manual_seed(args.seed)
    torch.set_num_threads(args.threads)
    parts = faces.load(args.archive, args.outlines)
    train, public = tensors(parts["train"]), tensors(parts["public"])
    looks = [train["x"], torch.from_numpy(faces.recompressed(parts["train"]["x"], args.seed))]
    looks.append(torch.from_numpy(faces.equalised(parts["train"]["x"])))
    share_of_look = torch.tensor([0.57, 0.35, 0.08])
    drawn = train["shares"] @ train["shares"].mean(0) ** -args.rare
    run = Run(args, standardised(train["x"][:2048].float().div(255).unsqueeze(1)))
    print(len(train["x"]), len(public["x"]), sum(p.numel() for p in run.net.parameters()), checked(run.net, public), flush=True)
    size, began = 128, time.time()
    batches = len(drawn) // size
    for run.epoch in range(run.epoch + 1, args.epochs + 1):
        total = 0.0
        for batch, rows in enumerate(torch.multinomial(drawn, batches * size, replacement=True).split(size)):
            which = torch.multinomial(share_of_look, size, replacement=True)
            x = torch.stack([look[rows] for look in looks])[which, torch.arange(size)].float().div(255).unsqueeze(1)
            squares = crops.jittered(train["squares"][rows], args.whole_frames)
            mirror = torch.where(torch.rand(size) < 0.5, -1.0, 1.0)
            x = crops.disturbed(crops.cut(x, squares, mirror, torch.exp(crops.uniform(size, 0.06))))
            total += run.learn(x, train["shares"][rows], (run.epoch - 1 + batch / batches) / args.epochs)
        loss, accuracy = checked(run.average, public)
        print(f"{run.epoch}\t{time.time() - began:.0f} s\ttrain {total / batches:.4f}\tpublic {loss:.4f} {accuracy:.4f}", flush=True)
        run.save()


if __name__ == "__main__":
    main()
