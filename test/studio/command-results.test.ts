import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type ComponentType, h } from "preact";
import sharp from "sharp";
import { beforeEach, describe, expect, it } from "vitest";
import * as agreement from "../../src/cli/agreement.ts";
import * as context from "../../src/cli/context.ts";
import * as importFiles from "../../src/cli/import.ts";
import * as validation from "../../src/cli/validate.ts";
import type { Passport } from "../../src/domain/passport.ts";
import { AgreementShown } from "../../src/pages/agreement-view.tsx";
import { AnswersShown } from "../../src/pages/answers-view.tsx";
import { FoundShown } from "../../src/pages/found-view.tsx";
import { PassportShown } from "../../src/pages/passport-view.tsx";
import { rendered } from "../../src/pages/rendered.ts";
import { passportPage } from "../../src/pages/result-pages.tsx";
import { openRunFolder, type RunFolder } from "../../src/runs/run-folder.ts";
import type { CommandResult } from "../../src/studio/command-results.ts";
import type { Job } from "../../src/studio/jobs.ts";
import { createStudio, type StudioServer } from "../../src/studio/studio.ts";
import { ANSWERS_FILE, answerLine, writeAnswers } from "../../src/study/asked-answers.ts";
import type { AskedItem } from "../../src/study/asked-item.ts";
import { readFound, SEARCHED } from "../../src/study/found-faces.ts";
import type { FoundVerdict } from "../../src/study/judge-found.ts";
import { writeFound } from "../../src/study/write-found.ts";
import { actionUnits } from "../support/builders.ts";
import { samplePhoto } from "../support/photos.ts";
import { runCommand } from "../support/run-command.ts";
import { tempFolder } from "../support/temp-folder.ts";

const FIXTURES = join(import.meta.dirname, "..", "fixtures", "toolboxes");
const TOKEN = "t".repeat(43);
let studio: StudioServer;

beforeEach(async () => {
  const folder = await tempFolder();
  process.chdir(folder);
  studio = await createStudio({ root: folder, token: TOKEN });
  return () => studio.close();
});

const get = (inside: string) => studio.app.request(`http://127.0.0.1:4757/${TOKEN}${inside}`);
const post = (inside: string, message: object) =>
  studio.app.request(`http://127.0.0.1:4757/${TOKEN}${inside}`, {
    method: "POST",
    body: JSON.stringify(message),
    headers: { "Content-Type": "application/json" },
  });
const stateOf = ({ id }: Job) => studio.jobs.list().find((each) => each.id === id)?.state;
const resultIn = async (run: string) => (await get(`/api/run/result?path=${run}`)).json();

/** What the command's own page holds below its heading, and what the studio's page shows: images have other addresses there. */
async function bothPages(run: string, file: string, Shown: ComponentType<never>, props: object) {
  const html = await readFile(join(run, file), "utf8");
  const [, written = ""] = /<\/h1>(.*)\n<\/main>/s.exec(html) ?? [];
  const shown = rendered(h(Shown as ComponentType, props)).html;
  const withoutAddresses = (text: string) => text.replace(/ src="[^"]*"/g, "");
  return [withoutAddresses(shown), withoutAddresses(written)] as const;
}

async function inRun(command: string, work: (run: RunFolder) => Promise<void>): Promise<void> {
  const run = await openRunFolder("run", { command, settings: {}, version: "0" });
  await work(run);
  await run.close("finished");
}

const estimate = { value: 0.8, low: 0.6, high: 0.9, level: 0.95, n: 20, unscored: 1 };
const passport: Passport = {
  ...{ faces: 20, subjects: null, notFound: 0, kuleshovVersion: "0", notes: ["Beware."], paragraph: "Validated." },
  rows: [
    { section: "action units", source: "mesh@5", of: "AU12", measure: "AUC", estimate },
    { section: "expressions", source: "rules", of: "", measure: "accuracy", estimate },
  ],
  tables: [
    {
      type: "confusion",
      title: "Taken for",
      labels: ["anger", "fear"],
      counts: [
        [3, 1],
        [0, 2],
      ],
    },
    { type: "table", title: "Counts", headers: ["label", "n"], rows: [["anger", 4]] },
  ],
};

