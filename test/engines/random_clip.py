"""Writes a CLIP of the published shape with random weights, and what its authors' code makes of it: random_clip.py IMAGE FOLDER

pip install torch==1.12.1 transformers==4.33.3 "numpy<2" onnx==1.14.1 pillow && pip install --no-deps open_clip_torch   (Python 3.10)

FOLDER gets image.onnx and text.onnx, exported from Hugging Face's CLIPModel with the ports of Transformers.js's files; merges.txt,
made of OpenAI's list as open_clip carries it, byte by byte the file that the shipped manifest names; and golden.json with
tokens and embeddings. compare-clip.mjs holds ours against these.
"""
import gzip
import json
import sys
from importlib.util import find_spec
from pathlib import Path

import torch
from PIL import Image
from transformers import CLIPConfig, CLIPImageProcessor, CLIPModel, CLIPTokenizer
from transformers.models.clip.tokenization_clip import bytes_to_unicode

LAYER = dict(hidden_size=32, intermediate_size=64, num_hidden_layers=2, num_attention_heads=2, projection_dim=512)
END = 49407
TEXTS = [
    "a photo of someone who shows amusement: Finding something funny",
    "a photo of someone who shows anger",
    "a photo of someone who shows schadenfreude: Don't you laugh at others' 2 mishaps? naïve – café…",
]


def random_model():
    torch.manual_seed(16)
    text = dict(LAYER, vocab_size=END + 1, max_position_embeddings=77, eos_token_id=END, bos_token_id=END - 1, pad_token_id=END)
    vision = dict(LAYER, image_size=224, patch_size=32)
    model = CLIPModel(CLIPConfig(text_config=text, vision_config=vision, projection_dim=512)).eval()
    for parameter in model.parameters():
        if parameter.dim() > 1:
            parameter.data.normal_(0, 0.3)
    return model


class Texts(torch.nn.Module):
    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, input_ids):
        return self.model.get_text_features(input_ids=input_ids)


class Images(Texts):
    def forward(self, pixel_values):
        return self.model.get_image_features(pixel_values=pixel_values)


def export(module, example, path, ports, axes):
    names = dict(input_names=ports[:1], output_names=ports[1:], dynamic_axes={ports[0]: axes, ports[1]: {0: "batch_size"}})
    torch.onnx.export(module, (example,), str(path), opset_version=14, **names)


def write_vocabulary(folder):
    """As the tokenizer wants it: bytes, bytes that end a word, merges, start and end."""
    packed = Path(find_spec("open_clip").origin).parent / "bpe_simple_vocab_16e6.txt.gz"
    merges = gzip.decompress(packed.read_bytes()).decode().split("\n")[1 : END - 512]
    (folder / "merges.txt").write_text("\n".join(["#version: 0.2", *merges, ""]), encoding="utf-8", newline="\n")
    signs = list(bytes_to_unicode().values())
    words = [*signs, *[sign + "</w>" for sign in signs], *["".join(pair.split()) for pair in merges]]
    tokens = [*words, "<|startoftext|>", "<|endoftext|>"]
    (folder / "vocab.json").write_text(json.dumps({token: id for id, token in enumerate(tokens)}), encoding="utf-8")


def unit(rows):
    return (rows / rows.norm(dim=-1, keepdim=True)).tolist()


image, folder = sys.argv[1], Path(sys.argv[2])
folder.mkdir(parents=True, exist_ok=True)
write_vocabulary(folder)
model = random_model()
tokenizer = CLIPTokenizer(str(folder / "vocab.json"), str(folder / "merges.txt"))
tokens = tokenizer(TEXTS, padding="max_length", max_length=77, truncation=True, return_tensors="pt").input_ids
pixels = CLIPImageProcessor()(Image.open(image).convert("RGB"), return_tensors="pt").pixel_values
with torch.no_grad():
    sides = {0: "batch_size", 1: "num_channels", 2: "height", 3: "width"}
    export(Images(model), pixels.repeat(2, 1, 1, 1), folder / "image.onnx", ["pixel_values", "image_embeds"], sides)
    export(Texts(model), tokens, folder / "text.onnx", ["input_ids", "text_embeds"], {0: "batch_size", 1: "sequence_length"})
    texts, images = unit(Texts(model)(tokens)), unit(Images(model)(pixels))
golden = dict(image=str(Path(image).resolve()), texts=TEXTS, tokens=tokens.tolist(), textEmbeddings=texts, imageEmbedding=images[0])
(folder / "golden.json").write_text(json.dumps(golden), encoding="utf-8")
