"""FER+ as training material: vote shares, splits by content, and where the product cuts each face."""
import io
import json

import numpy as np
from PIL import Image, ImageOps

VALID = 8  # the first eight of ten vote columns are labels; the others are "unknown" and "not a face"
LEAST_VOTES = 5
LABELS = ("neutral", "happiness", "surprise", "sadness", "anger", "disgust", "fear", "contempt")


def load(archive: str, outlines: str | None = None) -> dict[str, dict[str, np.ndarray]]:
    """`train` and `public`, each with x uint8 [n, 48, 48], shares float32 [n, 8], outline float32 [n, 5] (NaN: none)."""
    with np.load(archive) as data:
        x, votes, splits = data["x"], data["votes"][:, :VALID].astype(np.int64), data["split"]
    usable = (votes.sum(1) >= LEAST_VOTES) & (x.reshape(len(x), -1).std(1) > 3)
    outline = np.full((len(votes), 5), np.nan, np.float32)
    if outlines is not None:
        for line in open(outlines):
            if not line.endswith("\n"):
                break  # still being written
            one = json.loads(line)
            if one["outline"] is not None:
                outline[one["index"]] = one["outline"]
    seen: set[bytes] = set()
    parts = {}
    for name, split in (("public", 1), ("train", 0)):  # a picture that is public is never trained on
        rows = []
        for row in np.flatnonzero(usable & (splits == split)):
            content = x[row].tobytes()
            if content not in seen:
                rows.append(row)
                seen.add(content)
        unseen = [LABELS[at] for at in np.flatnonzero(votes[rows].sum(0) == 0)] if name == "train" else []
        if unseen:
            raise SystemExit(f"Cannot train as no face of {archive} has a vote for {', '.join(unseen)}: add faces that do")
        shares = votes[rows] / votes[rows].sum(1, keepdims=True)
        parts[name] = {"x": x[rows], "shares": shares.astype(np.float32), "outline": outline[rows], "row": np.array(rows)}
    return parts


def recompressed(x: np.ndarray, seed: int) -> np.ndarray:
    """Each picture once through JPEG at a quality between 20 and 80."""
    rng = np.random.default_rng(seed)
    out = np.empty_like(x)
    for at, picture in enumerate(x):
        buffer = io.BytesIO()
        Image.fromarray(picture).save(buffer, "JPEG", quality=int(rng.integers(20, 80)))
        out[at] = np.asarray(Image.open(buffer))
    return out


def equalised(x: np.ndarray) -> np.ndarray:
    """Each picture with its histogram flattened, as some data sets come."""
    return np.stack([np.asarray(ImageOps.equalize(Image.fromarray(picture))) for picture in x])
