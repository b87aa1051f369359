"""Writes a trained FaceNet as ONNX: standardising inside, normalisation folded, weights as float16 that the runtime
widens once on loading. Pixels 0..255 in, logits and the features below them out; batch of 1. Prints the file's hash.

    python export.py crops.pt ../../networks/crowd-face.onnx
"""
import hashlib
import sys

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import nn

from network import SIDE, FaceNet, standardised
from start import convolutions

KEEP_WIDE = 256  # values; smaller tensors stay float32


class Whole(nn.Module):
    """From the pixels of a crop to logits."""

    def __init__(self, net: FaceNet):
        super().__init__()
        self.net = net

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        return self.net(standardised(pixels / 255))


def load(path: str) -> FaceNet:
    state = torch.load(path)
    net = FaceNet(blocks=tuple(state["blocks"]))
    net.load_state_dict(state["average"])
    return net.eval()


@torch.no_grad()
def fold(net: FaceNet) -> FaceNet:
    """Puts every normalisation into the convolution before it."""
    for conv, norm in convolutions(net):
        gain = norm.weight / (norm.running_var + norm.eps).sqrt()
        conv.weight.mul_(gain[:, None, None, None])
        conv.bias = nn.Parameter(norm.bias - norm.running_mean * gain)
        norm.reset_parameters()
        norm.eps = 0.0
    return net


def narrowed(model: onnx.ModelProto) -> onnx.ModelProto:
    """Large weights as float16, each followed by a cast that the runtime computes once."""
    graph = model.graph
    casts = []
    for initializer in list(graph.initializer):
        values = numpy_helper.to_array(initializer)
        if values.dtype != np.float32 or values.size < KEEP_WIDE:
            continue
        graph.initializer.remove(initializer)
        graph.initializer.append(numpy_helper.from_array(values.astype(np.float16), initializer.name + "_16"))
        casts.append(helper.make_node("Cast", [initializer.name + "_16"], [initializer.name], to=TensorProto.FLOAT))
    for cast in reversed(casts):
        graph.node.insert(0, cast)
    onnx.checker.check_model(model)
    return model


def with_features(model: onnx.ModelProto) -> onnx.ModelProto:
    """What the last layer takes, as a second output."""
    last = next(node for node in model.graph.node if node.output[0] == "logits")
    features = last.input[0]
    for node in model.graph.node:
        for names in (node.input, node.output):
            names[:] = ["features" if name == features else name for name in names]
    model.graph.output.append(helper.make_tensor_value_info("features", TensorProto.FLOAT, [1, 128]))
    onnx.checker.check_model(model)
    return model


def main() -> None:
    weights, out = sys.argv[1:3]
    example = torch.zeros(1, 1, SIDE, SIDE)
    names = {"input_names": ["pixels"], "output_names": ["logits"]}
    torch.onnx.export(Whole(fold(load(weights))), (example,), out, opset_version=17, dynamo=False, **names)
    onnx.save(with_features(narrowed(onnx.load(out))), out)
    data = open(out, "rb").read()
    print(f"{len(data)} bytes, SHA-256 {hashlib.sha256(data).hexdigest()}")


if __name__ == "__main__":
    main()
