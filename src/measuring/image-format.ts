import type { Metadata } from "sharp";

/** What `measure` and `ask` read, by the name that sharp gives the format. AVIF is a kind of `heif` there. */
const READABLE_FORMATS: ReadonlySet<string> = new Set(["jpeg", "png", "webp", "gif", "tiff", "avif"]);

/** Endings that are looked for in a folder. A file that is named outright is tried whatever its ending. */
export const IMAGE_ENDINGS = [
  "jpg",
  "jpeg",
  "jpe",
  "jfif",
  "mpo",
  "png",
  "webp",
  "tif",
  "tiff",
  "gif",
  "avif",
  "bmp",
  "heic",
  "heif",
];

/** Endings by which a file counts as a video. */
export const VIDEO_ENDINGS = [
  ...["mp4", "m4v", "mov", "mkv", "webm", "avi", "wmv", "flv"],
  ...["mpg", "mpeg", "mts", "m2ts", "3gp", "ogv"],
];

/** Brands of the ISO container that iPhones and some cameras write (ISO/IEC 23008-12). */
const HEIC_BRANDS: ReadonlySet<string> = new Set(["heic", "heix", "heim", "heis", "hevc", "hevx", "mif1", "msf1"]);

/**
 * Why a file cannot be an image, judged by its first bytes alone; `undefined` when it may be one. Formats that the
 * decoder lacks are named here, since its own complaint would only be "unsupported".
 */
export function refusalOfBytes(bytes: Uint8Array): string | undefined {
  if (bytes.length === 0) return "the file is empty";
  const brand = latin1(bytes, 8, 12);
  if (latin1(bytes, 4, 8) === "ftyp" && HEIC_BRANDS.has(brand)) {
    return "it is HEIC, the iPhone's own format: convert it to JPEG or PNG";
  }
  if (startsWith(bytes, [0xff, 0x0a]) || latin1(bytes, 4, 8) === "JXL ") {
    return "it is JPEG XL: convert it to JPEG or PNG";
  }
  if (latin1(bytes, 4, 8) === "jP  ") return "it is JPEG 2000: convert it to JPEG or PNG";
  if (isClip(bytes)) return `it is a clip: \`measure\` and \`ask\` take one, by the ending of its name (${CLIP_NAMES})`;
  if (isSound(bytes)) return "it is sound, which shows no face: name its clip, and give `ask` the sound with --sound";
  if (latin1(bytes, 0, 4) === "%PDF") return "it is a PDF document: export the page as JPEG or PNG";
  if (latin1(bytes, 0, 2) === "BM") return "it is a BMP bitmap: convert it to JPEG or PNG";
  return undefined;
}

const CLIP_NAMES = ".mp4, .mov, .mkv, ...";
/** Brands of the ISO container that cameras, telephones and programs write clips in. */
const CLIP_BRANDS = /^(?:isom|iso\d|mp4\d|avc1|qt {2}|M4V |3gp\d|dash)$/;

/** MP4 and its kin, Matroska and WebM, or AVI. */
function isClip(bytes: Uint8Array): boolean {
  return (
    (latin1(bytes, 4, 8) === "ftyp" && CLIP_BRANDS.test(latin1(bytes, 8, 12))) ||
    startsWith(bytes, [0x1a, 0x45, 0xdf, 0xa3]) ||
    (latin1(bytes, 0, 4) === "RIFF" && latin1(bytes, 8, 12) === "AVI ")
  );
}

/** WAV, FLAC, Ogg, MP3 with a title, or M4A. */
function isSound(bytes: Uint8Array): boolean {
  return (
    (latin1(bytes, 0, 4) === "RIFF" && latin1(bytes, 8, 12) === "WAVE") ||
    ["fLaC", "OggS", "ID3\u0003", "ID3\u0004"].includes(latin1(bytes, 0, 4)) ||
    latin1(bytes, 4, 12) === "ftypM4A "
  );
}

/** Longest side that is read: positions are computed in whole numbers of a fraction of a pixel, which end at 2^17. */
const MAX_SIDE_PX = 100_000;

/** Why a file that the decoder knows is refused all the same; `undefined` when it is welcome. */
export function refusalOfFormat({ format, compression, width, height }: Metadata): string | undefined {
  if (Math.max(width, height) > MAX_SIDE_PX) return `a side is longer than ${MAX_SIDE_PX} pixels: cut it into parts`;
  if (format === "svg") return "it is an SVG drawing, not an image: export it as PNG";
  const name = format === "heif" && compression === "av1" ? "avif" : format;
  if (READABLE_FORMATS.has(name)) return undefined;
  return `its format ${name.toUpperCase()} is not supported: convert it to JPEG or PNG`;
}

function latin1(bytes: Uint8Array, start: number, end: number): string {
  return Buffer.from(bytes.subarray(start, end)).toString("latin1");
}

function startsWith(bytes: Uint8Array, magic: readonly number[]): boolean {
  return magic.every((byte, index) => bytes[index] === byte);
}
