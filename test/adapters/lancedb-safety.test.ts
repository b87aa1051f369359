import { spawn } from "node:child_process";
import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { connect } from "@lancedb/lancedb";
import { Field, Schema, Utf8 } from "apache-arrow";
import { describe, expect, it } from "vitest";
import { createLanceExemplarStore } from "../../src/adapters/lancedb/exemplar-store.ts";
import { StoreError } from "../../src/domain/errors.ts";
import type { ExemplarEntry } from "../../src/domain/exemplar.ts";
import { otherSpace } from "../contract/exemplar-store.ts";
import { exemplarEntry, expressionOf, testSpace } from "../support/exemplars.ts";
import { tempFolder } from "../support/temp-folder.ts";

const writer = fileURLToPath(new URL("../support/store-writer.mjs", import.meta.url));

const numbered = (from: number, to: number): ExemplarEntry[] =>
  Array.from({ length: to - from }, (_, n) => exemplarEntry({ image: `image ${from + n}`, face: { AU12: 0.5 } }));

/** Writes entries from a process of its own. `killAfter`: end it by force once it has acknowledged so many. */
async function writeFromElsewhere(location: string, entries: readonly ExemplarEntry[], killAfter?: number) {
  const folder = await tempFolder();
  const input = join(folder, "entries.json");
  const plain = entries.map((entry) => ({ ...entry, expression: entry.expression && [...entry.expression] }));
  await writeFile(input, JSON.stringify({ space: testSpace, entries: plain }));
  const child = spawn(process.execPath, [writer, location, input, "5"], { stdio: ["ignore", "pipe", "inherit"] });
  let output = "";
  const acknowledged = () => output.split("\n").slice(0, -1);
  child.stdout.on("data", (chunk: Buffer) => {
    output += chunk.toString();
    if (killAfter !== undefined && acknowledged().length >= killAfter) child.kill("SIGKILL");
  });
  const code = await new Promise<number | null>((resolve) => child.on("close", resolve));
  return { code, acknowledged: acknowledged() };
}

describe("a LanceDB exemplar store", () => {
  it("loses and repeats nothing when two processes make and fill it at once", async () => {
    const location = await tempFolder();
    const [one, two] = await Promise.all([
      writeFromElsewhere(location, numbered(0, 30)),
      writeFromElsewhere(location, numbered(15, 45)),
    ]);
    expect([one.code, two.code]).toEqual([0, 0]);
    const ids = (await createLanceExemplarStore(location, testSpace).list()).map((exemplar) => exemplar.id);
    expect(ids).toEqual(
      numbered(0, 45)
        .map((entry) => entry.exemplar.id)
        .sort(),
    );
  });

  it("keeps every acknowledged exemplar when its writer is killed", async () => {
    const location = await tempFolder();
    for (const round of [0, 1, 2]) {
      const { acknowledged } = await writeFromElsewhere(
        location,
        numbered(round * 100, round * 100 + 100),
        10 + 15 * round,
      );
      const ids = new Set((await createLanceExemplarStore(location, testSpace).list()).map((exemplar) => exemplar.id));
      expect(acknowledged.filter((id) => !ids.has(id))).toEqual([]);
      expect(acknowledged.length).toBeGreaterThan(0);
    }
    const store = createLanceExemplarStore(location, testSpace);
    expect(await store.nearestExpressions(expressionOf({}), { limit: 3 })).toHaveLength(3);
  });

  it("sees what another handle has added since", async () => {
    const location = await tempFolder();
    const [one, two] = [createLanceExemplarStore(location, testSpace), createLanceExemplarStore(location, testSpace)];
    await one.add(numbered(0, 1));
    expect(await two.count()).toBe(1);
    await one.add(numbered(1, 3));
    expect(await two.count()).toBe(3);
  });

  it("refuses vectors of another toolbox version, reading and writing", async () => {
    const location = await tempFolder();
    await createLanceExemplarStore(location, testSpace).add(numbered(0, 1));
    const other = createLanceExemplarStore(location, otherSpace);
    await expect(other.count()).rejects.toThrow(
      /measured by mesh@5\/1 and the toolbox in use is mesh@99\/1.*remeasure/,
    );
    await expect(other.add(numbered(1, 2))).rejects.toThrow(StoreError);
    expect(await createLanceExemplarStore(location, null).count()).toBe(1);
  });

  it.each([
    ["newer", 99, /newer Kuleshov \(store version 99, this one reads 1\); update/],
    ["older", 0, /older Kuleshov \(store version 0, this one reads 1\); export/],
    ["damaged", "x", /stamp is damaged/],
  ])("refuses a store whose version is %s, in words", async (_name, storeVersion, message) => {
    const location = await tempFolder();
    await tableStamped(location, JSON.stringify({ storeVersion, space: testSpace }));
    await expect(createLanceExemplarStore(location, testSpace).count()).rejects.toThrow(message);
  });

  it("refuses a table that somebody else made", async () => {
    const location = await tempFolder();
    await tableStamped(location, undefined);
    await expect(createLanceExemplarStore(location, testSpace).add(numbered(0, 1))).rejects.toThrow(
      /not made by Kuleshov/,
    );
  });

  it.each([
    ["_versions", /versions are gone/],
    ["data", /files it refers to are gone/],
  ])("says so when its folder %s was deleted", async (part, message) => {
    const location = await tempFolder();
    await createLanceExemplarStore(location, testSpace).add(numbered(0, 3));
    await rm(join(location, "exemplars.lance", part), { recursive: true });
    const store = createLanceExemplarStore(location, testSpace);
    await expect(store.nearestExpressions(expressionOf({}), { limit: 3 })).rejects.toThrow(message);
  });

  it("says so when its place is taken by a file", async () => {
    const location = join(await tempFolder(), "store");
    await writeFile(location, "not a folder");
    await expect(createLanceExemplarStore(location, testSpace).count()).rejects.toThrow(/is a file, not a folder/);
  });

  it("is a new store in an empty folder and leaves no trace of reading", async () => {
    const location = await tempFolder();
    await mkdir(join(location, "sub"));
    const store = createLanceExemplarStore(join(location, "sub"), testSpace);
    expect(await store.count()).toBe(0);
    expect(await readdir(join(location, "sub"))).toEqual([]);
  });
});

async function tableStamped(location: string, stamp: string | undefined): Promise<void> {
  const metadata = stamp === undefined ? undefined : new Map([["kuleshov.exemplars", stamp]]);
  const database = await connect(location);
  await database.createEmptyTable("exemplars", new Schema([new Field("id", new Utf8(), false)], metadata));
}
