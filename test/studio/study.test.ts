import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { isUnderWay, type Job } from "../../src/studio/jobs.ts";
import { createStudio, type StudioServer } from "../../src/studio/studio.ts";
import { readExclusions } from "../../src/study/exclusions.ts";
import type { StudyRows } from "../../src/study/study-rows.ts";
import { unpackRows } from "../../src/study/study-stream.ts";
import { samplePhoto } from "../support/photos.ts";
import { temporaryFolder } from "../support/temp-folder.ts";

const TOKEN = "t".repeat(43);
const STUDY = "studies/party";

let folder: string;
let studio: StudioServer;

const request = (inside: string, init?: RequestInit) =>
  studio.app.request(`http://127.0.0.1:4757/${TOKEN}/api${inside}`, init);
const post = async (inside: string, message: object) => {
  const headers = { "Content-Type": "application/json" };
  const response = await request(inside, { method: "POST", body: JSON.stringify(message), headers });
  return { status: response.status, body: await response.json() };
};
const get = async (inside: string) => (await request(inside)).json();

async function ended(id: string): Promise<Job> {
  return vi.waitFor(
    () => {
      const job = studio.jobs.list().find((each) => each.id === id);
      if (job === undefined || isUnderWay(job)) throw new Error(`${id} is ${job?.state}`);
      return job;
    },
    { timeout: 60_000, interval: 50 },
  );
}

async function rowsOf(path = STUDY): Promise<StudyRows> {
  let rows: StudyRows | undefined;
  const response = await request(`/study/rows?path=${path}`);
  await unpackRows(response.body as never, (some) => {
    rows = some;
  });
  return rows as StudyRows;
}

const facesIn = async (path = STUDY): Promise<Record<string, string>[]> =>
  parse(await readFile(join(folder, path, "faces.csv")), { columns: true });

/** Each goes on where the one before ended, on one study that is measured once. */
beforeAll(async () => {
  folder = await temporaryFolder();
  process.chdir(folder);
  await mkdir("images/party", { recursive: true });
  await sharp(samplePhoto(1)).resize(800).toFile("images/party/a b.jpg");
  await sharp({ create: { width: 90, height: 90, channels: 3, background: "#888" } })
    .jpeg()
    .toFile("images/party/gray.jpg");
  await writeFile("images/party/notes.jpg", "hello");
  studio = await createStudio({ root: folder, token: TOKEN });
  const { body } = await post("/study/measure", { words: "images/party", name: "party" });
  expect(body.job).toMatchObject({ kind: "measure", title: "party", address: "/study/studies/party" });
  expect(await ended(body.job.id)).toMatchObject({ state: "done", progress: { done: 3, total: 3 } });
}, 120_000);

afterAll(() => studio.close());

