"""The words of the reader: what the training texts say at least twice, then whole words of MiniLM's own vocabulary (its
order is about that of frequency), each with MiniLM's vector of the word alone.

python vocabulary.py OUT.npz [TEACHER.pt]     with a fine-tuned teacher its vectors are laid beside the original ones
"""

import re
import sys
import unicodedata
from collections import Counter

import numpy as np
import torch
import torch.nn.functional as F

from data import crowd, own, plain
from minilm import FOLDER, MiniLM, padded, tokenizer

SIZE, DIMENSIONS = 20_000, 64


def words_of(text):
    """As src/ does it: no accents, lower case, letters with inner apostrophes."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", text.replace("’", "'")) if not unicodedata.category(c).startswith("M"))
    return re.findall(r"[a-z]+(?:'[a-z]+)*", bare.lower())


def chosen_words():
    counts = Counter(word for row in [*crowd(), *own()] for word in words_of(plain(row.text)))
    known = [word for word, count in counts.most_common() if count >= 2]
    general = [w for w in (FOLDER / "vocab.txt").read_text(encoding="utf8").split() if re.fullmatch(r"[a-z]{2,}", w)]
    return list(dict.fromkeys([*known, *general]))[:SIZE], counts


def vectors(model, words):
    rows = [encoding.ids for encoding in tokenizer().encode_batch(words)]
    found = []
    with torch.no_grad():
        for start in range(0, len(rows), 128):
            found.append(F.normalize(model(*padded(rows[start : start + 128]))).numpy())
    return np.concatenate(found)


def compressed(found):
    """Principal components, float32 [words, 64], scaled to a standard deviation of .5."""
    centred = found - found.mean(0)
    _, _, axes = np.linalg.svd(centred[::2], full_matrices=False)
    small = centred @ axes[:DIMENSIONS].T
    return (small / small.std() * 0.5).astype(np.float32)


def main(out, teacher=None):
    torch.set_num_threads(1)
    words, counts = chosen_words()
    found = vectors(MiniLM().eval(), words)
    if teacher is not None:
        tuned = MiniLM().eval()
        state = torch.load(teacher)
        tuned.load_state_dict({name.removeprefix("body."): v.float() for name, v in state.items() if name.startswith("body.")})
        both = [found - found.mean(0), vectors(tuned, words)]
        both[1] -= both[1].mean(0)
        found = np.concatenate([part / np.sqrt((part**2).sum(1).mean()) for part in both], 1)
    np.savez(out, words=np.array(words), counts=np.array([counts[w] for w in words]), full=found[:, :384].astype(np.float16),
             small=compressed(found))


if __name__ == "__main__":
    main(*sys.argv[1:])
