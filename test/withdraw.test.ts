import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { createLanceExemplarStore } from "../src/adapters/lancedb/exemplar-store.ts";
import { walkFolder } from "../src/platform/walk-folder.ts";
import { openRunFolder, type RunFolderOptions } from "../src/runs/run-folder.ts";
import { readRunHistory } from "../src/runs/run-history.ts";
import { planWithdrawal, withdraw } from "../src/withdraw.ts";
import { exemplarEntry, testSpace } from "./support/exemplars.ts";
import { tempFolder } from "./support/temp-folder.ts";

const noCaches = { folder: "/nowhere", size: async () => ({ entries: 0, bytes: 0 }), clear: async () => {} };

/** Bytes that no other file has, long enough for slices to be looked for. */
const imageBytes = (seed: number) =>
  Buffer.from(Array.from({ length: 900 }, (_, at) => (at * at * seed + at * 31) % 251));

const MEASURE: RunFolderOptions = {
  command: "measure",
  version: "0",
  settings: { inputs: ["P017/smile.jpg", "P0170/smile.jpg"] },
};

/** A lab's folder: images of P017 and P0170, both in a file of the same name, a study, an evaluation, a list. */
async function labFolder(): Promise<string> {
  const root = await tempFolder();
  for (const [person, seed] of [
    ["P017", 7],
    ["P0170", 8],
  ] as const) {
    await mkdir(join(root, "images", person), { recursive: true });
    await writeFile(join(root, "images", person, "smile.jpg"), imageBytes(seed));
  }
  const theirs = join(root, "images/P017/smile.jpg");
  const other = join(root, "images/P0170/smile.jpg");
  await writeFile(
    join(root, "list.csv"),
    `id,image,who,note\ns1,${theirs},P017,"said ""ha""\nand laughed"\ns2,${other},P0170,\n`,
  );

  const study = await openRunFolder(join(root, "study"), MEASURE);
  const rows = await study.openRows(
    new Map([
      ["faces.csv", "path,face_id,AU12\n"],
      ["tiles.jsonl", ""],
    ]),
  );
  for (const [path, portrait] of [
    [theirs, imageBytes(7)],
    [other, imageBytes(8)],
  ] as const) {
    await rows.append({
      ...{ done: path, inProgress: null, counts: { images: 1, faces: 1, failures: 0 } },
      text: new Map([
        ["faces.csv", `${path},F1,0.5\n`],
        ["tiles.jsonl", `${JSON.stringify({ title: "smile.jpg F1", portrait: portrait.toString("base64") })}\n`],
      ]),
    });
  }
  await rows.close();
  await study.write("study.html", `<img src="data:image/jpeg;base64,${imageBytes(7).toString("base64")}">`);
  await study.close("finished");

  const run = await openRunFolder(join(root, "run"), { command: "eval", version: "0", settings: {} });
  const sample = (id: string, image: string, subject: string) =>
    `${JSON.stringify({ id, image, subject, truth: { label: "joy" } })}\n`;
  await run.write("samples.jsonl", sample("s1", theirs, "P017") + sample("s2", other, "P0170"));
  await run.write(
    "results.jsonl",
    ['{"sample":"s1","answer":"a broad smile"}', '{"sample":"s2","answer":"none"}', ""].join("\n"),
  );
  for (const id of ["s1", "s2"]) {
    await run.write(`stimuli/${id}-face.jpg`, imageBytes(9));
    await run.write(`stimuli/${id}-face.json`, JSON.stringify({ sample: id, recipe: { id: "mesh" } }));
  }
  await run.close("finished");
  return root;
}

async function bytesBelow(folder: string): Promise<string> {
  const texts: string[] = [];
  for await (const path of walkFolder(folder)) texts.push(path, (await readFile(path)).toString("latin1"));
  return texts.join("\n");
}

it("leaves no byte of a person in any place, and those of others as they were", async () => {
  const root = await labFolder();
  const store = createLanceExemplarStore(join(root, "store"), testSpace);
  const entry = (person: string, caption: string) => {
    const made = exemplarEntry({ category: "joy", face: { AU12: 0.9 }, caption, image: caption });
    return {
      ...made,
      exemplar: { ...made.exemplar, image: { ...made.exemplar.image, path: `images/${person}/smile.jpg` } },
    };
  };
  await store.add([entry("P017", "trombonist"), entry("P0170", "cellist")]);
  const dependencies = { stores: [store], caches: noCaches };
  const places = [root];

  const plan = await planWithdrawal({ name: "P017", columns: ["who"], places }, dependencies);
  expect(await bytesBelow(root)).toContain("trombonist"); // a plan changes nothing
  expect(plan.changes.map(({ file, removes }) => [file.path.slice(root.length + 1), removes]).sort()).toEqual(
    [
      ["images/P017/smile.jpg", "all"],
      ["list.csv", 1],
      ["run/results.jsonl", 1],
      ["run/samples.jsonl", 1],
      ["run/stimuli/s1-face.jpg", "all"],
      ["run/stimuli/s1-face.json", "all"],
      ["study/faces.csv", 1],
      ["study/journal.jsonl", 2],
      ["study/study.html", "all"],
      ["study/tiles.jsonl", 2], // the same name of a file: whose portrait it is cannot be told
    ].sort(),
  );
  expect((await withdraw(plan, dependencies)).left).toEqual([]);

  const left = await bytesBelow(root);
  const image = imageBytes(7);
  for (const trace of [/P017(?!\d)/, /trombonist/, /a broad smile/, /and laughed/]) expect(left).not.toMatch(trace);
  for (const bytes of [image.toString("latin1"), image.toString("base64")])
    expect(left).not.toContain(bytes.slice(0, 60));
  expect(left).toContain("cellist");
  expect(await readFile(join(root, "list.csv"), "utf8")).toBe(
    `id,image,who,note\ns2,${join(root, "images/P0170/smile.jpg")},P0170,\n`,
  );
  expect(await readFile(join(root, "run/results.jsonl"), "utf8")).toBe('{"sample":"s2","answer":"none"}\n');
});

