"""A small residual network of a face: gray 48 x 48 in, eight logits out."""
import torch
import torch.nn.functional as F
from torch import nn

LABELS = ("neutral", "happiness", "surprise", "sadness", "anger", "disgust", "fear", "contempt")
SIDE = 48


class Block(nn.Module):
    """Two 3 x 3 convolutions beside a shortcut; shrinking shortcuts average, so that no pixel is skipped."""

    def __init__(self, channels_in: int, channels: int, stride: int):
        super().__init__()
        self.stride = stride
        self.conv1 = nn.Conv2d(channels_in, channels, 3, stride, 1, bias=False)
        self.norm1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, 1, 1, bias=False)
        self.norm2 = nn.BatchNorm2d(channels)
        changes = channels_in != channels or stride > 1
        self.short = nn.Conv2d(channels_in, channels, 1, bias=False) if changes else None
        self.short_norm = nn.BatchNorm2d(channels) if changes else None

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = F.relu(self.norm1(self.conv1(x)), inplace=True)
        y = self.norm2(self.conv2(y))
        if self.short is not None:
            x = self.short_norm(self.short(F.avg_pool2d(x, 2) if self.stride > 1 else x))
        return F.relu(x + y, inplace=True)


class FaceNet(nn.Module):
    """`widths[i]` channels in `blocks[i]` blocks at each of four sizes (24, 12, 6, 3 pixels)."""

    def __init__(self, widths=(16, 32, 64, 128), blocks=(1, 2, 2, 2), dropout=0.2):
        super().__init__()
        self.stem = nn.Conv2d(1, widths[0], 5, 2, 2, bias=False)
        self.stem_norm = nn.BatchNorm2d(widths[0])
        stages, channels = [], widths[0]
        for stage, (width, count) in enumerate(zip(widths, blocks)):
            layers = []
            for block in range(count):
                layers.append(Block(channels, width, 2 if stage > 0 and block == 0 else 1))
                channels = width
            stages.append(nn.Sequential(*layers))
        self.stages = nn.Sequential(*stages)
        self.dropout = nn.Dropout(dropout)
        self.head = nn.Linear(channels, len(LABELS))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """float32 [n, 1, 48, 48], standardised -> logits [n, 8]."""
        x = F.relu(self.stem_norm(self.stem(x)), inplace=True)
        return self.head(self.dropout(self.stages(x).mean((2, 3))))


def standardised(x: torch.Tensor) -> torch.Tensor:
    """Every picture to mean 0 and deviation 1: neither exposure nor contrast reach the network."""
    centred = x - x.mean((2, 3), keepdim=True)
    return centred / (centred.square().mean((2, 3), keepdim=True) + 1e-4).sqrt()


def deepened(net: FaceNet, blocks: tuple[int, ...]) -> FaceNet:
    """The same function with more blocks in each stage: the new ones start as identities and learn from there."""
    widths = tuple(stage[0].conv1.out_channels for stage in net.stages)
    deeper = FaceNet(widths, blocks)
    deeper.load_state_dict(net.state_dict(), strict=False)
    for old, new in zip(net.stages, deeper.stages):
        for block in list(new)[len(old):]:
            nn.init.zeros_(block.norm2.weight)
    return deeper
