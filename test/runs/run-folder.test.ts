import { existsSync } from "node:fs";
import { appendFile, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { journalLine } from "../../src/runs/journal.ts";
import { aloneInRun, continueRunFolder, openRunFolder, type RunFolderOptions } from "../../src/runs/run-folder.ts";
import { keepInRun } from "../../src/runs/run-manifest.ts";
import { tempFolder } from "../support/temp-folder.ts";

let folder: string;
beforeEach(async () => {
  folder = await tempFolder();
});

const open = (parts: Partial<RunFolderOptions> = {}) =>
  openRunFolder(folder, { command: "find", settings: { query: "composed" }, version: "1", ...parts });

/** A run with a table, a file and a portrait, ended. */
async function madeRun(state: "interrupted" | "finished"): Promise<void> {
  const run = await open();
  const rows = await run.openRows(new Map([["searched/faces.jsonl", ""]]));
  await rows.close();
  await run.write("ranking.csv", "rank\n");
  await run.write("check/item-1.jpg", "pixels");
  await run.close(state);
}

describe("a run's folder", () => {
  it("begins anew with --force by removing what Kuleshov wrote, and nothing else", async () => {
    await writeFile(join(folder, "me.jpg"), "my photo");
    await mkdir(join(folder, "check"));
    await writeFile(join(folder, "check", "mine.txt"), "my note");
    await madeRun("finished");
    const ofKilled = ".0a3fc1f2-0000-4000-8000-0123456789ab.part";
    await writeFile(join(folder, `ranking.csv${ofKilled}`), "ra");
    const mine = ["ranking.csv.part", `ranking.csv${ofKilled}.bak`, `ranking${ofKilled}`, "ranking.csv.bak"];
    for (const name of mine) await writeFile(join(folder, name), "mine");
    const run = await open({ force: true, settings: { query: "pout" } });
    expect((await readdir(folder, { recursive: true })).sort()).toEqual(
      [...mine, "check", "check/mine.txt", "journal.jsonl", "me.jpg", "run.lock"].sort(),
    );
    expect([run.resumed, run.wasFinished, run.files()]).toEqual([false, false, []]);
    await run.close("finished");
  });

  it("removes nothing outside, whatever its journal says", async () => {
    const outside = join(await tempFolder(), "mine.txt");
    await writeFile(outside, "mine");
    await madeRun("interrupted");
    for (const file of [relative(folder, outside), outside]) {
      await appendFile(join(folder, "journal.jsonl"), journalLine({ file, sha256: null }));
    }
    await (await open({ force: true })).close("finished");
    expect(await readFile(outside, "utf8")).toBe("mine");
  });

  it("begins a finished run anew with nothing left of it, whatever tables and folders it had", async () => {
    const run = await open();
    const rows = await run.openRows(new Map([["searched/faces.jsonl", "first\n"]]));
    const counts = { images: 1, faces: 0, failures: 0 };
    await rows.append({ done: "a.jpg", inProgress: null, text: new Map([["searched/faces.jsonl", "a\n"]]), counts });
    await rows.close();
    await run.write("check/item-1.jpg", "pixels");
    await run.close("finished");
    const again = await open({ resume: true });
    expect(again.wasFinished).toBe(true);
    expect([...again.files()].sort()).toEqual(
      ["check/item-1.jpg", "searched/faces.jsonl"].map((name) => join(folder, name)),
    );
    await again.close("finished");
    await (await open({ force: true })).close("finished");
    expect(await readdir(folder)).toEqual(["journal.jsonl"]);
  });

  it("notes what began it and each of its files once, and removes a file of its own alone", async () => {
    await writeFile(join(folder, "mine.csv"), "mine");
    for (const content of ["a", "a", "b"]) {
      const run = await open();
      await run.write("sheet.csv", content);
      await run.claim("table.csv");
      await run.remove("mine.csv");
      await run.close("interrupted");
    }
    const journal = await readFile(join(folder, "journal.jsonl"), "utf8");
    const times = (word: string) => journal.split(word).length - 1;
    expect(["began", "sheet.csv", "table.csv", "interrupted"].map(times)).toEqual([1, 2, 1, 3]);
    const last = await open();
    expect(last.files()).toEqual(["sheet.csv", "table.csv"].map((name) => join(folder, name)));
    await writeFile(join(folder, "sheet.csv"), "changed by a rater");
    await expect(last.remove("sheet.csv")).rejects.toThrow("changed since Kuleshov wrote it");
    await writeFile(join(folder, "sheet.csv"), "b");
    await last.remove("sheet.csv");
    await last.close("interrupted");
    expect((await readdir(folder)).sort()).toEqual(["journal.jsonl", "mine.csv"]);
  });

  it("knows a file again that it wrote in pieces, and sees when somebody changed it", async () => {
    const pieces = ["rank\n", "1\n"];
    const run = await open();
    await run.write("ranking.csv", pieces);
    expect(await readFile(join(folder, "ranking.csv"), "utf8")).toBe("rank\n1\n");
    await run.write("ranking.csv", pieces);
    await writeFile(join(folder, "ranking.csv"), "rank\n2\n");
    await expect(run.write("ranking.csv", pieces)).rejects.toThrow("changed since Kuleshov wrote it");
    await writeFile(join(folder, "ranking.csv"), "rank\n1\n");
    await run.remove("ranking.csv");
    await run.close("interrupted");
    expect(await readdir(folder)).toEqual(["journal.jsonl"]);
  });

  it("says why there can be no folder", async () => {
    const refused = async (name: string) => {
      const settings = { command: "find", settings: {}, version: "1" };
      return openRunFolder(join(folder, name), settings).then(String, (error: Error) => error.message);
    };
    await writeFile(join(folder, "taken"), "");
    for (const name of ["taken", "taken/below"]) {
      expect(await refused(name)).toBe(
        `Cannot write results as there is a file of that name: \`${join(folder, name)}\``,
      );
    }
    expect(await refused("x".repeat(300))).toMatch(/^Cannot write results as the folder cannot be made \(.+\): `/);
    await expect(continueRunFolder(folder)).rejects.toThrow(/Cannot go on with the run in the folder as an earlier/);
  });

  it("goes on by itself with a run that was killed, up to the first record that says nothing", async () => {
    const run = await open();
    await run.write("ranking.csv", "rank\n");
    await appendFile(join(folder, "journal.jsonl"), '{"some":"record"}\n{"state":"finished"}\n');
    await run.close("interrupted");
    const again = await open();
    expect([again.resumed, again.wasFinished, again.files()]).toEqual([true, false, [join(folder, "ranking.csv")]]);
    await again.close("interrupted");
  });

  it("gives a file to a folder that holds no run, and takes it for nobody's afterwards", async () => {
    await keepInRun(folder, "report.html", "<p>mine");
    expect(await readFile(join(folder, "report.html"), "utf8")).toBe("<p>mine");
    const run = await open();
    await expect(run.write("report.html", "<p>ours")).rejects.toThrow(/Kuleshov did not write/);
    await run.close("interrupted");
  });

  it("never writes over a file that is not Kuleshov's, or that somebody has worked on", async () => {
    await writeFile(join(folder, "ranking.csv"), "mine");
    const run = await open();
    await expect(run.write("ranking.csv", "ours")).rejects.toThrow(/a file of that name that Kuleshov did not write/);
    await expect(run.claim("ranking.csv")).rejects.toThrow(/a file of that name that Kuleshov did not write/);
    await run.write("sheet.csv", "item,rating\n1,\n");
    await run.close("finished");
    await writeFile(join(folder, "sheet.csv"), "item,rating\n1,5\n");
    await expect(open({ force: true })).rejects.toThrow(/changed since Kuleshov wrote it: move it away first/);
    const again = await open({ resume: true });
    await expect(again.write("sheet.csv", "item,rating\n1,\n")).rejects.toThrow(/changed since Kuleshov wrote it/);
    await again.close("finished");
    expect(await readFile(join(folder, "ranking.csv"), "utf8")).toBe("mine");
    expect(await readFile(join(folder, "sheet.csv"), "utf8")).toBe("item,rating\n1,5\n");
  });

  it.each([
    ["other settings", { settings: { query: "pout" } }, /other settings \(query: composed -> pout\)/],
    ["more settings", { settings: { query: "composed", "--top": 3 } }, /other settings \(--top: none -> 3\)/],
    ["another command", { command: "discover", resume: true }, /holds a run of `kuleshov find`/],
    ["another command and --force", { command: "discover", force: true }, /holds a run of `kuleshov find`/],
    ["both --resume and --force", { resume: true, force: true }, /Choose one of --resume.* and --force/],
  ])("refuses %s, and says so", async (_case, parts, sentence) => {
    await madeRun("interrupted");
    await expect(open(parts)).rejects.toThrow(sentence);
    expect(await readFile(join(folder, "ranking.csv"), "utf8")).toBe("rank\n");
  });

  it("goes on with an interrupted run by itself, and with a finished one when told", async () => {
    await madeRun("interrupted");
    const second = await open();
    expect([second.resumed, second.wasFinished]).toEqual([true, false]);
    await second.close("finished");
    await expect(open()).rejects.toThrow(/a finished run: --resume goes on with it, --force starts it anew/);
    const third = await open({ resume: true });
    expect([third.resumed, third.wasFinished, third.createdAt]).toEqual([true, true, second.createdAt]);
    await third.close("finished");
    const fourth = await continueRunFolder(folder);
    await fourth.close("interrupted");
  });

  it("is open to one process at a time, which it names", async () => {
    const first = await open();
    await expect(open()).rejects.toThrow(new RegExp(`as process ${process.pid} on .* is at work in the folder`));
    await expect(open({ force: true })).rejects.toThrow(/is at work in the folder/);
    await first.close("interrupted");
    await (await open()).close("interrupted");
    expect(existsSync(join(folder, "run.lock"))).toBe(false);
  });

  it("is changed after its end by one at a time, and free again when that fails", async () => {
    const run = await open();
    await expect(aloneInRun(folder, async () => 1)).rejects.toThrow(/is at work in the folder: wait for it, or name/);
    await run.close("finished");
    const added = aloneInRun(folder, async () => {
      await expect(open({ resume: true })).rejects.toThrow(/is at work in the folder/);
      throw new Error("no such sheet");
    });
    await expect(added).rejects.toThrow("no such sheet");
    expect(await aloneInRun(folder, async () => 1)).toBe(1);
  });

  it.each([
    ["of an earlier version", '1a2b3c4d {"done":["a.jpg"]}\n'],
    ["of somebody else", '{"began":"today"}\n'],
    ["without its beginning", '{"state":"finished"}\n{"began":"today"}\n'],
  ])("does not take a journal %s for its own", async (_case, text) => {
    await writeFile(join(folder, "journal.jsonl"), text);
    for (const mode of [{}, { resume: true }, { force: true }]) {
      await expect(open(mode)).rejects.toThrow(/an earlier Kuleshov, or something else, wrote its journal.jsonl/);
    }
    expect(await readFile(join(folder, "journal.jsonl"), "utf8")).toBe(text);
  });

  it("knows files that are added later, also while the run is at work", async () => {
    const run = await open();
    await run.write("run.json", "{}");
    await keepInRun(folder, "report.html", "<p>half");
    await run.write("results.csv", "a");
    await run.close("finished");
    await keepInRun(folder, "report.html", "<p>whole");
    await (await open({ force: true })).close("finished");
    expect(await readdir(folder)).toEqual(["journal.jsonl"]);
  });

  it.each([25, 4])("begins anew when the power went before its first record was whole: %i bytes", async (bytes) => {
    await (await open()).close("interrupted");
    const text = await readFile(join(folder, "journal.jsonl"), "utf8");
    await writeFile(join(folder, "journal.jsonl"), text.slice(0, bytes));
    await appendFile(join(folder, "journal.jsonl"), "\0\0\0");
    const again = await open();
    expect(again.resumed).toBe(false);
    await again.close("finished");
  });
});
