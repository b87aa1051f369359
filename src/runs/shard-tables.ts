import { stat } from "node:fs/promises";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { ConfigurationError, KuleshovError } from "../domain/errors.ts";
import { openFile } from "../platform/read-file.ts";
import { systemPath } from "../platform/system-path.ts";
import { readRunLines } from "./journal.ts";
import { NO_COUNTS, type RunCounts, sumOfCounts } from "./run-rows.ts";
import { SHARD_FILE, ShardEntry, ShardHead } from "./shard.ts";

/** What a look through a shard's file tells. */
export interface Survey {
  /** Bytes that the steps added to each table. */
  readonly bytes: ReadonlyMap<string, number>;
  /** Whether its inputs came in their order: what failed for a moment, and was done later, did not. */
  readonly inOrder: boolean;
}

/**
 * Looks through a shard's file. @param see told each input that is done.
 *
 * @throws {ConfigurationError} if inputs are missing. @throws {KuleshovError} naming a damaged line.
 */
export async function surveyShard(
  folder: string,
  { own, total }: ShardHead,
  see: (key: string, place: number) => void,
): Promise<Survey> {
  const bytes = new Map<string, number>();
  const tried = new Set<number>();
  let [settled, last, inOrder] = [0, -1, true];
  for await (const { at, key, state, text } of entriesOf(folder)) {
    for (const [name, [length]] of Object.entries(text)) bytes.set(name, (bytes.get(name) ?? 0) + length);
    if (at >= total || state === "under way") continue;
    if (at <= last) inOrder = false;
    last = at;
    if (!tried.has(at)) {
      see(key, at);
      settled += 1;
    }
    if (state === "tried") tried.add(at);
  }
  if (settled === own) return { bytes, inOrder };
  throw new ConfigurationError(
    `Cannot merge as a shard has ${settled} of its ${own} inputs: run it again with --force (\`${folder}\`)`,
  );
}

/** Bytes read at once of a shard's file: all shards are open together. */
const ENTRY_BYTES = 1 << 16;

async function* entriesOf(folder: string): AsyncGenerator<ShardEntry> {
  let isHead = true;
  for await (const line of readRunLines(join(folder, SHARD_FILE), ShardEntry.or(ShardHead), ENTRY_BYTES)) {
    if (!isHead && "at" in line) yield line;
    isHead = false;
  }
}

/** Where rows lie in a table. */
interface Piece {
  readonly name: string;
  readonly from: number;
  readonly length: number;
  readonly crc: number;
}

/** All that a shard recorded of one input. */
export interface ShardInput {
  readonly place: number;
  readonly key: string;
  /** Whether it is not to be tried again. */
  readonly done: boolean;
  readonly counts: RunCounts;
  readonly pieces: readonly Piece[];
}

/** The tables of one shard. */
export interface ShardTables {
  readonly folder: string;
  readonly survey: Survey;
  /** In the order of their places. */
  inputs(): AsyncGenerator<ShardInput>;
  /** Hands over the rows of an input, piece by piece; their bytes are overwritten by the next. */
  copyRows(input: ShardInput, take: (name: string, rows: Buffer) => void): Promise<void>;
}

/** Memory for reading the tables of all shards; a table has its share by its size. */
const BUFFER_BYTES = 1 << 26;
const LEAST_BYTES = 1 << 13;

/** @param totalBytes what the steps of all shards added to their tables. */
export function openShardTables(folder: string, survey: Survey, totalBytes: number): ShardTables {
  const tables = new Map(
    [...survey.bytes].map(([name, bytes]) => {
      const share = Math.min(bytes, Math.ceil((BUFFER_BYTES * bytes) / totalBytes));
      return [name, createTableReader(join(folder, name), Math.max(LEAST_BYTES, share))];
    }),
  );
  return {
    folder,
    survey,
    inputs: () => (survey.inOrder ? inputsOf(folder, survey) : sortedInputs(folder, survey)),
    async copyRows({ pieces }, take) {
      for (const { name, from, length, crc } of pieces) {
        const rows = await tables.get(name)?.read(from, length);
        if (rows === undefined || crc32(rows) !== crc) throw changed(folder, name);
        take(name, rows);
      }
    },
  };
}

function changed(folder: string, name: string): KuleshovError {
  return new KuleshovError(
    `Cannot merge as ${name} was changed since it was written: run the shard again with --force (\`${folder}\`)`,
  );
}

/** Columns of many toolboxes included. */
const LONGEST_HEADER = 1 << 20;

/** What of a table comes before the rows that the steps added. @throws {KuleshovError} if it is shorter than these. */
export async function headerOf({ folder, survey }: ShardTables, name: string): Promise<string> {
  const path = join(folder, name);
  const { size } = await stat(systemPath(path));
  const length = size - (survey.bytes.get(name) ?? 0);
  if (length < 0 || length > LONGEST_HEADER) throw changed(folder, name);
  return (await createTableReader(path, length).read(0, length))?.toString("utf8") ?? "";
}

async function* inputsOf(folder: string, { bytes }: Survey): AsyncGenerator<ShardInput> {
  const ends = new Map<string, number>();
  for (const [name, length] of bytes) ends.set(name, (await stat(systemPath(join(folder, name)))).size - length);
  let pieces: Piece[] = [];
  let counts = NO_COUNTS;
  for await (const { at, key, state, counts: more, text } of entriesOf(folder)) {
    for (const [name, [length, crc]] of Object.entries(text)) {
      const from = ends.get(name) ?? 0;
      ends.set(name, from + length);
      pieces.push({ name, from, length, crc });
    }
    const [images, faces, failures] = more;
    counts = sumOfCounts(counts, { images, faces, failures });
    if (state === "under way") continue;
    yield { place: at, key, done: state === "done", counts, pieces };
    pieces = [];
    counts = NO_COUNTS;
  }
}

/** Of a shard that tried some inputs again, which are few: all of them in memory. */
async function* sortedInputs(folder: string, survey: Survey): AsyncGenerator<ShardInput> {
  const inputs = new Map<number, ShardInput>();
  for await (const input of inputsOf(folder, survey)) {
    const before = inputs.get(input.place);
    const counts = sumOfCounts(before?.counts ?? NO_COUNTS, input.counts);
    inputs.set(input.place, { ...input, counts, pieces: [...(before?.pieces ?? []), ...input.pieces] });
  }
  yield* [...inputs.values()].sort((a, b) => a.place - b.place);
}

/** Reads a table from front to back through one buffer, and anything else of it where it is asked for. */
function createTableReader(path: string, bufferBytes: number) {
  let buffer: Buffer = Buffer.alloc(0);
  let [start, end] = [0, 0];
  return {
    /** @returns the bytes, which are overwritten by the next read; `undefined` when the file ends before them. */
    async read(from: number, length: number): Promise<Buffer | undefined> {
      if (from < start || from + length > end) {
        const most = Math.max(length, bufferBytes);
        if (buffer.length < most) buffer = Buffer.allocUnsafeSlow(most);
        start = from;
        end = from + (await readInto(buffer, path, from));
      }
      return from + length > end ? undefined : buffer.subarray(from - start, from - start + length);
    },
  };
}

/** Opens the file for each buffer, as there may be more tables than a process may have open. @returns bytes that were read. */
async function readInto(buffer: Buffer, path: string, from: number): Promise<number> {
  const file = await openFile(path);
  try {
    let length = 0;
    while (length < buffer.length) {
      const { bytesRead } = await file.read(buffer, length, buffer.length - length, from + length);
      if (bytesRead === 0) break;
      length += bytesRead;
    }
    return length;
  } finally {
    await file.close();
  }
}
