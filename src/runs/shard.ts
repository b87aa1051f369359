import { crc32 } from "node:zlib";
import { z } from "zod";
import { ConfigurationError } from "../domain/errors.ts";
import { sha256 } from "../platform/hash.ts";
import { journalLine } from "./journal.ts";
import { FileOfRun } from "./run-history.ts";
import type { RunRows, RunStep } from "./run-rows.ts";

/** One of the parts that the inputs of a run are shared out in, `3/200`: each is a run of its own, anywhere. */
export interface Shard {
  /** 1-based. */
  readonly number: number;
  readonly of: number;
  /** The words of the command line that began it, of which those of the other shards can be made. */
  readonly words?: readonly string[] | undefined;
}

export const MOST_SHARDS = 10_000;

/** @throws {ConfigurationError} if it is not a shard such as `3/200`. */
export function readShard(text: string): Shard {
  const [, number, of] = /^(\d{1,9})\/(\d{1,9})$/.exec(text)?.map(Number) ?? [];
  if (number !== undefined && of !== undefined && number >= 1 && number <= of && of <= MOST_SHARDS) {
    return { number, of };
  }
  throw new ConfigurationError(
    `A shard is its number and how many there are, from 1/1 to ${MOST_SHARDS}/${MOST_SHARDS}, as in 3/200, not "${text}"`,
  );
}

/** The folder of a shard in that of all of them: `003-of-200`. */
export function shardFolder({ number, of }: Shard): string {
  return `${String(number).padStart(String(of).length, "0")}-of-${of}`;
}

/** What such folders are called. */
export const SHARD_FOLDER = /^\d+-of-\d+$/;

const DIGEST_BYTES = 8;

/** What decides the shard of an input: its name, as it was named and written with slashes, so that every machine agrees. */
function digestOf(key: string): Buffer {
  return Buffer.from(sha256(key.replaceAll("\\", "/")).slice(0, 2 * DIGEST_BYTES), "hex");
}

function numberOf(digest: Buffer, of: number): number {
  return Number(digest.readBigUInt64BE() % BigInt(of)) + 1;
}

/** The number of the shard that an input belongs to. */
export function numberOfShard(key: string, of: number): number {
  return numberOf(digestOf(key), of);
}

/** The inputs of a run that belong to one shard, and where each has its place among all. */
export interface ShardPart {
  readonly shard: Shard;
  readonly places: ReadonlyMap<string, number>;
  readonly total: number;
  /** Of the names of all inputs in their order. */
  readonly sha256: string;
}

/** Shares inputs out by their names. @param keys all of them, each once, in their order. */
export function shareOut(keys: readonly string[], shard: Shard): ShardPart {
  const all = createPlaces(keys.length);
  const places = new Map<string, number>();
  for (const [place, key] of keys.entries()) {
    if (all.put(key, place, shard.of) === shard.number) places.set(key, place);
  }
  return { shard, places, total: keys.length, sha256: all.sha256() };
}

/** The inputs that a run is about: all of them where it is no shard. */
export function ownInputs<Input>(
  inputs: readonly Input[],
  keyOf: (input: Input) => string,
  shard: Shard | undefined,
): { readonly own: readonly Input[]; readonly part?: ShardPart } {
  if (shard === undefined) return { own: inputs };
  const part = shareOut(inputs.map(keyOf), shard);
  return { own: inputs.filter((input) => part.places.has(keyOf(input))), part };
}

/** All inputs of a run by their places, in eight bytes each: what is missing, or elsewhere, changes the hash. */
export function createPlaces(total: number) {
  const digests = Buffer.alloc(total * DIGEST_BYTES);
  return {
    /** @returns the number of the shard that it belongs to. */
    put(key: string, place: number, of: number): number {
      const digest = digestOf(key);
      digest.copy(digests, place * DIGEST_BYTES);
      return numberOf(digest, of);
    },
    sha256: () => sha256(digests),
  };
}

/** The setting by which a shard is told from the others of its run; all others are those of the run. */
export const SHARD_SETTING = "--shard";
const LIST_SETTING = "inputs that are shared out";

export function shardSettings({ shard: { number, of }, total, sha256: hash }: ShardPart): Record<string, unknown> {
  return { [SHARD_SETTING]: `${number}/${of}`, [LIST_SETTING]: { id: `${total} inputs`, sha256: hash } };
}

/** The settings of the run that a shard is of. */
export function settingsOfWhole(settings: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { [SHARD_SETTING]: _shard, [LIST_SETTING]: _list, ...whole } = settings;
  return whole;
}

/** Which rows of a shard's tables are about which input: what they are put together by. */
export const SHARD_FILE = "shard.jsonl";

export const ShardHead = z.strictObject({
  number: z.int(),
  of: z.int(),
  /** Inputs of the whole run, and of this shard. */
  total: z.int(),
  own: z.int(),
  sha256: z.string(),
  tables: z.array(FileOfRun),
  words: z.array(z.string()).nullable(),
});
export type ShardHead = z.infer<typeof ShardHead>;

/** One step of a shard. */
export const ShardEntry = z.strictObject({
  /** Place and name of the input among all. */
  at: z.int().min(0),
  key: z.string(),
  /** `tried`: it failed for a moment, and is tried again when the shard goes on. */
  state: z.enum(["done", "under way", "tried"]),
  /** Images, faces and failures. */
  counts: z.tuple([z.int(), z.int(), z.int()]),
  /** Length in bytes and CRC-32 of what it added to each table. */
  text: z.record(z.string(), z.tuple([z.int(), z.int()])),
});
export type ShardEntry = z.infer<typeof ShardEntry>;

/** First line of a shard's file. @param tables names of the tables whose rows it knows. */
export function shardHeadLine({ shard, places, total, sha256: hash }: ShardPart, tables: Iterable<string>): string {
  const { number, of, words = null } = shard;
  const head = { number, of, total, own: places.size, sha256: hash, tables: [...tables] };
  return journalLine({ ...head, words: words === null ? null : [...words] } satisfies ShardHead);
}

/** Tables that note besides what each step adds to them. */
export function shardRows(rows: RunRows, { places }: ShardPart): RunRows {
  return {
    ...rows,
    append: (step) =>
      rows.append({ ...step, text: new Map([...step.text, [SHARD_FILE, shardEntryLine(step, places)]]) }),
  };
}

/** What a shard's file says of one step. */
export function shardEntryLine(
  { done, inProgress, tried, text, counts }: RunStep,
  places: ReadonlyMap<string, number>,
): string {
  const key = done ?? inProgress?.key ?? tried;
  const at = key === undefined ? undefined : places.get(key);
  if (key === undefined || at === undefined) throw new RangeError("A step of a shard is about one of its inputs");
  const entry: ShardEntry = {
    ...{ at, key },
    state: done !== null ? "done" : inProgress !== null ? "under way" : "tried",
    counts: [counts.images, counts.faces, counts.failures],
    text: Object.fromEntries(
      [...text].filter(([, rows]) => rows !== "").map(([name, rows]) => [name, [Buffer.byteLength(rows), crc32(rows)]]),
    ),
  };
  return journalLine(entry);
}
