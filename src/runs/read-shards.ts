import { stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { ConfigurationError } from "../domain/errors.ts";
import type { KeptKeys } from "../platform/kept-keys.ts";
import { readText } from "../platform/read-file.ts";
import { systemPath } from "../platform/system-path.ts";
import { wholeRecords } from "./journal.ts";
import { missingShards, wordsOfWhole } from "./missing-shards.ts";
import { type RunSettings, settingsThatDiffer } from "./run-folder.ts";
import { readRunHistory } from "./run-history.ts";
import type { RowBatch } from "./run-rows.ts";
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
import { batchesInOrder, doNotAddUp } from "./shard-batches.ts";
import { headerOf, openShardTables, type ShardTables, type Survey, surveyShard } from "./shard-tables.ts";

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
  batches(done: KeptKeys): AsyncGenerator<RowBatch>;
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
  const { tables, owners } = await surveyAll(shards, head);
  return {
    command: first.command,
    settings: settingsOfWhole(first.settings),
    folders: shards.map(({ folder }) => folder),
    headers: await commonHeaders(tables, head.tables),
    total: head.total,
    wordsOfWhole: (folder) => (head.words === null ? null : wordsOfWhole(head.words, folder)),
    batches: (done) => batchesInOrder(tables, owners, done),
  };
}

/** Looks through all shards, and finds out which of them has which input. */
async function surveyAll(
  shards: readonly { readonly folder: string; readonly head: ShardHead }[],
  { total, of, sha256 }: ShardHead,
): Promise<{ readonly tables: readonly ShardTables[]; readonly owners: Uint16Array }> {
  const owners = new Uint16Array(total);
  const places = createPlaces(total);
  const surveys: { readonly folder: string; readonly survey: Survey }[] = [];
  for (const { folder, head } of shards) {
    const survey = await surveyShard(folder, head, (key, place) => {
      const number = places.put(key, place, of);
      if (number !== head.number) throw doNotAddUp(folder);
      owners[place] = number;
    });
    surveys.push({ folder, survey });
  }
  if (places.sha256() !== sha256) throw doNotAddUp(shards[0]?.folder ?? "");
  const bytes = surveys.flatMap(({ survey }) => [...survey.bytes.values()]).reduce((sum, more) => sum + more, 0);
  return { owners, tables: surveys.map(({ folder, survey }) => openShardTables(folder, survey, bytes)) };
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
