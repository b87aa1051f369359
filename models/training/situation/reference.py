"""The reader's arithmetic in numpy, from the packed weights: what src/situations/situation-network.ts must equal."""

import numpy as np

from data import plain
from measure import softmax
from ngrams import letter_features, word_features
from vocabulary import words_of

ENDINGS = ["s", "es", "ed", "d", "ing", "ly"]


class Reference:
    def __init__(self, description, body):
        self.told = description
        self.places = {word: k for k, word in enumerate(description["words"].split(" "))}
        for name, tensor in description["tensors"].items():
            kind = np.int8 if tensor["dtype"] == "int8" else np.float32
            values = np.frombuffer(body, kind, int(np.prod(tensor["shape"])), tensor["offsetBytes"]).reshape(tensor["shape"])
            values = values.astype(np.float32)
            setattr(self, name, values if tensor["scale"] is None else values * np.float32(tensor["scale"]))

    def place(self, word):
        cut = [word[: -len(end)] for end in ENDINGS if word.endswith(end) and len(word) > len(end) + 2]
        return next((self.places[form] for form in [word, word.split("'")[0], *cut] if form in self.places), None)

    def parts(self, text):
        """Logits of both heads and appraisals from the vectors [26], from the letters [16], and the gate's logit."""
        words = words_of(plain(text))
        known = [place for place in map(self.place, words) if place is not None]
        longest = self.told["longestWords"]
        some = known[:longest]
        vectors = self.vectors[some].astype(np.float64)
        weights = np.exp(self.log_weights[some].astype(np.float64))
        bag = (vectors * weights[:, None]).sum(0) / (weights.sum() + 0.01)
        padded = np.concatenate([np.zeros((3, 64)), vectors, np.zeros((3, 64))])
        found = np.concatenate([bag, self.convolved(padded, 2, "pair"), self.convolved(padded, 3, "triple")])
        hidden = np.maximum(0, self.hidden_weight @ found + self.hidden_bias)
        heads = self.heads_weight @ hidden + self.heads_bias + self.skip_weight @ bag
        hashed = self.hashed_bias.astype(np.float64)
        for columns in (word_features(words[:longest]), letter_features(words[:longest])):
            if columns:
                hashed = hashed + self.hashed[columns].sum(0, dtype=np.float64) * len(columns) ** -0.5
        gate = float(self.gate_weight[0] @ found + self.gate_bias[0] + hashed[-1])
        return heads, hashed[:-1], gate, len(known) / max(1, len(words))

    def convolved(self, padded, width, name):
        kernel, bias = getattr(self, name + "_weight"), getattr(self, name + "_bias")
        windows = np.stack([padded[k : k + width] for k in range(len(padded) - width + 1)])
        return np.maximum(0, np.einsum("nwd,fwd->nf", windows, kernel) + bias).max(0)

    def answers(self, texts):
        pool, heat = self.told["pool"], self.told["temperatures"]
        answers = []
        for text in texts:
            heads, hashed, gate, known = self.parts(text)
            logits = pool["vectors"] * np.log(softmax(heads[:10])) + pool["letters"] * np.log(softmax(hashed[:10]))
            answers.append({
                "text": text,
                "actor": softmax(logits / heat["actor"]).tolist(),
                "other": softmax(heads[10:20] / heat["other"]).tolist(),
                "appraisals": np.clip((heads[20:] + hashed[10:]) / 2, 0, 1).tolist(),
                "tellsSituation": 1 / (1 + np.exp(-gate)),
                "knownShare": known,
            })
        return answers
