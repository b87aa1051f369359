import { readdir, readlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { filterRows, readRowFilter } from "../../src/study/filter-rows.ts";
import { readStudyRows } from "../../src/study/read-study-rows.ts";
import { countLabels, histogram, StudyRows } from "../../src/study/study-rows.ts";
import { packError, packRows, unpackRows } from "../../src/study/study-stream.ts";
import { tempFolder } from "../support/temp-folder.ts";

const COLUMNS = {
  texts: ["path", "face_id", "label", "one", "two"],
  numbers: ["quality", "AU12_both", "AU12_both_weight", "classifiers_disagree"],
  units: ["AU12_both"],
  classifiers: ["one", "two"],
};
const NONE = Number.NaN;

/** Three faces and an image without one, in two parts. */
const PARTS = [
  {
    rows: 2,
    words: [["a/B.jpg", "c.jpg"], ["F1"], ["joy", "anger"], ["joy", "anger"], ["joy"]],
    values: [
      [0, 1],
      [0, 0],
      [0, 1],
      [0, 1],
      [0, 0],
      [0.9, 0.2],
      [0.9, 0.95],
      [1, 0.1],
      [0, 1],
    ],
  },
  {
    rows: 2,
    words: [["d.jpg", "e.jpg"], [""], [""], [""], [""]],
    values: [
      [2, 3],
      [1, 0],
      [2, 0],
      [2, 0],
      [1, 0],
      [NONE, 0.5],
      [NONE, 0.5],
      [NONE, 1],
      [NONE, 0],
    ],
  },
].map((part) => ({ ...part, values: Float32Array.from(part.values.flat()) }));

function made(): StudyRows {
  const rows = new StudyRows(COLUMNS);
  for (const part of PARTS) rows.append(part);
  return rows;
}

const filtered = (words: string, isExcluded = new Uint8Array(4)) => [
  ...filterRows(made(), isExcluded, readRowFilter(new URLSearchParams(words))),
];

describe("the rows of a study", () => {
  it.runIf(process.platform === "linux")("lets go of both tables, in a study without a face too", async () => {
    const folder = await tempFolder();
    await writeFile(join(folder, "faces.csv"), "path,face_id,track_id,warnings,frame,score\n");
    await writeFile(join(folder, "images.csv"), "path,frame,timestamp_s,faces\nclip.mp4,0,0,0\nclip.mp4,1,0.2,0\n");
    const { chunks } = await readStudyRows(folder, 2);
    let rows = 0;
    for await (const chunk of chunks) rows += chunk.rows;
    const held = await Promise.all(
      (await readdir("/proc/self/fd")).map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => "")),
    );
    expect([rows, held.filter((path) => path.startsWith(folder))]).toEqual([2, []]);
  });

  it.each([
    ["", [0, 1, 2, 3]],
    ["show=no+face", [2]],
    ["show=disagree", [1]],
    ["label=joy", [0, 3]],
    ["label=unheard", []],
    ["quality=0.5", [0, 3]],
    ["qualityTo=0.5", [1, 3]],
    ["name=b.JPG", [0]],
    ["sort=quality", [1, 3, 0, 2]],
    ["sort=quality&down=", [0, 3, 1, 2]],
    ["sort=label", [1, 0, 3, 2]],
    ["sort=nonsense", [0, 1, 2, 3]],
    ["from=nonsense&unit=AU12_both", [0, 1, 2, 3]],
  ])("are filtered and sorted by %s", (words, expected) => {
    expect(filtered(words)).toEqual(expected);
  });

  it("leaves an action unit that cannot be trusted out of what is high and of what is low", () => {
    expect(filtered("unit=AU12_both&from=0.5")).toEqual([0, 3]);
    expect(filtered("unit=AU12_both&to=1")).toEqual([0, 3]);
    expect(filtered("unit=AU12_both&from=0.9&to=0.9")).toEqual([0]);
  });

  it("are told apart by what is excluded", () => {
    expect(filtered("show=excluded", Uint8Array.of(0, 1, 0, 0))).toEqual([1]);
    expect(filtered("show=counted", Uint8Array.of(0, 1, 0, 0))).toEqual([0, 2, 3]);
  });

  it("are counted by label and by value, what is not measured aside", () => {
    expect(countLabels(made(), Uint32Array.of(0, 2, 3))).toEqual([
      { label: "joy", count: 2 },
      { label: "anger", count: 0 },
    ]);
    expect(histogram(made(), Uint32Array.of(0, 2), "quality", 2)).toEqual({
      from: 0,
      to: 1,
      all: [1, 2],
      shown: [0, 1],
    });
  });

  it("come again in parts, each with the words that come up in it, so that the first is small", () => {
    const again = new StudyRows(COLUMNS);
    const news = [...made().parts(1, 2)].map((part) => {
      again.append(part);
      return [part.rows, part.words.reduce((sum, words) => sum + words.length, 0)];
    });
    expect(news.map(([rows]) => rows)).toEqual([1, 2, 1]);
    expect(news[0]?.[1]).toBe(COLUMNS.texts.length);
    for (const name of COLUMNS.texts) {
      expect([0, 1, 2, 3].map((row) => again.text(name, row))).toEqual(
        [0, 1, 2, 3].map((row) => made().text(name, row)),
      );
    }
  });

  it("come through a stream whatever its pieces, and end with the reason where they cannot be read on", async () => {
    const bytes = Buffer.concat([packRows(PARTS[0] as never, COLUMNS), packRows(PARTS[1] as never)]);
    for (const size of [1, 7, bytes.length]) {
      let read: StudyRows | undefined;
      const counts: number[] = [];
      await unpackRows(piecesOf(bytes, size), (rows) => {
        read = rows;
        counts.push(rows.count);
      });
      expect(counts).toEqual([2, 4]);
      expect([...(read?.parts(1, 2) ?? [])]).toEqual([...made().parts(1, 2)]);
    }
    const broken = Buffer.concat([packRows(PARTS[0] as never, COLUMNS), packError("Cannot read on.")]);
    await expect(unpackRows(piecesOf(broken, 50), () => undefined)).rejects.toThrow("Cannot read on.");
  });
});

async function* piecesOf(bytes: Uint8Array, size: number) {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}
