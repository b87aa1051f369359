import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { meshToolbox } from "../../src/adapters/mesh/mesh-toolbox.ts";
import { openEvaluation } from "../../src/compose/evaluation.ts";
import { type ExemplarSession, openExemplarSession } from "../../src/compose/exemplars.ts";
import { openStudyTools } from "../../src/compose/study.ts";
import { discover } from "../../src/discover.ts";
import type { FaceMeasurement } from "../../src/domain/measurement.ts";
import { evaluate } from "../../src/evaluate.ts";
import { openRun, readResults } from "../../src/evaluation/runner/stored-run.ts";
import { embedMeasured } from "../../src/exemplars/make-exemplar.ts";
import { find } from "../../src/find.ts";
import { measure } from "../../src/measure.ts";
import { readExclusions, withoutExcluded, writeExclusions } from "../../src/study/exclusions.ts";
import { studyAgreement } from "../../src/study/study-agreement.ts";
import { listInputs } from "../../src/study/study-inputs.ts";
import { exemplarEntry } from "../support/exemplars.ts";
import { samplePhoto } from "../support/photos.ts";
import { emptyCache } from "../support/temp-folder.ts";

/** How often the real toolbox measured an image, below the measurement store. */
const counted = { measured: 0 };
const openMesh = meshToolbox.open;
if (openMesh === undefined) throw new Error("The mesh toolbox is run");
vi.spyOn(meshToolbox, "open").mockImplementation(async (options) => {
  const toolbox = await openMesh(options);
  const counting: typeof toolbox.measure = (image, signal) => {
    counted.measured += 1;
    return toolbox.measure(image, signal);
  };
  return { ...toolbox, measure: counting };
});

let place: string;
let study: string;
/** Faces of the study: `<path>#<face>`, and where each is. */
let faces: Record<string, { readonly label: string; readonly box: string; readonly smile: number }>;

beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), "kuleshov-test-"));
  vi.stubEnv("KULESHOV_CACHE", await emptyCache(join(place, "cache")));
  for (const [label, number] of [
    ["party", 2],
    ["work", 6],
  ] as const) {
    await mkdir(join(place, "images", label), { recursive: true });
    await copyFile(samplePhoto(number), join(place, "images", label, `${number}.jpg`));
  }
  study = join(place, "study");
  await measureInto(study, [join(place, "images")]);
  expect(counted.measured).toBe(2);
  const rows: Record<string, string>[] = parse(await readFile(join(study, "faces.csv")), { columns: true });
  faces = Object.fromEntries(
    rows.map(({ path = "", face_id, box_left_px, box_top_px, box_width_px, box_height_px, AU12_both }) => [
      `${path}#${face_id}`,
      {
        label: path.split("/").at(-2) ?? "",
        box: [box_left_px, box_top_px, box_width_px, box_height_px].join(" "),
        smile: Number(AU12_both),
      },
    ]),
  );
  expect(Object.keys(faces).length).toBeGreaterThan(3);
}, 120_000);

afterAll(async () => {
  vi.unstubAllEnvs();
  await rm(place, { recursive: true, force: true });
});
beforeEach(() => {
  counted.measured = 0;
});

async function measureInto(folder: string, words: readonly string[]) {
  const inputs = await listInputs(words);
  const paths = inputs.map(({ path }) => path);
  const opened = await openStudyTools({ toolboxes: ["mesh"], evidence: [], paths, workers: 1 });
  try {
    const { tools, concurrency, close } = opened;
    return await measure({ folder, words, inputs, concurrency, fps: 1 }, { tools, close });
  } finally {
    await opened.close();
  }
}

const boxText = ({ box: { leftPx, topPx, widthPx, heightPx } }: Pick<FaceMeasurement, "box">) =>
  [leftPx, topPx, widthPx, heightPx].map((side) => Math.round(side * 1e6) / 1e6).join(" ");

/** Expressions of the study's faces of which enough was measured to compare them. */
async function embedded({ measure: again, space }: ExemplarSession): Promise<ReadonlyMap<string, Float32Array>> {
  const known = new Map<string, Float32Array>();
  for (const { path } of await listInputs([study])) {
    for (const face of (await again(path)).faces) {
      const expression = embedMeasured(space, face.measurements);
      if (expression !== null) known.set(`${path}#${face.faceId}`, expression);
    }
  }
  expect(known.size).toBeGreaterThan(3);
  return known;
}

