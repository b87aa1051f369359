"""Crops as the product cuts them, and everything that may happen to a picture before it is cut."""
import math

import torch
import torch.nn.functional as F

from network import SIDE, standardised


def uniform(n: int, most: float) -> torch.Tensor:
    return (torch.rand(n) * 2 - 1) * most


def boxes(outline: torch.Tensor) -> torch.Tensor:
    """Outlines [n, 5] as squares [n, 4]: centre x, y and half side in -1..1 of the frame, angle. None: the whole frame."""
    x, y, width, height, angle = outline.unbind(1)
    square = torch.stack([x / SIDE * 2 - 1, y / SIDE * 2 - 1, torch.maximum(width, height) / SIDE, angle], 1)
    whole = torch.tensor([0.0, 0.0, 1.0, 0.0])
    return torch.where(outline.isfinite().all(1, keepdim=True), square, whole)


def cut(x: torch.Tensor, squares: torch.Tensor, mirror=None, stretch=None) -> torch.Tensor:
    """Samples squares of [n, 1, 48, 48] bilinearly; the edge goes on outside, as in the product."""
    centre_x, centre_y, half, angle = squares.unbind(1)
    along = half if mirror is None else half * mirror
    wide, high = (along, half) if stretch is None else (along * stretch, half / stretch)
    theta = torch.zeros(len(x), 2, 3)
    theta[:, 0, 0], theta[:, 0, 1], theta[:, 0, 2] = wide * angle.cos(), -high * angle.sin(), centre_x
    theta[:, 1, 0], theta[:, 1, 1], theta[:, 1, 2] = wide * angle.sin(), high * angle.cos(), centre_y
    grid = F.affine_grid(theta, [len(x), 1, SIDE, SIDE], align_corners=False)
    return F.grid_sample(x, grid, padding_mode="border", align_corners=False)


def jittered(squares: torch.Tensor, whole_frames: float) -> torch.Tensor:
    """Squares as other detections of the same face would put them; a share of them around the whole frame."""
    n = len(squares)
    frame = torch.rand(n) < whole_frames
    squares = torch.where(frame[:, None], torch.tensor([0.0, 0.0, 1.0, 0.0]), squares)
    loose = torch.where(frame, 2.0, 1.0)
    half = squares[:, 2] * torch.exp(uniform(n, 0.11) * loose)
    shift = uniform(2 * n, 0.07).view(n, 2) * (half * loose)[:, None]
    angle = squares[:, 3] + uniform(n, math.radians(8)) * loose
    return torch.stack([squares[:, 0] + shift[:, 0], squares[:, 1] + shift[:, 1], half, angle], 1)


def disturbed(x: torch.Tensor) -> torch.Tensor:
    """Small size, blur, noise, exposure, light from one side; each to a share of the pictures. 0..1 in, standardised out."""
    n = len(x)
    fourth, eighth, sixth = n // 4, n // 8, n // 6
    size = int(torch.randint(18, 40, ()))
    small = F.interpolate(x[:fourth], size=(size, size), mode="bilinear", antialias=True)
    x[:fourth] = F.interpolate(small, size=(SIDE, SIDE), mode="bilinear")
    x[fourth : fourth + eighth] = F.avg_pool2d(F.pad(x[fourth : fourth + eighth], (1, 1, 1, 1), mode="replicate"), 3, 1)
    x = x.clamp(1e-3, 1) ** torch.exp(uniform(n, 0.4))[:, None, None, None]
    x[-sixth:] += torch.randn_like(x[-sixth:]) * 0.04
    across = torch.linspace(-1, 1, SIDE)
    x = x + (uniform(n, 0.15)[:, None, None] * across + uniform(n, 0.12)[:, None, None] * across[:, None])[:, None]
    return erased(standardised(x))


def erased(x: torch.Tensor) -> torch.Tensor:
    """A patch of every third picture goes gray: hands, hair, microphones."""
    for at in range(0, len(x), 3):
        width, height = (int(v) for v in torch.randint(6, 18, (2,)))
        left, top = int(torch.randint(0, SIDE - width, ())), int(torch.randint(0, SIDE - height, ()))
        x[at, :, top : top + height, left : left + width] = torch.randn(()) * 0.7
    return x