describe("what a command wrote, in the studio", () => {
  it("is the page of `agreement`", async () => {
    const faces = [0.9, 0.1].map((value) => ({
      actionUnits: [
        ...actionUnits({ AU12: value, AU43: 0.1 }, { toolbox: "mesh@5" }),
        ...actionUnits({ AU12: 5 * value }, { toolbox: "openface@2.2.0", scale: "intensity-0-5" }),
      ],
    }));
    await mkdir("pair");
    await writeFile(join("pair", "measurements.jsonl"), `${JSON.stringify({ path: "a.jpg", faces })}\n`);
    const { job }: { job: Job } = await (await post("/api/agreements", { study: "pair" })).json();
    const ended = () => studio.jobs.list().find(({ id }) => id === job.id);
    await expect.poll(() => ended()?.state).toBe("done");
    const run = job.address.replace("/run/", "");
    expect(run).toMatch(/^agreements\/pair-/);
    const again = await runCommand(["agreement", "pair", "--out", run, "--resume"], [agreement]);
    expect(again).toMatchObject({ code: 0 });
    const { result } = await resultIn(run);
    const [shown, written] = await bothPages(run, "agreement.html", AgreementShown, { agreement: result.view });
    expect(written).toBe(shown);
    expect(shown).toContain("lip corner puller");
    await writeFile(join(run, "agreement.json"), '{"faces":');
    expect(await resultIn(run)).toEqual({
      error: `Cannot show the result as its files are damaged, or of another version: \`${run}\``,
    });
  });

  it("is the page of `validate`", async () => {
    await inRun("validate", async (run) => {
      await run.write("passport.json", JSON.stringify(passport));
      await run.write("passport.html", passportPage(passport));
    });
    const { result } = await resultIn("run");
    const [shown, written] = await bothPages("run", "passport.html", PassportShown, { passport: result.view });
    expect(written).toBe(shown);
    expect(shown).toContain("AU12 lip corner puller");
  });

  it("is the page of `ask` about a list, with its images", async () => {
    const tokens = { input: 10, output: 5 };
    const item = { question: "Why?", context: "<b>", face: null, report: null, tokens, usd: null };
    const items: AskedItem[] = [
      { ...item, id: "one", path: "one.jpg", failure: "The model server says 400" },
      { ...item, id: "gone", path: "/elsewhere/gone.jpg", failure: "There is no such file" },
    ];
    await writeFile("one.jpg", await readFile(samplePhoto(1)));
    await inRun("ask", async (run) => {
      const rows = await run.openRows(new Map([[ANSWERS_FILE, ""]]));
      const text = new Map([[ANSWERS_FILE, items.map(answerLine).join("")]]);
      await rows.append({ done: "one", inProgress: null, text, counts: { images: 2, faces: 0, failures: 2 } });
      await rows.close();
      await writeAnswers(run, items, { model: "rules", tokens: 30, estimated: 0, usd: 0, unpriced: 2 });
    });
    const { result }: { result: CommandResult & { command: "ask" } } = await resultIn("run");
    const [shown, written] = await bothPages("run", "answers.html", AnswersShown, result.view);
    expect(written).toBe(shown);
    expect(shown).toContain("30 tokens, nobody says what they cost");
    expect(result.view.cards.map(({ image }) => image)).toEqual(["/api/pixels?path=one.jpg&side=480", null]);
  });

  it("is the page of `find`, with a portrait of each face", async () => {
    const box = { leftPx: 1450, topPx: 290, widthPx: 250, heightPx: 300 };
    const face = {
      faceId: "F1",
      box,
      similarity: 0.8,
      contrast: null,
      nearest: "x",
      copyOf: null,
      expression: "anger",
    };
    const found = { ...face, path: "sample.jpg", score: 0.81, why: ["AU4 similar"] };
    const verdict: FoundVerdict = {
      ...{ path: "sample.jpg", faceId: "F1", same: true, probability: 0.9, model: "rules", reason: null },
      cues: [{ statement: "The brows are lowered", evidence: ["E1"] }],
    };
    await writeFile("sample.jpg", await readFile(samplePhoto(3)));
    await inRun("find", async (run) => {
      const rows = await run.openRows(SEARCHED.headers);
      const { text } = await SEARCHED.rowsOf("sample.jpg", async () => [found]);
      await rows.append({ done: "sample.jpg", inProgress: null, text, counts: { images: 1, faces: 1, failures: 0 } });
      await rows.close();
      await writeFound(run, await readFound("run"), { category: "anger", verdicts: [verdict], candidates: [found] });
    });
    const { result }: { result: CommandResult & { command: "find" } } = await resultIn("run");
    const [shown, written] = await bothPages("run", "found.html", FoundShown, result.view);
    expect(written).toBe(shown);
    expect(shown).toContain("rules: the same expression (90 %)");
    const portrait = await get(result.view.best[0]?.portrait ?? "");
    expect([portrait.status, portrait.headers.get("content-type")]).toEqual([200, "image/jpeg"]);
  });

  it("is what `import` makes of toolboxes' files, and goes on where it was stopped", async () => {
    await copyFile(join(FIXTURES, "openface-image.csv"), "openface.csv");
    await writeFile("notes.csv", "a,b\n1,2\n");
    const importing = (file: string) => post("/api/study/import", { files: [file], name: "clinic" });
    expect(await (await importing("notes.csv")).json()).toEqual({ error: expect.stringMatching(/notes\.csv/) });
    expect((await importing("/etc/passwd")).status).toBe(404);
    const { job }: { job: Job } = await (await importing("openface:openface.csv")).json();
    studio.jobs.stop(job.id);
    await expect.poll(() => stateOf(job)).toBe("stopped");
    const { job: again }: { job: Job } = await (await importing("openface:openface.csv")).json();
    await expect.poll(() => stateOf(again)).toBe("done");
    const { finished, counts } = await (await get("/api/study?path=studies/clinic")).json();
    expect({ finished, images: counts.images }).toEqual({ finished: true, images: 1 });
    const words = ["import", "openface:openface.csv", "--out", "studies/clinic", "--resume"];
    expect(await runCommand(words, [importFiles])).toMatchObject({ code: 0 });
    const { job: resumed } = await (await post("/api/study/measure", { resume: "studies/clinic" })).json();
    await expect.poll(() => stateOf(resumed)).toBe("done");
  });

  it("is begun as a validation, is stopped and gone on with, and is the command's", async () => {
    await sharp(samplePhoto(3)).resize(500).toFile("face.jpg");
    await writeFile("labels.csv", "path,label\nface.jpg,happiness\n");
    const order = { images: ".", labels: "labels.csv", models: [], toolboxes: ["mesh"] };
    const nothing = await post("/api/passports", { ...order, labels: "none.csv" });
    expect(await nothing.json()).toEqual({ error: "Cannot read labels as there is no such file: `none.csv`" });
    const { job }: { job: Job } = await (await post("/api/passports", order)).json();
    await expect.poll(() => stateOf(job), { timeout: 30_000 }).toBe("done");
    const run = job.address.replace("/run/", "");
    expect((await resultIn(run)).result.view).toMatchObject({ faces: 1 });
    const { job: again } = await (await post("/api/runs/resume", { run })).json();
    await expect.poll(() => stateOf(again), { timeout: 30_000 }).toBe("done");
    const words = ["validate", ".", "labels.csv", "--out", run, "--resume"];
    expect(await runCommand(words, [validation])).toMatchObject({ code: 0 });
  });

  it("is what situations lead one to expect, as `context` prints it", async () => {
    await writeFile("stimuli.csv", "id,situation\n1,She has just lost her dog.\n2,Blue\n");
    const { total, read } = await (await get("/api/situations?table=stimuli.csv")).json();
    expect([total, read[0].reading.distribution[0].label, read[1].reading.distribution]).toEqual([2, "sadness", null]);
    const csv = await (await get("/api/situations.csv?table=stimuli.csv")).text();
    expect(csv).toBe((await runCommand(["context", "stimuli.csv"], [context])).stdout);
    expect(await (await get("/api/situations?table=../stimuli.csv")).json()).toEqual({
      error: expect.stringContaining("outside of the folder"),
    });
  });

  it("is nothing where the command has a page of its own, or wrote none yet", async () => {
    await inRun("agreement", async () => {});
    expect(await resultIn("run")).toEqual({ result: null });
  });
});
