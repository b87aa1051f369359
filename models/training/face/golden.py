"""What the trained network, in PyTorch and before it was exported, answers to the golden input of its manifest.

    node -e 'import("../../../dist/src/networks/verify-network.js").then(({ drawnFace }) =>
      process.stdout.write(drawnFace(48, 48)))' > drawn-face.rgb
    python golden.py crops.pt drawn-face.rgb
"""
import sys

import numpy as np
import torch

from export import Whole, load
from network import SIDE

weights, picture = sys.argv[1:3]
rgb = np.frombuffer(open(picture, "rb").read(), np.uint8).reshape(SIDE, SIDE, 3).astype(np.float32)
gray = torch.from_numpy(rgb @ np.array([0.2989, 0.587, 0.114], np.float32))[None, None]
with torch.no_grad():
    logits = Whole(load(weights))(gray)[0].numpy().astype(float)
print([round(float(v), 6) for v in logits], "mean", round(logits.mean(), 6), "rms", round(float((logits**2).mean() ** 0.5), 6))
