import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "kuleshov-tables-"));
  mkdirSync(join(folder, "situations"));
  vi.stubEnv("KULESHOV_MODELS", folder);
  vi.resetModules();
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

function put(name: string, content: unknown): void {
  writeFileSync(
    join(folder, "situations", name),
    typeof content === "string" ? content : JSON.stringify(content, null, 2),
  );
}

function shippedTable() {
  return JSON.parse(readFileSync("models/situations/word-table.json", "utf8"));
}

const read = async (text: string) => (await import("../../src/situations/read-situation.ts")).readSituation(text);
const knowledge = async () =>
  (await import("../../src/adapters/rules/rules-model.ts")).createRulesModel().identity?.knowledge;

describe("tables of a user's own", () => {
  it("are read in place of those that ship, and told by the judge's fingerprint", async () => {
    const before = await knowledge();
    const table = shippedTable();
    table.cues.find(({ id }: { id: string }) => id === "threat").words.push("grue");
    put("word-table.json", table);
    vi.resetModules();
    expect((await read("A grue sits in the hall")).cues.map(({ cue }) => cue.id)).toEqual(["threat"]);
    expect(await knowledge()).not.toBe(before);
  });

  it("are refused in a sentence with their path where one is wrong", async () => {
    const path = join(folder, "situations", "word-table.json");
    put("word-table.json", "{");
    await expect(read("At a funeral")).rejects.toThrow(`Cannot read \`${path}\``);
    vi.resetModules();
    const table = shippedTable();
    table.cues[2].opposite = "nothing that is there";
    put("word-table.json", table);
    await expect(read("At a funeral")).rejects.toThrow(
      `Cannot use \`${path}\` at cues.2.opposite: no cue is called "nothing that is there"`,
    );
  });

  it.each(["wordtable.json", "reader.json"])(
    "are refused where none can be replaced by that name: %s",
    async (name) => {
      put(name, {});
      await expect(read("At a funeral")).rejects.toThrow(/no table is called that.*word-table\.json/);
    },
  );
});