describe("a study in the studio", () => {
  it("is the study that measure --out writes, and is found among the others", async () => {
    const { studies, folders } = await get("/studies");
    expect(folders).toEqual(["images/party"]);
    expect(studies).toMatchObject([{ path: STUDY, command: "measure", finished: true, problem: null }]);
    expect(studies[0].settings).toMatchObject({ inputs: ["images/party"], "--fps": 5, "--columns": "kuleshov" });
    expect(await get(`/study?path=${STUDY}`)).toMatchObject({
      ...{ command: "measure", finished: true, counts: { images: 2, failures: 1 }, exclusions: [] },
      failures: [{ path: "images/party/notes.jpg", reason: expect.stringMatching(/^Cannot read image as/) }],
    });
  });

  it("gives every face as it is in faces.csv, and images without one", async () => {
    const [rows, faces] = [await rowsOf(), await facesIn()];
    expect(faces.length).toBeGreaterThan(1);
    expect(rows.count).toBe(faces.length + 1);
    for (const [row, face] of faces.entries()) {
      expect([rows.text("path", row), rows.text("face_id", row)]).toEqual([face.path, face.face_id]);
      expect(rows.number("AU12_both", row)).toBeCloseTo(Number(face.AU12_both), 6);
      expect(rows.number("quality", row)).toBeCloseTo(Number(face.quality), 6);
      const ofFirst = Object.entries(face).filter(([name]) => name.startsWith(`${rows.columns.classifiers[0]}_`));
      const [best] = ofFirst.sort(([, a], [, b]) => Number(b) - Number(a));
      expect(best?.[0]).toBe(`${rows.columns.classifiers[0]}_${rows.text("label", row)}`);
    }
    expect(rows.text("path", faces.length)).toBe("images/party/gray.jpg");
    expect(rows.text("face_id", faces.length)).toBe("");
    expect([...(await rowsOf()).parts(1, 2)]).toEqual([...rows.parts(1, 2)]); // and again from memory
  });

  it("cuts portraits out of images of its own, and out of nobody else's", async () => {
    const box = "100,50,200,200";
    const jpeg = await request(`/study/portrait?path=${STUDY}&image=images/party/a b.jpg&box=${box}`);
    expect(await sharp(Buffer.from(await jpeg.arrayBuffer())).metadata()).toMatchObject({ format: "jpeg", width: 200 });
    const outside = await request(`/study/portrait?path=${STUDY}&image=/etc/passwd&box=${box}`);
    expect(outside.status).toBe(404);
    expect((await outside.json()).error).toMatch(/outside of the folder/);
  });

  it("keeps exclusions beside the tables, which stay as they were, and takes them back", async () => {
    const before = await readFile(join(STUDY, "faces.csv"), "utf8");
    const face = "images/party/a b.jpg#F1";
    const reason = '=a hand, "blurred"';
    expect(await post("/study/exclude", { study: STUDY, chosen: { faces: [face] }, reason })).toMatchObject({
      body: { faces: 1 },
    });
    const [first] = await facesIn();
    expect(await readExclusions(STUDY)).toMatchObject([
      {
        path: "images/party/a b.jpg",
        frame: null,
        faceId: "F1",
        reason,
        box: { leftPx: expect.closeTo(Number(first?.box_left_px), 2) },
      },
    ]);
    expect(await readFile(join(STUDY, "faces.csv"), "utf8")).toBe(before);
    expect((await get(`/study?path=${STUDY}`)).exclusions).toEqual([{ face, reason }]);

    const all = { filter: "show=all&sort=quality" };
    expect((await post("/study/exclude", { study: STUDY, chosen: all, reason: "test" })).body.faces).toBe(
      (await rowsOf()).count,
    );
    await post("/study/exclude", { study: STUDY, chosen: { filter: "label=none+such" }, reason: null });
    expect((await readExclusions(STUDY)).at(-1)).toMatchObject({ path: "images/party/gray.jpg", faceId: null });
    await post("/study/exclude", { study: STUDY, chosen: { filter: "show=excluded" }, reason: null });
    expect(await readExclusions(STUDY)).toEqual([]);
    await post("/study/exclude", { study: STUDY, chosen: { faces: [face] }, reason });
  });

  it("hands out the faces of a filter with the reason as a column, the dictionary, and scripts", async () => {
    const read = async (words: string) => {
      const response = await request(`/study/table?path=${STUDY}${words}`);
      expect(response.headers.get("content-disposition")).toMatch(/party-faces\.csv/);
      return parse(await response.text(), { columns: true });
    };
    const faces = await facesIn();
    const [first, ...others] = await read("");
    expect(first).toEqual({ ...faces[0], person: "", excluded: `'=a hand, "blurred"` });
    expect(others).toEqual(faces.slice(1).map((face) => ({ ...face, person: "", excluded: "" })));
    expect((await read("&show=counted")).length).toBe(faces.length - 1);
    expect((await read("&show=excluded")).length).toBe(1);
    const dictionary = await request(`/study/file?path=${STUDY}&name=data-dictionary.csv`);
    expect(await dictionary.text()).toBe(await readFile(join(STUDY, "data-dictionary.csv"), "utf8"));
    expect((await request(`/study/file?path=${STUDY}&name=../../images/party/notes.jpg`)).status).toBe(404);
    for (const language of ["r", "python"]) {
      expect(await (await request(`/study/script?path=${STUDY}&language=${language}`)).text()).toContain(
        "exclusions.csv",
      );
    }
  });

  it("goes on with what was added, by the flags that the study was begun with", async () => {
    await copyFile("images/party/a b.jpg", "images/party/again.jpg");
    const { body } = await post("/study/measure", { resume: STUDY });
    expect(await ended(body.job.id)).toMatchObject({ state: "done", failure: null, progress: { done: 4, total: 4 } });
    const { counts, exclusions } = await get(`/study?path=${STUDY}`);
    expect(counts.images).toBe(3);
    expect(exclusions.length).toBe(1);
    expect((await rowsOf()).text("path", (await facesIn()).length - 1)).toBe("images/party/again.jpg");
  });

  it.each([
    ["a folder that is none of its own", { words: "../elsewhere", name: "x" }, /outside of the folder/],
    ["a pattern that leads out", { words: "images/../../*.jpg", name: "x" }, /outside of the folder/],
    ["nothing to measure", { words: "images/none", name: "x" }, /images\/none/],
  ])("says in one sentence why %s is not measured", async (_what, message, sentence) => {
    const { body } = await post("/study/measure", message);
    expect(await ended(body.job.id)).toMatchObject({ state: expect.stringMatching(/failed|done/) });
    const job = studio.jobs.list().find(({ id }) => id === body.job.id);
    const { failures } = job?.state === "done" ? await get("/study?path=studies/x") : { failures: [] };
    expect(job?.failure ?? failures[0].reason).toMatch(sentence);
  });

  it.each([
    ["/study?path=images", 400, /there is none in the folder/],
    ["/study?path=studies/gone", 400, /^Cannot show it as it is not there any more: put it back.*`studies\/gone`$/],
    ["/discovery?path=discoveries/gone", 400, /^Cannot show it as it is not there any more/],
    ["/evaluation?path=eval-results/gone", 400, /^Cannot show it as it is not there any more/],
    ["/evaluation/numbers?path=eval-results/gone", 400, /^Cannot show it as it is not there any more/],
    ["/lab?path=lab-results/gone", 400, /^Cannot show it as it is not there any more/],
    ["/ratings?discovery=studies/gone", 400, /^Cannot show it as it is not there any more/],
    ["/study?path=../x", 404, /outside/],
    ["/study", 400, /names no path/],
  ])("answers %s with one sentence", async (inside, status, sentence) => {
    const response = await request(inside);
    expect([response.status, (await response.json()).error]).toEqual([status, expect.stringMatching(sentence)]);
  });

  it.each([
    [{ words: "images", name: "../up" }, /its name is none for a folder/],
    [{ words: "images", name: "party" }, /there is one of that name/],
    [{ resume: "images" }, /there is none in the folder/],
    [{ resume: 3 }, /not understood/],
  ])("refuses to begin %j", async (message, sentence) => {
    expect(await post("/study/measure", message)).toMatchObject({
      status: 400,
      body: { error: expect.stringMatching(sentence) },
    });
  });

  it("shows what a study holds that was made under another toolbox's columns only in words", async () => {
    const faces = join(STUDY, "faces.csv");
    await writeFile(faces, (await readFile(faces, "utf8")).replace("face_id", "face"));
    const response = await request(`/study/rows?path=${STUDY}`);
    expect([response.status, (await response.json()).error]).toEqual([400, expect.stringMatching(/without --columns/)]);
  });
});
