import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as evaluation from "../../src/cli/eval.ts";
import * as notice from "../../src/cli/notice.ts";
import * as withdraw from "../../src/cli/withdraw.ts";
import { samplePhoto } from "../support/photos.ts";
import { runCommand } from "../support/run-command.ts";
import { storeAnswers } from "../support/store-answers.ts";
import { handledStudio } from "../support/studio-handler.ts";
import { emptyCache, temporaryFolder } from "../support/temp-folder.ts";

const STUDY = "studies/party";
let studio: Awaited<ReturnType<typeof handledStudio>>;

/** One study of two people that is measured once. */
beforeAll(async () => {
  process.env.KULESHOV_CACHE = await emptyCache(await temporaryFolder()); // whoever withdraws has all of it cleared
  process.chdir(await temporaryFolder());
  for (const [at, person] of ["P017", "P018"].entries()) {
    await mkdir(`images/${person}`, { recursive: true });
    await sharp(samplePhoto(3))
      .extract({ left: 1368, top: 241, width: 421, height: 421 })
      .resize(220 + at)
      .toFile(`images/${person}/smile.jpg`);
  }
  await writeFile("list.csv", "path,subject\nimages/P017/smile.jpg,P017\nimages/P018/smile.jpg,P018\n");
  studio = await handledStudio();
  const { body } = await studio.post("/study/measure", { words: "images", name: "party" });
  await studio.ended(body.job.id);
}, 60_000);
afterAll(async () => {
  await studio.studio.close();
  delete process.env.KULESHOV_CACHE;
});

describe("a notice for participants", () => {
  it("is the one that `notice` prints, once it is said what the study is for", async () => {
    const address = `/study/sharing?path=${STUDY}`;
    expect(await studio.get(address)).toMatchObject({ purpose: null, notice: null, restriction: null });
    expect((await studio.post("/study/purpose", { study: STUDY, purpose: "How staff greet" })).status).toBe(200);
    const shared = await studio.get(address);
    expect(shared).toMatchObject({ purpose: "How staff greet", restriction: expect.stringMatching(/names "staff"/) });
    expect((await runCommand(["notice", STUDY], [notice])).stdout).toBe(shared.notice);
    expect((await studio.post("/study/purpose", { study: "studies/none", purpose: "x" })).body).toEqual({
      error: "Cannot show it as it is not there any more: put it back, or choose another: `studies/none`",
    });
  });
});

describe("a dataset", () => {
  it("is written anew each time, without an image, with the evaluations that belong to it", async () => {
    await storeAnswers("eval-results/many", 4);
    const order = { study: STUDY, authors: ["Ekman, Paul"], title: "Party", licence: "CC-BY-4.0", runs: [] };
    const { body } = await studio.post("/study/export", { ...order, runs: ["eval-results/many"] });
    expect(body).toMatchObject({ folder: expect.stringMatching(/^datasets\/party-/), notes: [] });
    const files = await readdir(body.folder, { recursive: true });
    expect(files).toEqual(
      expect.arrayContaining(["dataset_description.json", "CITATION.cff", "materials/many.eval.yaml"]),
    );
    expect(files.filter((name) => /\.(jpg|png)$/.test(name))).toEqual([]);
    expect(await readFile(join(body.folder, "CITATION.cff"), "utf8")).toContain("Ekman");
    const { body: again } = await studio.post("/study/export", order);
    expect(again.folder).not.toBe(body.folder);
    expect((await studio.post("/study/export", { ...order, runs: ["images"] })).body).toEqual({
      error: expect.stringMatching(/^Cannot |has no run\.json/),
    });
  });
});

describe("an evaluation", () => {
  it("is exported as the command exports it, and its files are those of the run", async () => {
    const run = "eval-results/many";
    const { body } = await studio.post("/evaluations/export", { run, what: "parquet" });
    expect(body.job.address).toBe("/run/eval-results/many");
    expect(await studio.ended(body.job.id)).toMatchObject({ state: "done", failure: null });
    const { files } = await studio.get(`/run?path=${run}`);
    const names = files.map(({ name }: { name: string }) => name);
    expect(names).toEqual(expect.arrayContaining(["answers.csv", "answers.parquet", "metrics.csv"]));
    const written = await readFile(join(run, "answers.csv"), "utf8");
    expect(await runCommand(["eval", "export", run], [evaluation])).toMatchObject({ code: 0 });
    expect(await readFile(join(run, "answers.csv"), "utf8")).toBe(written);
  });

  it("says in the command's sentence of a run with one arm that there is no experiment in it", async () => {
    const { body } = await studio.post("/evaluations/export", { run: "eval-results/many", what: "experiment" });
    expect(await studio.ended(body.job.id)).toMatchObject({
      state: "failed",
      failure: expect.stringMatching(/^There is nothing to compare in .*: its evaluation has one arm$/),
    });
  });
});

describe("somebody who withdraws", () => {
  const order = { person: "P017", places: ["."], columns: [] };

  it("is shown with all that is theirs as `withdraw` shows it, and nothing is removed yet", async () => {
    const { body } = await studio.post("/withdraw/plan", order);
    expect(body.account).toMatch(/^P017: 1 image of theirs is known\./);
    expect(body.account).toContain("images/P017/smile.jpg goes");
    const { stdout } = await runCommand(["withdraw", "P017", "."], [withdraw]);
    expect(stdout).toBe(body.account);
    expect(await readdir("images")).toEqual(["P017", "P018"]);
  });

  it("is removed only as it was shown", async () => {
    const refused = await studio.post("/withdraw", { ...order, seen: "something else" });
    expect(refused.body).toEqual({ error: expect.stringMatching(/^Nothing was removed, as what is found is not/) });
    expect(await readdir("images/P017")).toEqual(["smile.jpg"]);
  });

  it("is gone then, and what was removed is accounted for", async () => {
    const { body: plan } = await studio.post("/withdraw/plan", order);
    const { body } = await studio.post("/withdraw", { ...order, seen: plan.seen });
    expect(body).toMatchObject({
      isClear: true,
      account: expect.stringMatching(/^Removed\. No byte of P017 is left in/),
    });
    expect(await readdir("images").then((all) => all.filter((name) => name === "P017"))).toEqual([]);
    expect(await readFile("list.csv", "utf8")).toBe("path,subject\nimages/P018/smile.jpg,P018\n");
    expect(await readFile(join(STUDY, "faces.csv"), "utf8")).not.toContain("P017");
  });

  it.each([
    ["nobody that is known", { ...order, person: "Anna" }, /^Cannot find "Anna" in these places/],
    ["a place outside", { ...order, places: ["../"] }, /outside of the folder/],
    ["a place that is not there", { ...order, places: ["gone"] }, /there is no such file: `gone`/],
  ])("is refused in the command's sentence: %s", async (_what, message, sentence) => {
    expect((await studio.post("/withdraw/plan", message)).body).toEqual({ error: expect.stringMatching(sentence) });
  });
});