it("lets a run go on without the person, as if it had never had them", async () => {
  const root = await labFolder();
  const dependencies = { stores: [], caches: noCaches };
  await withdraw(await planWithdrawal({ name: "P017", places: [join(root, "study")] }, dependencies), dependencies);
  const run = await openRunFolder(join(root, "study"), {
    ...MEASURE,
    settings: { inputs: ["P0170/smile.jpg"] },
    resume: true,
  });
  const rows = await run.openRows(
    new Map([
      ["faces.csv", "path,face_id,AU12\n"],
      ["tiles.jsonl", ""],
    ]),
  );
  expect([rows.done.size, rows.done.has(join(root, "images/P0170/smile.jpg"))]).toEqual([1, true]);
  expect(rows.counts()).toEqual({ images: 1, faces: 1, failures: 0 });
  await rows.close();
  await run.write("study.html", "made again");
  await run.close("finished");
});

it("takes what is called JSON and is none line by line, and leaves drafts that are not ours", async () => {
  const root = await tempFolder();
  await writeFile(join(root, "list.csv"), "subject,image\nP017,a.jpg\nP018,b.jpg\n");
  await writeFile(join(root, "broken.json"), '{ "who": "P018",\n"who": "P017",\n');
  await writeFile(join(root, "mine.part"), "still being loaded");
  const given = { stores: [], caches: noCaches };
  const plan = await planWithdrawal({ name: "P017", places: [root] }, given);
  expect(await withdraw(plan, given)).toMatchObject({ left: [] });
  expect(await readFile(join(root, "broken.json"), "utf8")).toBe('{ "who": "P018",\n');
  expect(await readFile(join(root, "mine.part"), "utf8")).toBe("still being loaded");
});

it("says what still holds something of them, and whose images lie elsewhere", async () => {
  const root = await labFolder();
  const dependencies = { stores: [], caches: noCaches };
  await writeFile(join(root, "study", "backup.bin"), "P017 in a file that nobody can edit");
  const plan = await planWithdrawal({ name: "P017", places: [join(root, "study")] }, dependencies);
  expect(plan.imagesElsewhere).toEqual([join(root, "images/P017/smile.jpg")]);
  expect((await withdraw(plan, dependencies)).left).toEqual([
    { path: join(root, "study", "backup.bin"), trace: "P017" },
  ]);
});

it("goes on where it was ended between the tables and the journal", async () => {
  const root = await labFolder();
  const dependencies = { stores: [], caches: noCaches };
  const study = join(root, "study");
  const journal = await readFile(join(study, "journal.jsonl"));
  await withdraw(await planWithdrawal({ name: "P017", places: [study] }, dependencies), dependencies);
  await writeFile(join(study, "journal.jsonl"), journal);
  await withdraw(await planWithdrawal({ name: "P017", places: [study] }, dependencies), dependencies);
  const done: string[] = [];
  for await (const key of (await readRunHistory(study))?.done() ?? []) done.push(key);
  expect(done).toEqual([join(root, "images/P0170/smile.jpg")]);
});

it.each([
  ["nobody of that name is in the places", "P099", ["study"], /Cannot find "P099" in these places/],
  ["a place is not there", "P017", ["nowhere"], /from a place that is not there/],
])("refuses when %s", async (_case, name, places, sentence) => {
  const root = await labFolder();
  const plan = planWithdrawal(
    { name, places: places.map((place) => join(root, place)) },
    { stores: [], caches: noCaches },
  );
  await expect(plan).rejects.toThrow(sentence);
});

it("takes a short name for a person's in columns and folders only", async () => {
  const root = await tempFolder();
  await writeFile(join(root, "list.csv"), "path,subject,score\na/1/x.jpg,1,1\nb/2/y.jpg,2,1\n");
  const dependencies = { stores: [], caches: noCaches };
  await withdraw(await planWithdrawal({ name: "1", places: [root] }, dependencies), dependencies);
  expect(await readFile(join(root, "list.csv"), "utf8")).toBe("path,subject,score\nb/2/y.jpg,2,1\n");
});