describe("the folder of a study, measured once,", () => {
  it("is an input of measure, which writes the same faces again", async () => {
    await measureInto(join(place, "again"), [study]);
    expect(counted.measured).toBe(0);
    expect(await readFile(join(place, "again", "faces.csv"), "utf8")).toBe(
      await readFile(join(study, "faces.csv"), "utf8"),
    );
  });

  it("is an input of find, whose faces are those of the study", async () => {
    const session = await openExemplarSession({ store: join(place, "store") });
    try {
      const inputs = await listInputs([study]);
      const known = await embedded(session);
      const [expression = null] = known.values();
      const example = { ...exemplarEntry({ category: "smile" }), expression };
      const store = { location: "the store", placed: async () => [example] };
      const query = { folder: join(place, "found"), category: "smile", words: [study], inputs, top: 4 };
      const found = await find(query, { ...session, store, openJudge: null });
      expect(counted.measured).toBe(0);
      expect(Object.fromEntries(found.faces.map((face) => [`${face.path}#${face.faceId}`, boxText(face)]))).toEqual(
        Object.fromEntries([...known.keys()].map((id) => [id, faces[id]?.box])),
      );
    } finally {
      await session.close();
    }
  });

  it("is an input of discover, whose faces are those of the study", async () => {
    const session = await openExemplarSession({ store: join(place, "store") });
    try {
      const inputs = await listInputs([study]);
      const query = { folder: join(place, "discovery"), words: [study], inputs, known: [], knownCategories: [] };
      const store = { placed: async () => [] };
      const options = { seed: 1, resamples: 2, notify: () => undefined };
      const { discovery } = await discover({ ...query, ...options }, { ...session, store, describer: null });
      expect(counted.measured).toBe(0);
      const ids = discovery.faces.map(({ path, faceId }) => `${path}#${faceId}`);
      expect(ids.sort()).toEqual([...(await embedded(session)).keys()].sort());
    } finally {
      await session.close();
    }
  });

  async function evaluated(name: string, dataset: Record<string, unknown>) {
    const file = join(place, `${name}.eval.yaml`);
    const evaluation = { name, dataset: { format: "study", path: "study", ...dataset }, scorers: ["accuracy"] };
    await writeFile(file, JSON.stringify({ ...evaluation, matrix: { models: ["rules"], arms: ["full"] } }));
    const folder = join(place, name);
    const opened = openEvaluation({ evalFilePath: file, stimuliFolder: join(folder, "stimuli") });
    try {
      await evaluate({ file, folder }, opened.dependencies);
    } finally {
      await opened.close();
    }
    const { samples } = await openRun(folder);
    return { samples, records: await readResults(folder) };
  }

  it("is a data set of eval: one sample per face, labelled by the folder of its image", async () => {
    const { samples, records } = await evaluated("by-folder", {});
    expect(counted.measured).toBe(0);
    const asked = samples.map(({ id, region, truth }) => [
      id,
      { label: truth.label, box: region === null ? null : boxText({ box: region }) },
    ]);
    const expected = Object.entries(faces).map(([id, { label, box }]) => [id, { label, box }]);
    expect(Object.fromEntries(asked)).toEqual(Object.fromEntries(expected));
    expect(records.map(({ failure }) => failure)).toEqual(samples.map(() => null));
    for (const { sample, answer } of records) {
      const smile = answer?.measuredActionUnits.find(({ au }) => au === "AU12")?.value;
      expect(smile).toBeCloseTo(faces[sample]?.smile ?? Number.NaN, 3); // answers keep four decimals
    }
  }, 120_000);

  it("takes its labels from a table of images, wherever that lies, and leaves out what is not in it", async () => {
    await mkdir(join(place, "tables"));
    await writeFile(join(place, "tables", "labels.csv"), "file,mood,who\n../images/work/6.jpg,neutral,Ann\n");
    const labels = { path: "tables/labels.csv", on: "file" };
    const dataset = { join: labels, columns: { label: "mood", subject: "who" }, badRows: "skip" };
    const { samples } = await evaluated("by-table", dataset);
    expect(counted.measured).toBe(0);
    expect(samples.map(({ id, truth, subject }) => [id, truth.label, subject])).toEqual(
      Object.keys(faces)
        .filter((id) => id.includes("6.jpg"))
        .map((id) => [id, "neutral", "Ann"]),
    );
  }, 120_000);

  it("is what agreement reads, face by face", async () => {
    const both = join(place, "both");
    await mkdir(both);
    const merged = (await readFile(join(study, "measurements.jsonl"), "utf8"))
      .split("\n")
      .filter(Boolean)
      .map((line) => {
        const image = JSON.parse(line);
        const twice = (face: { actionUnits: { toolbox: string }[] }) => ({
          ...face,
          actionUnits: [...face.actionUnits, ...face.actionUnits.map((unit) => ({ ...unit, toolbox: "other@1" }))],
        });
        return `${JSON.stringify({ ...image, faces: image.faces.map(twice) })}\n`;
      });
    await writeFile(join(both, "measurements.jsonl"), merged.join(""));
    expect(await studyAgreement([both])).toMatchObject({ faces: Object.keys(faces).length });
    expect(counted.measured).toBe(0);
    const [first = ""] = Object.keys(faces);
    await writeExclusions(both, [{ ...placeOf(first), box: null, reason: "blurred", excludedAt: "" }]);
    expect(await studyAgreement([both])).toMatchObject({
      faces: Object.keys(faces).length - 1,
      leftOut: [`Left out as excluded: 1 face (\`${join(both, "exclusions.csv")}\`)`],
    });
  });

  const placeOf = (id: string) => ({ path: id.replace(/#.*/, ""), frame: null, faceId: id.replace(/.*#/, "") });

  it("takes no excluded face into discover, find and eval, and no excluded image anywhere", async () => {
    const [first = "", ...others] = Object.keys(faces);
    const [leftPx = 0, topPx = 0, widthPx = 0, heightPx = 0] = (faces[first]?.box ?? "").split(" ").map(Number);
    const whole = others.find((id) => placeOf(id).path !== placeOf(first).path) ?? "";
    const face = { ...placeOf(first), box: { leftPx, topPx, widthPx, heightPx }, reason: '=a hand; "blurred"' };
    const image = { ...placeOf(whole), faceId: null, box: null, reason: "not at work" };
    await writeExclusions(
      study,
      [face, image].map((one) => ({ ...one, excludedAt: "2026-01-01" })),
    );
    expect((await readExclusions(study)).map(({ reason }) => reason)).toEqual([face.reason, image.reason]);
    const told: string[] = [];
    const inputs = await listInputs([study], (notice) => told.push(notice));
    expect(inputs.map(({ path }) => path)).toEqual([placeOf(first).path]);
    expect(told).toEqual([`Left out as excluded: 1 image (\`${join(study, "exclusions.csv")}\`)`]);
    const session = await openExemplarSession({ store: join(place, "store") });
    try {
      const all = (await session.measure(placeOf(first).path)).faces.length;
      const { faces: kept } = await withoutExcluded(session.measure, inputs)(placeOf(first).path);
      expect(kept.length).toBe(all - 1);
      expect(kept.map(({ box }) => boxText({ box }))).not.toContain(faces[first]?.box);
      // The folder of a search made before is not gone on with under other exclusions.
      const store = { location: "the store", placed: async () => [exemplarEntry({ category: "smile" })] };
      const query = { folder: join(place, "found"), category: "smile", words: [study], inputs, top: 4 };
      await expect(find({ ...query, resume: true }, { ...session, store, openJudge: null })).rejects.toThrow(
        /exclusions/,
      );
    } finally {
      await session.close();
    }
    const { samples } = await evaluated("excluded", {});
    const ofOther = (id: string) => placeOf(id).path === placeOf(first).path && id !== first;
    expect(samples.map(({ id }) => id)).toEqual(Object.keys(faces).filter(ofOther));
  }, 120_000);
});
