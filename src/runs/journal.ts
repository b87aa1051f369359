import type { FileHandle } from "node:fs/promises";
import { crc32 } from "node:zlib";
import type { z } from "zod";
import { KuleshovError } from "../domain/errors.ts";
import { openFile } from "../platform/read-file.ts";
import { inWordsIfDiskFull } from "../platform/system-error.ts";

/** An append-only file of JSON lines, each with a checksum as its last field, `check`. */
export interface Journal {
  /** Resolves when the line is safe against power loss. Lines that arrive meanwhile share one sync. */
  append(record: object): Promise<void>;
  /** Waits for everything appended, then closes. */
  close(): Promise<void>;
}

/**
 * Opens a journal to go on writing. What a process that was killed or a power cut left at its end, from the first line on
 * that is not whole, is cut off.
 */
export async function openJournal(path: string): Promise<Journal> {
  const handle = await openFile(path, "append");
  try {
    await cutTornTail(handle, path);
  } catch (error) {
    await handle.close();
    throw error;
  }
  let waiting: { line: string; resolve: () => void; reject: (error: unknown) => void }[] = [];
  let writing: Promise<void> | undefined;
  let isOpen = true;

  async function writeAll(): Promise<void> {
    while (waiting.length > 0) {
      const batch = waiting;
      waiting = [];
      try {
        await handle.appendFile(batch.map(({ line }) => line).join(""));
        await handle.datasync();
        for (const { resolve } of batch) resolve();
      } catch (error) {
        for (const { reject } of batch) reject(inWordsIfDiskFull(error, path));
      }
    }
    writing = undefined;
  }

  return {
    append: (record) =>
      new Promise((resolve, reject) => {
        waiting.push({ line: journalLine(record), resolve, reject });
        writing ??= writeAll();
      }),
    async close() {
      await writing;
      if (isOpen) await handle.close();
      isOpen = false;
    },
  };
}

/** A record, which has at least one field, as a line of a journal with its end. */
export function journalLine(record: object): string {
  const json = JSON.stringify(record);
  return `${json.slice(0, -1)},"check":"${checksum(json)}"}\n`;
}

/**
 * Reads a journal record by record. A torn end is left out, lines without a checksum are taken as they are, no file is no
 * records.
 *
 * @throws {KuleshovError} naming the line, if one is damaged and others follow it.
 */
export async function* readJournal(path: string): AsyncGenerator<unknown> {
  for await (const json of journalLines(path)) yield JSON.parse(json);
}

/** As {@link readJournal}, each record as its JSON text. */
export async function* journalLines(path: string, pieceBytes?: number): AsyncGenerator<string> {
  let torn: number | undefined;
  for await (const { json, number } of linesOf(path, pieceBytes)) {
    if (json === undefined) torn ??= number;
    else if (torn === undefined) yield json;
    else throw damagedLine(path, torn);
  }
}

/**
 * The lines of a file of JSON lines that a run has written.
 *
 * @param pieceBytes bytes read at once, for whoever reads many files at once.
 * @throws {KuleshovError} naming the line, if one is damaged.
 */
export async function* readRunLines<T>(path: string, schema: z.ZodType<T>, pieceBytes?: number): AsyncGenerator<T> {
  let number = 0;
  for await (const json of journalLines(path, pieceBytes)) {
    number += 1;
    const line = schema.safeParse(JSON.parse(json)).data;
    if (line === undefined) throw damagedLine(path, number);
    yield line;
  }
}

function damagedLine(path: string, line: number): KuleshovError {
  return new KuleshovError(
    `Cannot go on as line ${line} is damaged: start the run again with --force, or name another folder (\`${path}\`)`,
  );
}

/** The records before the first damaged line; what follows it was written after it and may not count either. */
export async function* wholeRecords(path: string): AsyncGenerator<unknown> {
  for await (const { json } of linesOf(path)) {
    if (json === undefined) return;
    yield JSON.parse(json);
  }
}

/** Bytes read at once; between them others get their turn. */
const PIECE_BYTES = 1 << 20;

interface Line {
  /** The record without its checksum; `undefined` when it is not whole. */
  readonly json: string | undefined;
  /** 1-based. */
  readonly number: number;
  /** Where it ends in the file. */
  readonly endByte: number;
}

/** Every line that has its end: what a killed process left after the last one is none. */
async function* linesOf(path: string, pieceBytes = PIECE_BYTES): AsyncGenerator<Line> {
  const handle = await openFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  if (handle === undefined) return;
  let rest: Buffer = Buffer.alloc(0);
  let [number, endByte] = [0, 0];
  try {
    for await (const piece of handle.createReadStream({
      highWaterMark: pieceBytes,
      autoClose: false,
    }) as AsyncIterable<Buffer>) {
      const bytes = rest.length === 0 ? piece : Buffer.concat([rest, piece]);
      let start = 0;
      for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, start)) {
        number += 1;
        endByte += end + 1 - start;
        yield { json: wholeRecord(bytes.subarray(start, end)), number, endByte };
        start = end + 1;
      }
      rest = bytes.subarray(start);
    }
  } finally {
    await handle.close();
  }
}

const CHECK = /^,"check":"([0-9a-f]{8})"\}$/;
const CHECK_LENGTH = ',"check":"00000000"}'.length;
const CLOSING_BRACE = "}".charCodeAt(0);

function wholeRecord(line: Buffer): string | undefined {
  const checkAt = Math.max(0, line.length - CHECK_LENGTH);
  const [, check] = CHECK.exec(line.toString("latin1", checkAt)) ?? [];
  if (check === undefined) {
    const text = line.toString();
    return isUnsigned(text) ? text : undefined;
  }
  // The record ends where its checksum began: our own bytes, which nobody reads again.
  line[checkAt] = CLOSING_BRACE;
  const json = line.subarray(0, checkAt + 1);
  return checksum(json) === check ? json.toString() : undefined;
}

/** Lines that people or earlier versions wrote have no checksum: one that has, where it cannot be read, is damaged. */
function isUnsigned(line: string): boolean {
  try {
    return !Object.hasOwn(Object(JSON.parse(line)), "check");
  } catch {
    return false;
  }
}

function checksum(text: string | Buffer): string {
  return crc32(text).toString(16).padStart(8, "0");
}

async function cutTornTail(handle: FileHandle, path: string): Promise<void> {
  const { size } = await handle.stat();
  let whole = 0;
  for await (const { json, endByte } of linesOf(path)) {
    if (json === undefined) break;
    whole = endByte;
  }
  if (whole < size) await handle.truncate(whole);
}
