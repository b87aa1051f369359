import { appendFile, mkdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import { journalLine } from "../../src/runs/journal.ts";
import { openShards } from "../../src/runs/read-shards.ts";
import { openRunFolder } from "../../src/runs/run-folder.ts";
import { readShard, shardFolder, shareOut } from "../../src/runs/shard.ts";
import { tempFolder } from "../support/temp-folder.ts";

const KEYS = Array.from({ length: 12 }, (_, n) => `images/${n}.jpg`);
const HEADERS = new Map([["faces.csv", "path,face\n"]]);
const WORDS = ["measure", "my images", "--shard", "1/3", "--out", "shards"];

let place: string;
beforeEach(async () => {
  place = await tempFolder();
});

interface Making {
  readonly of?: number;
  readonly keys?: readonly string[];
  readonly version?: string;
  readonly command?: string;
  readonly settings?: object;
  readonly state?: "interrupted" | "finished";
  /** What is tried and fails for a moment, and is done last. */
  readonly later?: (key: string) => boolean;
  readonly isNotTriedAgain?: boolean;
}

/** A shard that writes a row for each of its inputs. */
async function shard(number: number, making: Making = {}): Promise<string> {
  const { of = 3, keys = KEYS, version = "1", command = "measure", settings = { "--fps": 5 }, state } = making;
  const part = shareOut(keys, { number, of, words: WORDS });
  const folder = join(place, `${shardFolder(part.shard)}`);
  const run = await openRunFolder(folder, { command, version, settings: { ...settings }, shard: part });
  const rows = await run.openRows(HEADERS);
  const { later = () => false } = making;
  const step = (key: string, done: string | null, row: string) =>
    rows.append({
      ...(done === null ? { done, tried: key } : { done }),
      ...{ inProgress: null, text: new Map([["faces.csv", `${key},${row}\n`]]) },
      counts: { images: 1, faces: 1, failures: 0 },
    });
  const own = [...part.places.keys()];
  for (const key of own) await (later(key) ? step(key, null, "failed for a moment") : step(key, key, "ü"));
  for (const key of making.isNotTriedAgain ? [] : own.filter(later)) await step(key, key, "ü");
  await rows.close();
  await run.close(state ?? "finished");
  return folder;
}

const all = (...makings: Making[]) => Promise.all([1, 2, 3].map((number, index) => shard(number, makings[index])));
const merged = async (folders: readonly string[]) => {
  const shards = await openShards(folders, "1");
  let faces = shards.headers.get("faces.csv") ?? "";
  for await (const { rows } of shards.batches(new Set())) faces += Buffer.from(rows.get("faces.csv") ?? []).toString();
  return faces;
};
const said = (folders: readonly string[]) =>
  merged(folders).then(
    () => "",
    (error: Error) => error.message.replaceAll(`${place}/`, ""),
  );

describe("the shards of a run", () => {
  it("are named by a number and how many there are", () => {
    expect(readShard("3/200")).toEqual({ number: 3, of: 200 });
    for (const text of ["0/0", "0/3", "4/3", "1/10001", "1", "a/b", "-1/3", "1.5/3", ""]) {
      expect(() => readShard(text)).toThrow(/^A shard is its number and how many there are, from 1\/1 .*, not "/);
    }
  });

  it("have every input in one of them, whatever else is there, and alike on every machine", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.string(), { maxLength: 30 }), fc.integer({ min: 1, max: 9 }), (keys, of) => {
        const parts = Array.from({ length: of }, (_, index) => shareOut(keys, { number: index + 1, of }));
        const places = parts.flatMap((part) => [...part.places]).sort(([, a], [, b]) => a - b);
        expect(places).toEqual(keys.map((key, index) => [key, index]));
      }),
    );
    const numbers = (keys: readonly string[]) =>
      [1, 2, 3].map((number) => [...shareOut(keys, { number, of: 3 }).places.keys()].map((key) => key.slice(-5)));
    expect(numbers(KEYS.map((key) => key.replace("/", "\\")))).toEqual(numbers(KEYS));
    // A shard that is run again by a later version has the same inputs.
    expect([1, 2, 3].map((number) => [...shareOut(KEYS, { number, of: 3 }).places.values()])).toEqual([
      [0, 2, 4, 6, 8, 11],
      [1, 3, 9, 10],
      [5, 7],
    ]);
  });

  it("are put together in the order of the inputs, with what was tried in vain before what came of it", async () => {
    const rows = KEYS.map((key) => `${key},ü\n`);
    expect(await merged((await all()).reverse())).toBe(`path,face\n${rows.join("")}`);
    await rm(place, { recursive: true });
    const later = (key: string) => key === KEYS[2];
    const tried = await merged(await all({ later }, { later }, { later }));
    const both = `${KEYS[2]},failed for a moment\n${rows[2]}`;
    expect(tried).toBe(`path,face\n${[...rows.slice(0, 2), both, ...rows.slice(3)].join("")}`);
  });

  it("leave what was tried in vain to be tried again", async () => {
    const making = { later: (key: string) => key === KEYS[2], isNotTriedAgain: true };
    const shards = await openShards(await all(making, making, making), "1");
    for await (const { done } of shards.batches(new Set())) expect(done).toEqual(KEYS.toSpliced(2, 1));
  });

  it("may have nothing to do", async () => {
    const keys = KEYS.slice(0, 1);
    expect(await merged(await all({ keys }, { keys }, { keys }))).toBe(`path,face\n${KEYS[0]},ü\n`);
  });

  it("are missed by their numbers, with what runs them", async () => {
    const [one, two] = [await shard(1), await shard(2, { state: "interrupted" })];
    await mkdir(join(place, "3-of-3"));
    expect(await said([two, one, join(place, "3-of-3")])).toBe(
      `Cannot merge as 2 of 3 shards are missing (1 of them begun and not finished): 2-3. Run what is missing, then merge again:
  kuleshov measure 'my images' --shard 2/3 --out shards
  kuleshov measure 'my images' --shard 3/3 --out shards`,
    );
  });

  it.each<[string, Making, string]>([
    ["settings", { settings: { "--fps": 2 } }, "--fps: 5 -> 2"],
    ["inputs", { keys: KEYS.slice(1) }, "inputs that are shared out: 12 inputs -> 11 inputs"],
    ["commands", { command: "find" }, "kuleshov measure -> kuleshov find"],
    ["versions", { version: "2" }, "Kuleshov 1 -> 2"],
    ["numbers of shards", { of: 4 }, "--shard: of 3 -> of 4"],
  ])("are of one run: other %s are refused", async (_what, making, difference) => {
    const [one, two, three] = [await shard(1), await shard(2), await shard(3, making)];
    expect(await said([one, two, three])).toBe(
      `Cannot merge as two shards are of different runs (${difference}): \`1-of-3\` and \`3-of-${making.of ?? 3}\``,
    );
  });

  it("are merged by the version that wrote them", async () => {
    await expect(openShards(await all(), "2")).rejects.toThrow("written by Kuleshov 1 and this is 2");
  });

  it("are refused when one is there twice, or none is one", async () => {
    const folders = await all();
    expect(await said([...folders, folders[1] as string])).toBe(
      "Cannot merge as shard 2/3 is there twice: leave one out of `2-of-3` and `2-of-3`",
    );
    expect(await said([])).toBe("Cannot merge as no shard is named");
    expect(await said([place])).toContain("Cannot merge as it is no shard, which a command with --shard writes");
    expect(await said([join(place, "nowhere")])).toBe("Cannot merge as there is no such folder: `nowhere`");
  });

  it("are held against what was written: a table or a list of rows that was changed is found", async () => {
    const folders = await all();
    const [folder = ""] = folders;
    const change = async (name: string, act: (path: string) => Promise<void>) => {
      const path = join(folder, name);
      const before = await readFile(path);
      await act(path);
      const sentence = await said(folders);
      await writeFile(path, before);
      return sentence;
    };
    const again = "run the shard again with --force (`1-of-3`)";
    const text = await readFile(join(folder, "faces.csv"), "utf8");
    const spoilt = (path: string) => writeFile(path, text.replace(/ü\n$/, "u.\n"));
    expect(await change("faces.csv", spoilt)).toBe(
      `Cannot merge as faces.csv was changed since it was written: ${again}`,
    );
    expect(await change("faces.csv", (path) => truncate(path, 5))).toContain("faces.csv was changed");
    expect(await change("faces.csv", (path) => appendFile(path, "one more\n"))).toContain("faces.csv is not as it was");
    expect(await change("shard.jsonl", (path) => truncate(path, 300))).toContain("of its");
    const lines = (await readFile(join(folder, "shard.jsonl"), "utf8")).trimEnd().split("\n");
    const twice = [...lines.slice(0, -1), lines.at(-2)].join("\n");
    expect(await change("shard.jsonl", (path) => writeFile(path, `${twice}\n`))).toContain("do not add up");
    const elsewhere = journalLine({ ...JSON.parse(lines[0] ?? ""), check: undefined, tables: ["../faces.csv"] });
    const outside = (path: string) => writeFile(path, `${elsewhere}${lines.slice(1).join("\n")}\n`);
    expect(await change("shard.jsonl", outside)).toContain("1 of 3 shards is missing");
    expect(await said(folders)).toBe("");
  });

  it("go on as the shard that they are", async () => {
    await shard(1, { state: "interrupted" });
    await expect(shard(1, { keys: [...KEYS, "images/new.jpg"] })).rejects.toThrow(
      "it began with other settings (inputs that are shared out: 12 inputs -> 13 inputs)",
    );
  });
});
