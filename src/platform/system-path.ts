import { isUtf8 } from "node:buffer";
import { readFileSync } from "node:fs";

/**
 * Paths are text everywhere in Kuleshov, while those of Linux are bytes. A byte that is not part of UTF-8 is kept as the
 * half character U+DC80 to U+DCFF, of which none occurs in text (Python's PEP 383 does the same), and made a byte again
 * where a path is handed to the system.
 */
export function pathOfBytes(bytes: Buffer): string {
  if (isUtf8(bytes)) return bytes.toString("utf8");
  let path = "";
  for (let at = 0; at < bytes.length; ) {
    const length = [1, 2, 3, 4].find((count) => at + count <= bytes.length && isUtf8(bytes.subarray(at, at + count)));
    path +=
      length === undefined
        ? String.fromCharCode(0xdc00 + (bytes[at] as number))
        : bytes.toString("utf8", at, at + length);
    at += length ?? 1;
  }
  return path;
}

/** A path as the functions of `node:fs` take it. */
export function systemPath(path: string): string | Buffer {
  if (!hasStrayBytes(path)) return path;
  return Buffer.concat(
    [...path].map((character) =>
      hasStrayBytes(character) ? Buffer.from([character.charCodeAt(0) - 0xdc00]) : Buffer.from(character),
    ),
  );
}

/** Whether a path names something in an object store, `s3://bucket/key`, and nothing on a disk. */
export function isObjectAddress(path: string): boolean {
  return /^s3:\/\//i.test(path);
}

/** Whether a path holds bytes that are not UTF-8, with which only Kuleshov's own code can open it. */
export function hasStrayBytes(path: string): boolean {
  return /[\udc80-\udcff]/u.test(path);
}

/**
 * The words that this process was started with, without the program and the script. Node itself has put U+FFFD for bytes
 * that are not UTF-8; Linux tells them.
 */
export function argumentsAsGiven(argv: readonly string[] = process.argv): readonly string[] {
  const words = argv.slice(2);
  if (process.platform !== "linux" || !words.some((word) => word.includes("\ufffd"))) return words;
  const bytes = readFileSync("/proc/self/cmdline");
  const given: string[] = [];
  for (let start = 0, end = bytes.indexOf(0); end >= 0; start = end + 1, end = bytes.indexOf(0, start)) {
    given.push(pathOfBytes(bytes.subarray(start, end)));
  }
  return given.slice(-words.length);
}
