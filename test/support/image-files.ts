import { crc32, deflateSync } from "node:zlib";
import sharp from "sharp";
import { samplePhoto } from "./photos.ts";

/** A 96 x 64 px copy of a real photograph, to be written in whatever format a test needs. */
export function smallPhoto() {
  return sharp(samplePhoto(1)).resize(96, 64);
}

/** A PNG of about 100 bytes that claims to be `widthPx` x `heightPx`. */
export function decompressionBomb(widthPx: number, heightPx = widthPx): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(widthPx, 0);
  header.writeUInt32BE(heightPx, 4);
  header[8] = 8; // bits per sample; colour type 0 is gray
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([
    signature,
    pngChunk("IHDR", header),
    pngChunk("IDAT", deflateSync(Buffer.alloc(1000))),
    pngChunk("IEND", Buffer.alloc(0)),
  ]);
}

/** The first bytes of an iPhone photo: an ISO container of brand `heic`. */
export function heicHeader(): Buffer {
  return Buffer.concat([Buffer.from([0, 0, 0, 24]), Buffer.from("ftypheic"), Buffer.alloc(12)]);
}

function pngChunk(type: string, data: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, checksum]);
}
