"""Writes tiny models for tests of real engines: make_tiny_models.py VOCABULARY.gguf TEMPLATE.jinja FOLDER

tiny.gguf has the vocabulary of a published model and one layer that prefers short legal JSON, so that a schema is
answered in a second; tiny-tools.gguf is the same with a template that takes tools, and calls them. projector.gguf has the
real shapes of a Gemma 3 projector (896 px, 256 tokens an image) and random weights: images go the whole way in, and nothing
sees them.
"""
import sys

import gguf
import numpy as np

WIDTH, FEED_FORWARD, HEADS, CONTEXT = 64, 64, 2, 32768
PATCH, SIDE = 14, 896
COPIED = ("model", "pre", "tokens", "token_type", "merges", "bos_token_id", "eos_token_id", "padding_token_id")
random = np.random.default_rng(1)


def noise(*shape, scale=0.001):
    return (random.normal(size=shape) * scale).astype(np.float32)


def ones(length):
    return np.ones(length, np.float32)


def bias_of(token, end):
    """What the model would rather write: few words, small numbers, and an end."""
    if end:
        return 12.0
    if any(mark in token for mark in " \n\t\r\u0120\u010a"):
        return -20.0
    preferred = {'"': 9, "}": 6, "]": 6, "null": 4, ":": 3, ",": 2.5, "0": 2, "1": 2, ".": 2}
    return float(preferred.get(token, 0 if token.isalpha() and len(token) > 3 else -4))


def prefer_calls(tokens, embedding, output):
    """After the empty line that opens its turn it writes <tool_call>: from there a grammar leads, if there are tools."""
    chain = ["\u010a\u010a", "<", "tool", "_", "call", ">", "\u010a"]
    for dimension, (before, after) in enumerate(zip(chain, chain[1:]), start=1):
        embedding[:, dimension] = 0
        output[:, dimension] = 0
        embedding[tokens.index(before), dimension] = 8
        output[tokens.index(after), dimension] = 5


def write(writer, tensors):
    for name, tensor in tensors.items():
        writer.add_tensor(name, tensor)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def write_model(source, path, template, calls=False):
    fields = gguf.GGUFReader(source).fields
    known = {key: fields[f"tokenizer.ggml.{key}"].contents() for key in COPIED if f"tokenizer.ggml.{key}" in fields}
    tokens, end = known["tokens"], int(known["eos_token_id"])
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_name("tiny")
    writer.add_context_length(CONTEXT)
    writer.add_embedding_length(WIDTH)
    writer.add_block_count(1)
    writer.add_feed_forward_length(FEED_FORWARD)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(1)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_dimension_count(WIDTH // HEADS)
    writer.add_vocab_size(len(tokens))
    writer.add_tokenizer_model(known["model"])
    writer.add_tokenizer_pre(known["pre"])
    writer.add_token_list(tokens)
    writer.add_token_types(known["token_type"])
    writer.add_token_merges(known["merges"])
    writer.add_bos_token_id(int(known["bos_token_id"]))
    writer.add_eos_token_id(end)
    writer.add_chat_template(template)
    embedding, output = noise(len(tokens), WIDTH, scale=0.02), noise(len(tokens), WIDTH, scale=0.05)
    embedding[:, 0] = 8
    output[:, 0] = [bias_of(token, index == end) / WIDTH**0.5 for index, token in enumerate(tokens)]
    if calls:
        prefer_calls(tokens, embedding, output)
    half = WIDTH // HEADS
    layer = {
        "attn_norm": ones(WIDTH),
        "ffn_norm": ones(WIDTH),
        "attn_q": noise(WIDTH, WIDTH),
        "attn_k": noise(half, WIDTH),
        "attn_v": noise(half, WIDTH),
        "attn_output": noise(WIDTH, WIDTH),
        "ffn_gate": noise(FEED_FORWARD, WIDTH),
        "ffn_up": noise(FEED_FORWARD, WIDTH),
        "ffn_down": noise(WIDTH, FEED_FORWARD),
    }
    named = {f"blk.0.{name}.weight": tensor for name, tensor in layer.items()}
    ends = {"token_embd.weight": embedding, "output.weight": output, "output_norm.weight": ones(WIDTH)}
    write(writer, {**ends, **named})


def write_projector(path):
    writer = gguf.GGUFWriter(path, "clip")
    writer.add_type("mmproj")
    writer.add_bool("clip.has_vision_encoder", True)
    writer.add_bool("clip.use_gelu", True)
    for key in ("clip.projector_type", "clip.vision.projector_type"):
        writer.add_string(key, "gemma3")
    numbers = {
        "image_size": SIDE,
        "patch_size": PATCH,
        "embedding_length": WIDTH,
        "feed_forward_length": 2 * WIDTH,
        "block_count": 1,
        "attention.head_count": 2,
        "projection_dim": WIDTH,
        "projector.scale_factor": 4,
    }
    for key, value in numbers.items():
        writer.add_uint32(f"clip.vision.{key}", value)
    writer.add_float32("clip.vision.attention.layer_norm_epsilon", 1e-6)
    writer.add_array("clip.vision.image_mean", [0.5] * 3)
    writer.add_array("clip.vision.image_std", [0.5] * 3)
    tensors = {
        "v.patch_embd.weight": noise(WIDTH, 3, PATCH, PATCH, scale=0.02),
        "v.patch_embd.bias": noise(WIDTH),
        "v.position_embd.weight": noise((SIDE // PATCH) ** 2, WIDTH, scale=0.02),
        "v.post_ln.weight": ones(WIDTH),
        "v.post_ln.bias": noise(WIDTH),
        "mm.input_projection.weight": noise(WIDTH, WIDTH, scale=0.02),
        "mm.soft_emb_norm.weight": ones(WIDTH),
    }
    for name in ("attn_q", "attn_k", "attn_v", "attn_out"):
        tensors[f"v.blk.0.{name}.weight"] = noise(WIDTH, WIDTH, scale=0.02)
        tensors[f"v.blk.0.{name}.bias"] = noise(WIDTH)
    for name in ("ln1", "ln2"):
        tensors[f"v.blk.0.{name}.weight"] = ones(WIDTH)
        tensors[f"v.blk.0.{name}.bias"] = noise(WIDTH)
    for name, shape in (("ffn_up", (2 * WIDTH, WIDTH)), ("ffn_down", (WIDTH, 2 * WIDTH))):
        tensors[f"v.blk.0.{name}.weight"] = noise(*shape, scale=0.02)
        tensors[f"v.blk.0.{name}.bias"] = noise(shape[0])
    write(writer, tensors)


PLAIN = (
    "{% for message in messages %}<|im_start|>{{ message['role'] }}\n{{ message['content'] }}<|im_end|>\n"
    "{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
source, template, folder = sys.argv[1:]
with open(template, encoding="utf-8") as file:
    write_model(source, f"{folder}/tiny-tools.gguf", file.read(), calls=True)
write_model(source, f"{folder}/tiny.gguf", PLAIN)
write_projector(f"{folder}/projector.gguf")
