import { stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { ConfigurationError } from "../domain/errors.ts";
import { readText } from "../platform/read-file.ts";
import { systemPath } from "../platform/system-path.ts";
import { wholeRecords } from "./journal.ts";
import { missingShards, wordsOfWhole } from "./missing-shards.ts";
import { type RunSettings, settingsThatDiffer } from "./run-folder.ts";
import { readRunHistory } from "./run-history.ts";
import { NO_COUNTS, type RowBatch, sumOfCounts } from "./run-rows.ts";
import {
  createPlaces,
  readShard,
  SHARD_FILE,
  SHARD_FOLDER,
  SHARD_SETTING,
  type Shard,
  ShardHead,
  settingsOfWhole,
} from "./shard.ts";
import {
  headerOf,
  openShardTables,
  type ShardInput,
  type ShardTables,
  type Survey,
  surveyShard,
} from "./shard-tables.ts";

/** The shards of one run, of which none is missing, unfinished or there twice. */
export interface Shards {
  /** What one machine would have been told, and with which version of Kuleshov. */
  readonly command: string;
  readonly settings: RunSettings;
  /** By number. */
  readonly folders: readonly string[];
  /** First lines by table. */
  readonly headers: ReadonlyMap<string, string>;
  /** Inputs of the run. */
  readonly total: number;
  /** The command line of the run that the shards are of, with its results in `folder`; `null` when none is known. */
  wordsOfWhole(folder: string): readonly string[] | null;
  /**
   * What one machine would have written, in its order, less what is `done`. The bytes of a batch are overwritten by the one
   * after the next.
   */
  batches(done: ReadonlySet<string>): AsyncGenerator<RowBatch>;
}

/** A shard as its folder describes it. */
export interface FoundShard {
  readonly folder: string;
  readonly command: string;
  readonly version: string;
  readonly settings: RunSettings;
  readonly finished: boolean;
  readonly shard: Shard;
  /** `undefined` until it has written something. */
  readonly head: ShardHead | undefined;
}

/**
 * Opens the shards of a run to put them together, and proves that they are all of it and nothing else: every input once, in
 * its place, and every table as it was written. Takes some ten bytes of memory for each input.
 *
 * @param version of Kuleshov, which is to be theirs.
 * @throws {ConfigurationError} saying what is missing, there twice, or of another run.
 */
export async function openShards(folders: readonly string[], version: string): Promise<Shards> {
  const found: FoundShard[] = [];
  for (const folder of folders) found.push(...[await findShard(folder)].filter((shard) => shard !== undefined));
  const first = refuseStrangers(found, version);
  refuseTwice(found);
  const missing = missingShards(found);
  if (missing !== null) throw new ConfigurationError(missing);
  const shards = found
    .flatMap(({ folder, head }) => (head === undefined ? [] : [{ folder, head }]))
    .sort((a, b) => a.head.number - b.head.number);
  const [{ head } = { head: undefined }] = shards;
  if (head === undefined) throw doNotAddUp(first.folder);
  const { total, tables: names, of } = head;
  const owners = new Uint16Array(total);
  const places = createPlaces(total);
  const surveys: { readonly folder: string; readonly survey: Survey }[] = [];
  for (const { folder, head } of shards) {
    const survey = await surveyShard(folder, head, (key, place) => {
      const number = places.put(key, place, of);
      if (number !== head.number || owners[place] !== 0) throw doNotAddUp(folder);
      owners[place] = number;
    });
    surveys.push({ folder, survey });
  }
  if (places.sha256() !== head.sha256) throw doNotAddUp(first.folder);
  const bytes = surveys.flatMap(({ survey }) => [...survey.bytes.values()]).reduce((sum, more) => sum + more, 0);
  const tables = surveys.map(({ folder, survey }) => openShardTables(folder, survey, bytes));
  return {
    command: first.command,
    settings: settingsOfWhole(first.settings),
    folders: shards.map(({ folder }) => folder),
    headers: await commonHeaders(tables, names),
    total,
    wordsOfWhole: (folder) => (head.words === null ? null : wordsOfWhole(head.words, folder)),
    batches: (done) => batchesInOrder(tables, owners, done),
  };
}

/** Rows that are written together. */
const BATCH_BYTES = 1 << 24;

async function* batchesInOrder(
  tables: readonly ShardTables[],
  owners: Uint16Array,
  done: ReadonlySet<string>,
): AsyncGenerator<RowBatch> {
  const inputs = tables.map((shard) => shard.inputs());
  let [batch, next] = [createBatch(), createBatch()];
  try {
    for (const [place, number] of owners.entries()) {
      const shard = tables[number - 1];
      const input = (await inputs[number - 1]?.next())?.value;
      if (shard === undefined || input === undefined || input.place !== place) throw doNotAddUp(shard?.folder ?? "");
      if (done.has(input.key)) continue;
      await shard.copyRows(input, batch.add);
      batch.end(input);
      if (batch.bytes() < BATCH_BYTES) continue;
      yield batch.whole();
      [batch, next] = [next, batch];
      batch.empty();
    }
    if (batch.bytes() > 0 || batch.whole().done.length > 0) yield batch.whole();
  } finally {
    for (const each of inputs) await each.return(undefined);
  }
}

/** Gathers rows of many inputs in memory that is used again and again. */
function createBatch() {
  const rows = new Map<string, { bytes: Buffer; length: number }>();
  let done: string[] = [];
  let counts = NO_COUNTS;
  return {
    add(name: string, more: Buffer) {
      const table = rows.get(name) ?? { bytes: Buffer.alloc(0), length: 0 };
      rows.set(name, table);
      const length = table.length + more.length;
      if (length > table.bytes.length) {
        const larger = Buffer.allocUnsafeSlow(2 * length);
        table.bytes.copy(larger, 0, 0, table.length);
        table.bytes = larger;
      }
      more.copy(table.bytes, table.length);
      table.length = length;
    },
    end(input: ShardInput) {
      if (input.done) done.push(input.key);
      counts = sumOfCounts(counts, input.counts);
    },
    bytes: () => [...rows.values()].reduce((sum, { length }) => sum + length, 0),
    whole: (): RowBatch => ({
      ...{ done, counts },
      rows: new Map([...rows].map(([name, { bytes, length }]) => [name, bytes.subarray(0, length)])),
    }),
    empty() {
      done = [];
      counts = NO_COUNTS;
      for (const table of rows.values()) table.length = 0;
    },
  };
}

function doNotAddUp(folder: string): ConfigurationError {
  return new ConfigurationError(
    `Cannot merge as the shards do not add up to the inputs that were shared out: its ${SHARD_FILE} was changed, so run the shard again with --force (\`${folder}\`)`,
  );
}

async function commonHeaders(tables: readonly ShardTables[], names: readonly string[]) {
  const headers = new Map<string, string>();
  for (const name of names) {
    for (const shard of tables) {
      const header = await headerOf(shard, name);
      if ((headers.get(name) ?? header) !== header) {
        throw new ConfigurationError(
          `Cannot merge as ${name} is not as it was written: run the shard again with --force (\`${shard.folder}\`)`,
        );
      }
      headers.set(name, header);
    }
  }
  return headers;
}

/** @returns `undefined` for the folder of a shard that was killed as it began, which is as good as missing. */
async function findShard(folder: string): Promise<FoundShard | undefined> {
  const isThere = await stat(systemPath(folder)).catch(() => undefined);
  const refuse = (reason: string) => new ConfigurationError(`Cannot merge as ${reason}: \`${folder}\``);
  if (isThere?.isDirectory() !== true) throw refuse("there is no such folder");
  const history = await readRunHistory(folder);
  if (history === undefined && SHARD_FOLDER.test(basename(folder))) return undefined;
  const name = history?.began.settings[SHARD_SETTING];
  if (history === undefined || typeof name !== "string") {
    throw refuse("it is no shard, which a command with --shard writes");
  }
  const { command, version, settings } = history.began;
  const head = await readHead(folder);
  return { folder, command, version, settings, finished: history.finished, shard: readShard(name), head };
}

async function readHead(folder: string): Promise<ShardHead | undefined> {
  for await (const record of wholeRecords(join(folder, SHARD_FILE))) return ShardHead.safeParse(record).data;
  return undefined;
}

/** @returns the first of them. @throws {ConfigurationError} if one is not of the run that it is of, or of this version. */
function refuseStrangers(found: readonly FoundShard[], version: string): FoundShard {
  const [first] = found;
  if (first === undefined) throw new ConfigurationError("Cannot merge as no shard is named");
  for (const shard of found) {
    const differences = [
      ...(shard.command === first.command ? [] : [`kuleshov ${first.command} -> kuleshov ${shard.command}`]),
      ...(shard.version === first.version ? [] : [`Kuleshov ${first.version} -> ${shard.version}`]),
      ...(shard.shard.of === first.shard.of ? [] : [`--shard: of ${first.shard.of} -> of ${shard.shard.of}`]),
      ...settingsThatDiffer({ ...first.settings, [SHARD_SETTING]: null }, { ...shard.settings, [SHARD_SETTING]: null }),
    ];
    if (differences.length === 0) continue;
    throw new ConfigurationError(
      `Cannot merge as two shards are of different runs (${differences.join(", ")}): \`${first.folder}\` and \`${shard.folder}\``,
    );
  }
  if (first.version === version) return first;
  throw new ConfigurationError(
    `Cannot merge as the shards were written by Kuleshov ${first.version} and this is ${version}: merge them with theirs`,
  );
}

function refuseTwice(found: readonly FoundShard[]): void {
  const known = new Map<number, FoundShard>();
  for (const shard of found) {
    const { number, of } = shard.shard;
    const other = known.get(number);
    known.set(number, shard);
    if (other === undefined) continue;
    throw new ConfigurationError(
      `Cannot merge as shard ${number}/${of} is there twice: leave one out of \`${other.folder}\` and \`${shard.folder}\``,
    );
  }
}

/** A file that every shard has alike, such as a data dictionary. */
export async function commonFile({ folders }: Shards, name: string): Promise<string> {
  const [first = "", ...others] = folders;
  const text = await readText(join(first, name));
  for (const folder of others) {
    if ((await readText(join(folder, name))) === text) continue;
    throw new ConfigurationError(`Cannot merge as the ${name} of two shards differ: \`${first}\` and \`${folder}\``);
  }
  return text;
}
