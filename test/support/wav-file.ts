interface WavOptions {
  readonly rateHz?: number;
  readonly channels?: number;
  readonly bits?: 8 | 16 | 24 | 32 | 64;
  readonly isFloat?: boolean;
  /** Format tag in the header, where it is to be another than that of what is written. */
  readonly tag?: number;
  /** Bytes of samples that the header names, where it is not to tell the truth. */
  readonly saysBytes?: number;
}

/** A WAV file: 16 bits, mono, 16 kHz unless told. Each channel is the same. */
export function wavFile(samples: Float32Array, options: WavOptions = {}): Buffer {
  const { rateHz = 16_000, channels = 1, isFloat = false, bits = isFloat ? 32 : 16 } = options;
  const [frame, tag] = [(channels * bits) / 8, options.tag ?? (isFloat ? 3 : 1)];
  const data = Buffer.alloc(samples.length * frame);
  for (const [at, value] of samples.entries()) {
    for (let channel = 0; channel < channels; channel++) {
      write(data, at * frame + (channel * bits) / 8, { value, bits, isFloat });
    }
  }
  const head = Buffer.alloc(44);
  head.write("RIFF", 0, "latin1");
  head.writeUInt32LE(36 + data.length, 4);
  head.write("WAVEfmt ", 8, "latin1");
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(tag, 20);
  head.writeUInt16LE(channels, 22);
  head.writeUInt32LE(rateHz, 24);
  head.writeUInt32LE(rateHz * frame, 28);
  head.writeUInt16LE(frame, 32);
  head.writeUInt16LE(bits, 34);
  head.write("data", 36, "latin1");
  head.writeUInt32LE(options.saysBytes ?? data.length, 40);
  return Buffer.concat([head, data]);
}

interface Sample {
  readonly value: number;
  readonly bits: number;
  readonly isFloat: boolean;
}

function write(data: Buffer, at: number, { value, bits, isFloat }: Sample): void {
  if (isFloat) return void (bits === 64 ? data.writeDoubleLE(value, at) : data.writeFloatLE(value, at));
  if (bits === 8) return void data.writeUInt8(Math.round(value * 127) + 128, at);
  data.writeIntLE(Math.round(value * (2 ** (bits - 1) - 1)), at, bits / 8);
}
