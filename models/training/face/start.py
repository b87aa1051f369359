"""A network to go on training from weights whose normalisation was folded away by an export."""
import numpy as np
import onnx
import torch
from onnx import numpy_helper
from torch import nn

from network import FaceNet


def from_onnx(path: str, samples: torch.Tensor) -> FaceNet:
    """The same function with its normalisations restored, from how `samples` (standardised) pass through it."""
    graph = onnx.load(path).graph
    values = {one.name: numpy_helper.to_array(one) for one in graph.initializer}
    convs = [node for node in graph.node if node.op_type == "Conv"]
    net = FaceNet().eval()
    pairs = list(convolutions(net))
    for (conv, norm), node in zip(pairs, convs, strict=True):
        conv.weight.data = tensor(values[node.input[1]])
        norm.eps = 0.0
        norm.bias.data = tensor(values[node.input[2]])
    [head] = [node for node in graph.node if node.op_type == "Gemm"]
    net.head.weight.data, net.head.bias.data = tensor(values[head.input[1]]), tensor(values[head.input[2]])
    restore_norms(net, [norm for _, norm in pairs], samples)
    return net.train()


def convolutions(net: FaceNet):
    """Every convolution with its normalisation, in the order of an export."""
    yield net.stem, net.stem_norm
    for stage in net.stages:
        for block in stage:
            yield block.conv1, block.norm1
            yield block.conv2, block.norm2
            if block.short is not None:
                yield block.short, block.short_norm


@torch.no_grad()
def restore_norms(net: FaceNet, norms: list[nn.BatchNorm2d], samples: torch.Tensor) -> None:
    """Folded layers have mean 0 and variance 1: gives each the true ones, and a gain and offset that undo them."""
    moments = {}

    def watch(norm, inputs):
        moments[norm] = (inputs[0].mean((0, 2, 3)), inputs[0].var((0, 2, 3), unbiased=False))

    hooks = [norm.register_forward_pre_hook(watch) for norm in norms]
    net(samples)
    for hook in hooks:
        hook.remove()
    for norm, (mean, variance) in moments.items():
        norm.eps = 1e-5
        norm.running_mean.copy_(mean)
        norm.running_var.copy_(variance)
        norm.weight.copy_((variance + norm.eps).sqrt())
        norm.bias.add_(mean)


def tensor(array: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(array.copy())
