import { appendFile, readFile, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { openRunFolder } from "../../src/runs/run-folder.ts";
import type { RunStep } from "../../src/runs/run-rows.ts";
import { fullDisk } from "../support/full-disk.ts";
import { tempFolder } from "../support/temp-folder.ts";

const HEADERS = new Map([
  ["faces.csv", "path,value\n"],
  ["failures.csv", "path,reason\n"],
]);

let folder: string;
beforeEach(async () => {
  folder = await tempFolder();
});

const record = (path: string): RunStep => ({
  done: path,
  inProgress: null,
  text: new Map([["faces.csv", `${path},1\n`]]),
  counts: { images: 1, faces: 1, failures: 0 },
});
const frame = (number: number): RunStep => ({
  done: null,
  inProgress: {
    key: "clip.mp4",
    progress: { frames: number + 1, tracking: { count: 1, tracks: [] }, seen: { anyone: true, neutralPerson: false } },
  },
  text: new Map([["faces.csv", `clip.mp4,${number}\n`]]),
  counts: { images: 1, faces: 1, failures: 0 },
});
/** The tables of a run, and its end. */
async function openRows(headers: ReadonlyMap<string, string> = HEADERS) {
  const run = await openRunFolder(folder, { command: "measure", settings: {}, version: "0", resume: true });
  const rows = await run.openRows(headers).catch(async (error: unknown) => {
    await run.close("interrupted");
    throw error;
  });
  return {
    ...rows,
    async close(state: "interrupted" | "finished") {
      await rows.close();
      await run.close(state);
    },
  };
}
const faces = () => readFile(join(folder, "faces.csv"), "utf8");

/** Which of the names that these tests use are done; nothing else is. */
function doneIn({ done }: Awaited<ReturnType<typeof openRows>>): string[] {
  const known = ["a.jpg", "b.jpg", "c.jpg", "clip.mp4"].filter((key) => done.has(key));
  expect(done.size).toBe(known.length);
  return known;
}

describe("a run's tables", () => {
  it("keep many inputs in a finished journal of short lines, and know each of them again", async () => {
    const keys = Array.from({ length: 10_000 }, (_, index) => `${index}.jpg`);
    const first = await openRows();
    await first.appendBatch({ done: keys, rows: new Map(), counts: { images: 10_000, faces: 0, failures: 0 } });
    await first.close("finished");
    const lines = (await readFile(join(folder, "journal.jsonl"), "utf8")).split("\n");
    expect(Math.max(...lines.map((line) => line.split(".jpg").length - 1))).toBeLessThan(5000);
    const second = await openRows();
    expect(second.done.size).toBe(10_000);
    expect(keys.filter((key) => !second.done.has(key))).toEqual([]);
    expect(["10000.jpg", "0.JPG", ""].filter((key) => second.done.has(key))).toEqual([]);
    expect(second.counts()).toEqual({ images: 10_000, faces: 0, failures: 0 });
    await second.close("interrupted");
  });

  it("go on where they ended", async () => {
    const first = await openRows();
    await first.append(record("a.jpg"));
    await first.close("interrupted");

    const second = await openRows();
    expect(doneIn(second)).toEqual(["a.jpg"]);
    await second.append(record("b.jpg"));
    await second.close("interrupted");

    expect(await faces()).toBe("path,value\na.jpg,1\nb.jpg,1\n");
  });

  it("hold no more than 63 steps back", async () => {
    const files = await openRows();
    for (let n = 0; n < 63; n += 1) await files.append(record(`${n}.jpg`));
    expect(await faces()).toBe("path,value\n");
    await files.append(record("63.jpg"));
    expect((await faces()).split("\n")).toHaveLength(1 + 64 + 1);
    await files.close("interrupted");
  });

  it("are let go of with their run: nothing can be added any more", async () => {
    const files = await openRows();
    await files.append(record("a.jpg"));
    await files.close("interrupted");
    await files.append(record("b.jpg"));
    await expect(files.flush()).rejects.toThrow();
    expect(await faces()).toBe("path,value\na.jpg,1\n");
  });

  it("keep where a clip was that was under way as its run ended", async () => {
    const first = await openRows();
    await first.append(record("a.jpg"));
    await first.append(frame(0));
    await first.close("finished");
    const second = await openRows();
    expect([doneIn(second), second.inProgress]).toEqual([["a.jpg"], frame(0).inProgress]);
    await second.close("finished");
  });

  it("cut off what was written but not recorded", async () => {
    const first = await openRows();
    await first.append(record("a.jpg"));
    await first.close("interrupted");
    await appendFile(join(folder, "faces.csv"), "b.jpg,1\nc.jp");

    const second = await openRows();
    await second.append(record("b.jpg"));
    await second.close("interrupted");

    expect(await faces()).toBe("path,value\na.jpg,1\nb.jpg,1\n");
  });

  it("do not count a half-written journal line", async () => {
    const first = await openRows();
    await first.append(record("a.jpg"));
    await first.flush();
    await first.append(record("b.jpg"));
    await first.close("interrupted");
    const journal = join(folder, "journal.jsonl");
    const text = await readFile(journal, "utf8");
    await truncate(journal, text.lastIndexOf("}\n{") - 5); // the end of the commit before the last line

    const second = await openRows();
    expect(doneIn(second)).toEqual(["a.jpg"]);
    await second.append(record("b.jpg"));
    await second.close("interrupted");

    expect(await faces()).toBe("path,value\na.jpg,1\nb.jpg,1\n");
  });

  it("drop a commit whose middle was lost in a power cut, and all that follow it", async () => {
    const first = await openRows();
    for (const path of ["a.jpg", "b.jpg", "c.jpg"]) {
      await first.append(record(path));
      await first.flush();
    }
    await first.close("interrupted");
    const path = join(folder, "journal.jsonl");
    const bytes = await readFile(path);
    bytes.fill(0, bytes.indexOf("b.jpg") - 4, bytes.indexOf("b.jpg") + 8);
    await writeFile(path, bytes);

    const second = await openRows();
    expect(doneIn(second)).toEqual(["a.jpg"]);
    expect(second.counts()).toEqual({ images: 1, faces: 1, failures: 0 });
    await second.close("interrupted");
    expect(await faces()).toBe("path,value\na.jpg,1\n");
  });

  it("know where a video that was under way goes on, and forget its people once it is done", async () => {
    const first = await openRows();
    await first.append(record("a.jpg"));
    await first.append(frame(0));
    await first.append(frame(1));
    await first.close("interrupted");

    const second = await openRows();
    expect(doneIn(second)).toEqual(["a.jpg"]);
    expect(second.inProgress).toEqual(frame(1).inProgress);
    await second.append({ ...frame(2), done: "clip.mp4", inProgress: null });
    await second.close("finished");

    expect(await faces()).toBe("path,value\na.jpg,1\nclip.mp4,0\nclip.mp4,1\nclip.mp4,2\n");
    expect(await readFile(join(folder, "journal.jsonl"), "utf8")).not.toContain("tracks");
    const third = await openRows();
    expect(doneIn(third)).toEqual(["a.jpg", "clip.mp4"]);
    expect(third.inProgress).toBeNull();
    expect(third.counts()).toEqual({ images: 4, faces: 4, failures: 0 });
    await third.close("interrupted");
  });

  it("say so when the disk is full, and keep what was recorded before", async () => {
    const headers = new Map([...HEADERS, ["measurements.jsonl", ""]]);
    const first = await openRows(headers);
    await first.append(record("a.jpg"));
    await first.close("interrupted");
    const full = await openRows(headers);
    const { spy, refusal } = await fullDisk();
    spy.mockRejectedValueOnce(refusal);
    await full.append({ ...record("b.jpg"), text: new Map([["measurements.jsonl", "{}\n"]]) });
    await expect(full.flush()).rejects.toThrow(
      "the disk is full; make room and run it again with --resume, which keeps what is done",
    );
    await full.append(record("c.jpg"));
    await full.close("interrupted"); // what comes after a failed write must not be recorded
    spy.mockRestore();

    const again = await openRows();
    expect(doneIn(again)).toEqual(["a.jpg"]);
    await again.close("interrupted");
  });

  it("start anew after a death before the first record", async () => {
    const dead = await openRunFolder(folder, { command: "measure", settings: {}, version: "0" });
    await dead.claim("faces.csv");
    await dead.close("interrupted");
    await writeFile(join(folder, "faces.csv"), "path,va");
    const files = await openRows();
    await files.append(record("a.jpg"));
    await files.close("interrupted");
    expect(await faces()).toBe("path,value\na.jpg,1\n");
  });

  it("refuse to go on when a file is shorter than its journal says", async () => {
    const files = await openRows();
    await files.append(record("a.jpg"));
    await files.close("interrupted");
    await truncate(join(folder, "faces.csv"), 3);
    await expect(openRows()).rejects.toThrow("shorter than its journal says");
  });
});
