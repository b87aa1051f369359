"""Words, pairs of words and runs of three to five letters, hashed: what the reader sees of spelling and word order."""

import numpy as np
from scipy.sparse import csr_matrix

from data import plain
from vocabulary import words_of

BITS = 15
WIDTH = 2**BITS


def fnv1a(text, seed):
    """FNV-1a, 32 bits, over ASCII."""
    value = 0x811C9DC5 ^ seed
    for byte in text.encode():
        value = ((value ^ byte) * 0x01000193) & 0xFFFFFFFF
    return value ^ (value >> 15)


def word_features(words):
    pairs = [f"{a} {b}" for a, b in zip(["<", *words], [*words, ">"])]
    return sorted({fnv1a(feature, 0) % WIDTH for feature in [*words, *pairs]})


def letter_features(words):
    found = set()
    for word in words:
        bounded = f" {word} "
        for length in (3, 4, 5):
            for start in range(len(bounded) - length + 1):
                found.add(WIDTH + fnv1a(bounded[start : start + length], 1) % WIDTH)
    return sorted(found)


def matrix(texts):
    """Sparse float32 [texts, 2 * 32768], each half of length 1."""
    columns, values, starts = [], [], [0]
    for text in texts:
        words = words_of(plain(text))[:200]
        for features in (word_features(words), letter_features(words)):
            columns += features
            values += [max(1, len(features)) ** -0.5] * len(features)
        starts.append(len(columns))
    return csr_matrix((np.array(values, np.float32), columns, starts), shape=(len(texts), 2 * WIDTH))
