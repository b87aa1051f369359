import { type FileHandle, open } from "node:fs/promises";
import { KuleshovError } from "../../domain/errors.ts";
import { inWordsIfDiskFull } from "./disk-full.ts";

/** An append-only file of JSON lines. */
export interface Journal {
  /** Resolves when the line is safe against power loss. Lines that arrive meanwhile share one sync. */
  append(record: unknown): Promise<void>;
  /** Waits for everything appended, then closes. */
  close(): Promise<void>;
}

/** Opens a journal to go on writing. A half-written last line, from a process that was killed, is cut off. */
export async function openJournal(path: string): Promise<Journal> {
  const handle = await open(path, "a+");
  await cutHalfLine(handle);
  let waiting: { line: string; resolve: () => void; reject: (error: unknown) => void }[] = [];
  let writing: Promise<void> | undefined;

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
        waiting.push({ line: `${JSON.stringify(record)}\n`, resolve, reject });
        writing ??= writeAll();
      }),
    async close() {
      await writing;
      await handle.close();
    },
  };
}

/** Bytes read at once. */
const PIECE_BYTES = 1 << 22;

/** Bytes looked at from the end for the last line's start; one result line is a few kB. */
const TAIL_BYTES = 1 << 20;

async function cutHalfLine(handle: FileHandle): Promise<void> {
  const stats = await handle.stat();
  if (!stats.isFile() || stats.size === 0) return;
  let end = stats.size;
  while (end > 0) {
    const start = Math.max(0, end - TAIL_BYTES);
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(end - start), 0, end - start, start);
    const newline = buffer.subarray(0, bytesRead).lastIndexOf(10);
    if (newline >= 0) {
      if (start + newline + 1 < stats.size) await handle.truncate(start + newline + 1);
      return;
    }
    end = start;
  }
  await handle.truncate(0);
}

/** Reads a journal record by record. A half-written last line is left out; no file is no records. */
export async function* readJournal(path: string): AsyncGenerator<unknown> {
  let number = 0;
  for await (const line of journalLines(path)) {
    number += 1;
    yield parseLine(line, number, path);
  }
}

/** The whole lines of a journal, read in large pieces. A last line without its end is left out unless it is whole JSON. */
export async function* journalLines(path: string): AsyncGenerator<string> {
  const handle = await open(path, "r").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  if (handle === undefined) return;
  let rest = "";
  for await (const piece of handle.createReadStream({ encoding: "utf8", highWaterMark: PIECE_BYTES })) {
    const lines = (rest + piece).split("\n");
    rest = lines.pop() as string;
    yield* lines;
  }
  if (isWhole(rest)) yield rest;
}

function isWhole(line: string): boolean {
  try {
    JSON.parse(line);
    return true;
  } catch {
    return false;
  }
}

function parseLine(line: string, number: number, path: string): unknown {
  try {
    return JSON.parse(line);
  } catch (error) {
    throw new KuleshovError(`Cannot read results as line ${number} is damaged: \`${path}\``, { cause: error });
  }
}
