/** A small GGUF file of version 3: its header, and one tensor of `numbers` zeros. Format: ggml's docs/gguf.md. */
export function ggufBytes(
  metadata: Readonly<Record<string, string | number | boolean | readonly string[]>>,
  numbers = 64,
) {
  const entries = Object.entries(metadata).map(([key, value]) => Buffer.concat([text(key), typed(value)]));
  const tensor = Buffer.concat([text("output.weight"), uint32(1), uint64(numbers), uint32(0), uint64(0)]);
  const header = Buffer.concat([
    Buffer.from("GGUF"),
    ...[uint32(3), uint64(1), uint64(entries.length), ...entries, tensor],
  ]);
  const padding = Buffer.alloc((32 - (header.length % 32)) % 32);
  return Buffer.concat([header, padding, Buffer.alloc(4 * numbers)]);
}

/** What a model that can be asked says of itself. */
export const CHAT_MODEL = {
  "general.architecture": "llama",
  "llama.context_length": 4096,
  "tokenizer.ggml.tokens": ["<s>", "face", "brow"],
  "tokenizer.chat_template": "{{ messages }}",
};

function typed(value: string | number | boolean | readonly string[]): Buffer {
  if (typeof value === "string") return Buffer.concat([uint32(8), text(value)]);
  if (typeof value === "number") return Buffer.concat([uint32(4), uint32(value)]);
  if (typeof value === "boolean") return Buffer.concat([uint32(7), Buffer.from([Number(value)])]);
  return Buffer.concat([uint32(9), uint32(8), uint64(value.length), ...value.map(text)]);
}

function text(words: string): Buffer {
  const bytes = Buffer.from(words);
  return Buffer.concat([uint64(bytes.length), bytes]);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function uint64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}
