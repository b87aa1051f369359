import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, expect, it } from "vitest";
import * as ask from "../../src/cli/ask.ts";
import { samplePhoto } from "../support/photos.ts";
import { runCommand } from "../support/run-command.ts";
import { handledStudio } from "../support/studio-handler.ts";
import { temporaryFolder } from "../support/temp-folder.ts";

const IMAGE = "images/friends.jpg";
let studio: Awaited<ReturnType<typeof handledStudio>>;

beforeAll(async () => {
  process.chdir(await temporaryFolder());
  await mkdir("images");
  await sharp(samplePhoto(1)).resize(600).toFile(IMAGE);
  studio = await handledStudio();
});
afterAll(() => studio.studio.close());

it("asks with and without an object, and keeps what `ask --without --out` keeps", async () => {
  const { body } = await studio.post("/ask", { image: IMAGE, context: "A dinner", without: "wine glasses" });
  expect(await studio.ended(body.job.id)).toMatchObject({ state: "done", failure: null });
  const { view, objects, without } = await studio.get(`/answer?run=${body.run}`);
  expect(objects).toContain("wine glass");
  expect(without).toMatchObject({ object: "wine glass", image: "without.jpg" });
  expect(without.changes.map(({ faceId }: { faceId: string }) => faceId)).toEqual(
    view.subjects.map(({ faceId }: { faceId: string }) => faceId),
  );
  const { answers } = await studio.get(`/image?path=${IMAGE}`);
  expect(answers).toMatchObject([{ run: body.run, without: "wine glasses", context: "A dinner", finished: true }]);
  expect((await studio.request(`/file/${encodeURIComponent(`${body.run}/`)}/without.jpg`)).status).toBe(200);

  const words = ["ask", IMAGE, "--context", "A dinner", "--without", "wine glasses", "--json"];
  const { stdout } = await runCommand([...words, "--out", body.run, "--resume"], [ask]);
  const { removed, changes } = JSON.parse(stdout);
  expect(removed).toEqual([expect.objectContaining({ id: without.removed[0], kind: "object" })]);
  expect(changes).toEqual(without.changes);
  expect(await readFile(join(body.run, "report.html"), "utf8")).toContain("<h2>Without wine glass</h2>");
  expect((await readdir(body.run)).sort()).toEqual(
    ["annotated.png", "journal.jsonl", "report.html", "report.json", "without.jpg", "without.json"].sort(),
  );
});

it("says of an object that is not there which were found", async () => {
  const { body } = await studio.post("/ask", { image: IMAGE, without: "rifle" });
  const failure = expect.stringMatching(/^Cannot ask without "rifle" as none was found in the image: found are .*tie/);
  expect(await studio.ended(body.job.id)).toMatchObject({ state: "failed", failure });
});

it("takes what another toolbox measured as evidence, and several judges", async () => {
  await writeFile("openface.csv", "filename,confidence,success,AU12_r\nfriends.jpg,0.98,1,2.5\n");
  const { body } = await studio.post("/ask", { image: IMAGE, evidence: ["openface:openface.csv"], samples: "3" });
  expect(await studio.ended(body.job.id)).toMatchObject({ state: "done", failure: null });
  const report = JSON.parse(await readFile(join(body.run, "report.json"), "utf8"));
  expect(JSON.stringify(report.provenance)).toContain("openface");
});

it.each([
  ["a panel of one", { panel: ["rules"] }, /^--panel takes two to 9 different models/],
  ["too many samples", { samples: "1000" }, /^--samples takes a whole number from 1 to 100$/],
  ["evidence that is not there", { evidence: ["openface:none.csv"] }, /none\.csv/],
  ["evidence outside", { evidence: ["../a.csv"] }, /outside of the folder/],
  ["a transcript outside", { transcript: "../words.vtt" }, /outside of the folder/],
  ["sound outside", { sound: "/tmp/sound.wav" }, /outside of the folder/],
])("refuses %s in the command's sentence, where it was asked for", async (_what, more, sentence) => {
  const count = studio.studio.jobs.list().length;
  const { body } = await studio.post("/ask", { image: IMAGE, ...more });
  expect(body).toEqual({ error: expect.stringMatching(sentence) });
  expect(studio.studio.jobs.list()).toHaveLength(count);
});
