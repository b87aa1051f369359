import { copyFile, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { createLanceExemplarStore } from "../../src/adapters/lancedb/exemplar-store.ts";
import { PackError } from "../../src/domain/errors.ts";
import type { ExemplarCandidate } from "../../src/exemplars/exemplar-candidate.ts";
import { type ImportOptions, importExemplars } from "../../src/exemplars/import-exemplars.ts";
import { readPack, writePack } from "../../src/exemplars/pack.ts";
import { readCategoryFolders, readExemplarTable } from "../../src/exemplars/read-labelled-images.ts";
import { testSpace } from "../support/exemplars.ts";
import { measureAs } from "../support/measured-images.ts";
import { samplePhoto } from "../support/photos.ts";
import { tempFolder } from "../support/temp-folder.ts";

const box = (leftPx: number) => ({ leftPx, topPx: 100, widthPx: 200, heightPx: 200 });
const smile = { box: box(100), shows: { AU12: 0.9, AU6: 0.8 } };

function options(parts: Partial<ImportOptions> = {}): ImportOptions {
  return {
    space: testSpace,
    measure: measureAs(() => [smile]),
    duplicates: "refuse",
    keepViews: true,
    textEmbedder: null,
    concurrency: 2,
    now: () => new Date("2026-01-01T00:00:00Z"),
    ...parts,
  };
}

const newStore = async () => createLanceExemplarStore(await tempFolder(), testSpace);
const npmPhoto = (n: number) => `npm:@vladmandic/face-api/demo/sample${n}.jpg`;
const line = (parts: object) =>
  JSON.stringify({ image: npmPhoto(1), category: "amusement", labeller: "tester", ...parts });

async function packOf(...lines: string[]): Promise<string> {
  const path = join(await tempFolder(), "my-pack.jsonl");
  await writeFile(path, `${lines.join("\n")}\n`);
  return path;
}

function candidate(
  path: string,
  parts: Partial<ExemplarCandidate> & { category?: string; labeller?: string } = {},
): ExemplarCandidate {
  const { category = "amusement", labeller = "tester", ...rest } = parts;
  const label = {
    category,
    role: "instance",
    labeller,
    caption: null,
    definition: null,
    why: null,
    licence: null,
    source: null,
  } as const;
  return { label, path, name: path, sha256: null, region: null, pack: null, line: null, measurements: null, ...rest };
}

describe("readPack", () => {
  it("finds photos that dependencies ship and files beside the pack", async () => {
    const pack = await packOf(line({}), "", line({ image: "own.png", why: "she laughs", region: box(5) }));
    await copyFile(samplePhoto(2), join(pack, "..", "own.png"));
    const { candidates, problems } = await readPack(pack);
    expect(problems).toEqual([]);
    expect(candidates.map(({ name, line, pack }) => ({ name, line, pack }))).toEqual([
      { name: npmPhoto(1), line: 1, pack: "my-pack" },
      { name: join(pack, "..", "own.png"), line: 3, pack: "my-pack" },
    ]);
    expect(candidates[1]?.region).toEqual(box(5));
  });

  it.each([
    ["is not JSON", "{nope", "it is not JSON"],
    ["has no category", line({ category: undefined }), "it has no category"],
    ["has no labeller", line({ labeller: undefined }), "it has no labeller"],
    [
      "has a line break in its category",
      line({ category: "a\nb" }),
      "category: a category name has no line breaks or control characters",
    ],
    ["has a misspelt field", line({ lable: "x" }), 'it has an unknown field "lable"'],
    [
      "has a region without a size",
      line({ region: { ...box(1), widthPx: 0 } }),
      expect.stringContaining("region.widthPx"),
    ],
    ["points to an image that is gone", line({ image: "gone.jpg" }), "its image is gone (gone.jpg)"],
    [
      "points into a package that is not there",
      line({ image: "npm:no-such-package/a.jpg" }),
      expect.stringContaining("not installed"),
    ],
    [
      "climbs out of a package",
      line({ image: "npm:@vladmandic/face-api/../../zod/package.json" }),
      expect.stringContaining("not installed"),
    ],
  ])("names the line that %s", async (_name, bad, reason) => {
    const { candidates, problems } = await readPack(await packOf(line({}), bad, line({ category: "awe" })));
    expect(problems).toEqual([{ line: 2, reason }]);
    expect(candidates).toHaveLength(2);
  });

  it.each([
    ["does not exist", async () => join(await tempFolder(), "none.jsonl"), /there is no such file/],
    ["is empty", () => packOf("", " "), /it is empty/],
    ["is not text", async () => samplePhoto(1), /not UTF-8/],
  ])("refuses a pack that %s", async (_name, path, message) => {
    const reading = readPack(await path());
    await expect(reading).rejects.toThrow(PackError);
    await expect(reading).rejects.toThrow(message);
  });
});

describe("readExemplarTable", () => {
  async function tableOf(text: string): Promise<string> {
    const path = join(await tempFolder(), "table.csv");
    await copyFile(samplePhoto(1), join(path, "..", "a.jpg"));
    await writeFile(path, text);
    return path;
  }
  const read = async (text: string) => readExemplarTable(await tableOf(text), { labeller: "me" });

  it("reads other words for its columns, a byte order mark and semicolons", async () => {
    const { candidates, problems } = await read(
      '\uFEFFImage;Label;Rater;Region;Reason\r\na.jpg;"it\'s ""awe""";;"1,2,30,40";wide eyes\r\n',
    );
    expect(problems).toEqual([]);
    expect(candidates).toEqual([
      expect.objectContaining({
        label: expect.objectContaining({ category: 'it\'s "awe"', labeller: "me", why: "wide eyes", role: "instance" }),
        region: { leftPx: 1, topPx: 2, widthPx: 30, heightPx: 40 },
        line: 2,
      }),
    ]);
  });

  it("names the row that cannot be used", async () => {
    const { candidates, problems } = await read(
      'path,category,region\na.jpg,awe,\na.jpg,,\nb.jpg,awe,\na.jpg,awe,"1,2"\n',
    );
    expect(candidates).toHaveLength(1);
    expect(problems.map((problem) => problem.line)).toEqual([3, 4, 5]);
    expect(problems[1]?.reason).toBe("its image is gone (b.jpg)");
  });

  it.each([
    ["has no category column", "path,colour\na.jpg,red\n", /no column category/],
    ["is ragged", "path,category\na.jpg,awe,more\n", /line 2 has 3 cells for 2 columns/],
    ["is empty", "path,category\n", /it is empty/],
  ])("refuses a table that %s", async (_name, text, message) => {
    await expect(read(text)).rejects.toThrow(message);
  });
});

describe("readCategoryFolders", () => {
  it("takes the first folder as the category", async () => {
    const root = await tempFolder();
    for (const [folder, n] of [
      ["awe", 1],
      ["awe/more", 2],
      ["it's", 3],
    ] as const) {
      await mkdir(join(root, folder), { recursive: true });
      await copyFile(samplePhoto(n), join(root, folder, `${n}.JPG`));
    }
    const { candidates } = await readCategoryFolders(root, { labeller: "me" });
    expect(candidates.map(({ label }) => label.category)).toEqual(["awe", "awe", "it's"]);
  });

  it.runIf(process.platform === "linux")("reads names that are not UTF-8, and says what it leaves out", async () => {
    const root = await tempFolder();
    await mkdir(Buffer.from(`${root}/fiert\xe9`, "latin1"));
    for (const name of ["fiert\xe9/\xe9.JFIF", "loose.jpg"]) {
      await copyFile(samplePhoto(1), Buffer.from(`${root}/${name}`, "latin1"));
    }
    await writeFile(join(root, "notes.txt"), "no image");
    const notices: string[] = [];
    const notify = (notice: string) => notices.push(notice);
    const { candidates, problems } = await readCategoryFolders(root, { labeller: "me", notify });
    expect(notices).toEqual([
      `1 file is left out as its ending is no image's: 1 .txt (\`${root}\`)`,
      `1 image is left out, in no category's folder (\`${root}\`)`,
    ]);
    expect([candidates.map(({ path }) => path), problems]).toEqual([[join(root, "fiert\udce9", "\udce9.JFIF")], []]);
    const store = await newStore();
    const { added } = await importExemplars(store, candidates, options());
    expect((await store.get(added[0] as string))?.exemplar).toMatchObject({
      category: "fiert\udce9",
      image: { path: join(root, "fiert\udce9", "\udce9.JFIF") },
    });
  });

  it("refuses a tree without images", async () => {
    await expect(readCategoryFolders(await tempFolder(), { labeller: "me" })).rejects.toThrow(/no folder per category/);
  });
});

describe("importExemplars", () => {
  it("has an embedder of images look at what is kept, and not read the words", async () => {
    const store = await newStore();
    const shown: Uint8Array[] = [];
    const textEmbedder: ImportOptions["textEmbedder"] = {
      ...{ id: "clip:tiny", remote: false, server: "here" },
      embedTexts: () => Promise.reject(new Error("words were embedded")),
      embedImages: async (images) => images.map((view) => Float32Array.of(shown.push(view), 0)),
    };
    const { added } = await importExemplars(store, [candidate(samplePhoto(1))], options({ textEmbedder }));
    const entry = await store.get(added[0] as string);
    expect([shown, entry?.textEmbedding]).toEqual([[entry?.view], Float32Array.of(1, 0)]);
    expect(await store.textEmbedder()).toBe("clip:tiny");
  });

  it("keeps what is measured, a small view without metadata, and where it came from", async () => {
    const store = await newStore();
    const { candidates } = await readPack(await packOf(line({ region: smile.box, why: "she laughs" })));
    const outcome = await importExemplars(store, candidates, options());
    expect(outcome.added).toHaveLength(1);
    const entry = await store.get(outcome.added[0] as string);
    expect(entry?.exemplar).toMatchObject({
      category: "amusement",
      pack: "my-pack",
      image: { path: npmPhoto(1), widthPx: 1920, heightPx: 1280 },
    });
    expect(entry?.exemplar.measurements[0]?.actionUnits).toContainEqual(
      expect.objectContaining({ au: "AU12", value: 0.9 }),
    );
    expect(entry?.expression).not.toBeNull();
    const view = await sharp(entry?.view as Uint8Array).metadata();
    expect([view.format, Math.max(view.width, view.height), view.exif]).toEqual(["jpeg", 420, undefined]);
  });

  it("refuses the same pixels under the same category, scaled or re-encoded, and keeps the first", async () => {
    const folder = await tempFolder();
    const copies = [join(folder, "small.jpg"), join(folder, "gray.png")];
    await sharp(samplePhoto(1))
      .resize(500)
      .jpeg({ quality: 50 })
      .toFile(copies[0] as string);
    await sharp(samplePhoto(1))
      .resize(800)
      .grayscale()
      .png()
      .toFile(copies[1] as string);
    const store = await newStore();
    const all = [samplePhoto(1), ...copies, samplePhoto(2)].map((path) => candidate(path));
    const outcome = await importExemplars(store, all, options());
    expect(outcome.added).toHaveLength(2);
    expect(outcome.duplicates.map((duplicate) => duplicate.path)).toEqual(copies);
    expect(outcome.duplicates[0]?.reason).toContain(outcome.added[0]);
  });

  it("links copies when asked, and always links the same pixels under another category", async () => {
    const small = join(await tempFolder(), "small.jpg");
    await sharp(samplePhoto(1)).resize(500).jpeg().toFile(small);
    const store = await newStore();
    const [first] = (await importExemplars(store, [candidate(samplePhoto(1))], options())).added;
    const linked = await importExemplars(store, [candidate(small)], options({ duplicates: "link" }));
    const other = await importExemplars(store, [candidate(samplePhoto(1), { category: "joy" })], options());
    expect([...linked.linked, ...other.linked].map((link) => link.to)).toEqual([first, first]);
    expect((await store.list()).filter((exemplar) => exemplar.linkedTo === first)).toHaveLength(2);
  });

  it("takes the faces of one photo as different exemplars", async () => {
    const regions = [150, 800, 1450].map((left) => ({ leftPx: left, topPx: 300, widthPx: 260, heightPx: 260 }));
    const measure = measureAs(() => regions.map((region) => ({ box: region, shows: { AU12: 0.8 } })));
    const store = await newStore();
    const outcome = await importExemplars(
      store,
      regions.map((region) => candidate(samplePhoto(1), { region })),
      options({ measure }),
    );
    expect(outcome).toMatchObject({ duplicates: [], failures: [], unmeasured: [] });
    expect(await store.count()).toBe(3);
  });

  it("passes over what is there without measuring it again", async () => {
    const store = await newStore();
    let measured = 0;
    const measure = measureAs(() => {
      measured += 1;
      return [smile];
    });
    const all = ([1, 2, 3] as const).map((n) => candidate(samplePhoto(n)));
    await importExemplars(store, all.slice(0, 2), options({ measure }));
    const again = await importExemplars(store, all, options({ measure }));
    expect(again.added).toHaveLength(1);
    expect(again.duplicates).toHaveLength(2);
    expect(measured).toBe(3);
  });

  it("takes measurements that came with the pack, of the same toolbox and image only", async () => {
    const store = await newStore();
    const { candidates } = await readPack(await packOf(line({ region: smile.box })));
    await importExemplars(store, candidates, options());
    const pack = join(await tempFolder(), "measured.jsonl");
    await writePack(pack, await store.list());
    const measured = (await readPack(pack)).candidates;
    let calls = 0;
    const measure = measureAs(() => {
      calls += 1;
      return [smile];
    });
    await importExemplars(await newStore(), measured, options({ measure }));
    expect(calls).toBe(0);
    const unsigned = measured.map((one) => ({ ...one, sha256: null }));
    await importExemplars(await newStore(), unsigned, options({ measure }));
    expect(calls).toBe(1);
  });

  it("lists an image that is damaged, gone or not the one that was labelled, and imports the rest", async () => {
    const folder = await tempFolder();
    const [cut, gone] = [join(folder, "cut.jpg"), join(folder, "gone.jpg")];
    await writeFile(cut, (await readFile(samplePhoto(1))).subarray(0, 20_000));
    await copyFile(samplePhoto(2), gone);
    await rm(gone);
    const store = await newStore();
    const all = [
      candidate(cut),
      candidate(gone),
      candidate(samplePhoto(3), { sha256: "0".repeat(64) }),
      candidate(samplePhoto(4)),
    ];
    const outcome = await importExemplars(store, all, options());
    expect(outcome.failures.map((failure) => failure.path)).toEqual([cut, gone, samplePhoto(3)]);
    expect(outcome.failures.map((failure) => failure.reason)).toEqual([
      expect.stringMatching(/^Cannot read image/),
      "its image is gone",
      expect.stringContaining("hash differs"),
    ]);
    expect(outcome.added).toHaveLength(1);
  });

  it.each([
    ["no face", [], null, /no face, or several/],
    ["several faces of one size and no region", [smile, { ...smile, box: box(600) }], null, /no face, or several/],
    [
      "no face at its region",
      [smile],
      { leftPx: 1000, topPx: 700, widthPx: 100, heightPx: 100 },
      /no face was found at its region/,
    ],
  ])("keeps an image with %s, to be found by words, and says so", async (_name, faces, region, reason) => {
    const store = await newStore();
    const one = [candidate(samplePhoto(1), { region })];
    const outcome = await importExemplars(store, one, options({ measure: measureAs(() => faces) }));
    expect(outcome.unmeasured).toEqual([expect.objectContaining({ reason: expect.stringMatching(reason) })]);
    expect(await store.count({ measured: false })).toBe(1);
  });

  it("means the far larger face when there is no region", async () => {
    const small = { box: { leftPx: 900, topPx: 100, widthPx: 60, heightPx: 60 }, shows: { AU4: 0.9 } };
    const store = await newStore();
    const outcome = await importExemplars(
      store,
      [candidate(samplePhoto(1))],
      options({ measure: measureAs(() => [small, smile]) }),
    );
    const entry = await store.get(outcome.added[0] as string);
    expect(entry?.exemplar.measurements[0]?.box).toEqual(smile.box);
  });

  it("stops when aborted and keeps what was stored", async () => {
    const store = await newStore();
    const controller = new AbortController();
    const measure = measureAs(() => [smile]);
    const photo = join(await tempFolder(), "small.jpg"); // it is decoded seventy times
    await sharp(samplePhoto(1)).resize(480).toFile(photo);
    const all = Array.from({ length: 70 }, (_, n) => candidate(photo, { labeller: `rater ${n}`, category: `c${n}` }));
    const running = importExemplars(
      store,
      all,
      options({ measure, keepViews: false, signal: controller.signal, onProgress: () => controller.abort() }),
    );
    await expect(running).rejects.toThrow();
    expect(await store.count()).toBe(64);
  });

  it("exports a pack that imports as the same exemplars elsewhere", async () => {
    const [store, folder] = [await newStore(), await tempFolder()];
    await copyFile(samplePhoto(2), join(folder, "own.jpg"));
    const own = candidate(join(folder, "own.jpg"), { category: "it's", region: smile.box });
    const npm = candidate(samplePhoto(1), { name: npmPhoto(1), labeller: "panel" });
    await importExemplars(store, [own, npm], options());
    const pack = join(folder, "pack.jsonl");
    await writePack(pack, await store.list());
    expect(await readFile(pack, "utf8")).not.toContain(folder);
    const { candidates, problems } = await readPack(pack);
    expect(problems).toEqual([]);
    const other = await newStore();
    await importExemplars(other, candidates, options());
    const plain = async (from: typeof store) => (await from.list()).map(({ pack: _, ...exemplar }) => exemplar);
    expect(await plain(other)).toEqual(await plain(store));
  });
});
