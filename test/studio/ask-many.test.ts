import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import sharp from "sharp";
import { beforeEach, describe, expect, it, vi } from "vitest";
import * as ask from "../../src/cli/ask.ts";
import { judgment, subject } from "../support/builders.ts";
import { failsWith, hangs, type Reply, saysJson, type WireBody } from "../support/model-server.ts";
import { startOpenAiServer } from "../support/openai-server.ts";
import { samplePhoto } from "../support/photos.ts";
import { runCommand } from "../support/run-command.ts";
import { toldIn } from "../support/scripted-judge.ts";
import { handledStudio } from "../support/studio-handler.ts";
import { tempFolder } from "../support/temp-folder.ts";

const IMAGES = ["images/a.jpg", "images/b.jpg", "images/c.jpg"];
const MODEL = "openai:test-model";
let studio: Awaited<ReturnType<typeof handledStudio>>;

/** One face: what is asked about it is of interest here, not what it shows. */
const FACE = sharp(samplePhoto(3)).extract({ left: 1368, top: 241, width: 421, height: 421 }).resize(220).toBuffer();

beforeEach(async () => {
  process.chdir(await tempFolder());
  await mkdir("images");
  for (const [at, image] of IMAGES.entries()) {
    await sharp(await FACE)
      .resize(200 + at)
      .toFile(image);
  }
  studio = await handledStudio();
  return () => studio.studio.close();
});

/** A server on this machine that judges every face that it is told of. @param failing what it does about the nth image instead. */
async function startJudge(failing: (image: number) => Reply | undefined) {
  const [images, answered]: [string[], string[]] = [[], []];
  const script = (asked: WireBody) => {
    const image = /"data:image[^"]*"/.exec(JSON.stringify(asked))?.[0] ?? "";
    if (!images.includes(image)) images.push(image);
    const faces = [...new Set(toldIn(asked).match(/\bF[1-9]\b/g))];
    const reply = failing(images.indexOf(image)) ?? saysJson(judgment(...faces.map((faceId) => subject({ faceId }))));
    if (reply.type === "text") answered.push(image);
    return reply;
  };
  const server = await startOpenAiServer(script);
  vi.stubEnv("OPENAI_BASE_URL", `${server.url}/v1`);
  vi.stubEnv("OPENAI_API_KEY", "key");
  /** How many images it has answered about since it was asked this. */
  return { server, images: () => new Set(answered.splice(0)).size };
}

const answersIn = async (run: string) =>
  (await readFile(join(run, "answers.jsonl"), "utf8"))
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));

const reportsOf = (lines: readonly { readonly report: null | { readonly panel: { chair: { model: string } } } }[]) =>
  lines.flatMap(({ report }) => report ?? []);

describe("a whole folder", () => {
  it("is priced, asked about, found again where the judge failed, and only what is missing is asked", async () => {
    let isDown = true;
    const { server, images } = await startJudge((image) =>
      isDown && image === 1 ? failsWith(401, { error: { message: "no" } }) : undefined,
    );
    const order = { list: "images", question: "Who smiles?", context: "At a party", model: MODEL };
    const { body: plan } = await studio.post("/ask-many/plan", order);
    expect(plan).toMatchObject({ questions: 3, judges: [MODEL], inputTokens: 19_200, usd: 0, unpricedModels: [] });
    expect(server.chats).toHaveLength(0);

    const { body } = await studio.post("/ask-many", order);
    expect(body).toMatchObject({ run: "answers/images/1", job: { kind: "ask", address: "/run/answers/images/1" } });
    const failure = expect.stringContaining("refused the key");
    expect(await studio.ended(body.job.id)).toMatchObject({ state: "failed", failure });
    const { runs } = await studio.get("/home");
    expect(runs).toMatchObject([{ path: body.run, command: "ask", finished: false, image: null }]);
    expect(await answersIn(body.run).then(reportsOf)).toHaveLength(1);
    images();

    await studio.studio.close();
    studio = await handledStudio(); // as after a restart
    isDown = false;
    const { body: again } = await studio.post("/runs/resume", { run: body.run });
    expect(await studio.ended(again.job.id)).toMatchObject({ state: "done", progress: { done: 3, total: 3 } });
    expect([images(), await answersIn(body.run).then(reportsOf)]).toEqual([2, Array(3).fill(expect.anything())]);
    const { result } = await studio.get(`/run/result?path=${body.run}`);
    expect(result.view.summary).toMatchObject({ asked: 3, failed: 0 });

    const words = ["ask", "images", "Who smiles?", "--context", "At a party", "--model", MODEL];
    expect(await runCommand([...words, "--out", body.run, "--resume"], [ask])).toMatchObject({ code: 0 });
    expect(images()).toBe(0);
  });

  it("stops where its budget is used up, and goes on under a larger one", async () => {
    await startJudge(() => undefined);
    const order = { list: "images/*.jpg", model: MODEL, labels: ["happiness", "neutral"], budgetTokens: 100 };
    const { body } = await studio.post("/ask-many", order);
    expect(body.run).toBe("answers/-.jpg/1");
    expect(await studio.ended(body.job.id)).toMatchObject({
      state: "failed",
      failure: expect.stringMatching(/^It stopped as the budget of 100 tokens/),
    });
    const { body: again } = await studio.post("/runs/resume", { run: body.run, budgetTokens: 1e9 });
    expect(await studio.ended(again.job.id)).toMatchObject({ state: "done", failure: null });
    expect(await answersIn(body.run).then(reportsOf)).toHaveLength(3);
  });

  it("goes on with the panel, the samples and the evidence that it was begun with where the studio was ended", async () => {
    await writeFile("openface.csv", "filename,confidence,success,AU12_r\na.jpg,0.98,1,2.5\n");
    let isSlow = true;
    const { images } = await startJudge((image) => (isSlow && image === 1 ? hangs : undefined));
    const judges = { panel: [MODEL, "rules"], chair: MODEL, samples: "2", objects: true, evidence: ["openface.csv"] };
    const { body } = await studio.post("/ask-many", { list: "images", ...judges });
    const progress = () => studio.studio.jobs.list().find(({ id }) => id === body.job.id)?.progress?.done;
    await expect.poll(progress, { timeout: 30_000 }).toBe(1);
    await studio.studio.close();
    expect(await answersIn(body.run).then(reportsOf)).toHaveLength(1);
    isSlow = false;
    studio = await handledStudio();
    images();
    const { body: again } = await studio.post("/runs/resume", { run: body.run });
    expect(await studio.ended(again.job.id)).toMatchObject({ state: "done", failure: null });
    expect(images()).toBe(2);
    const reports = await answersIn(body.run).then(reportsOf);
    expect(reports.map(({ panel }) => panel.chair.model)).toEqual([MODEL, MODEL, MODEL]);
  });
});

describe("what a filter of a study lets through", () => {
  it("is asked about as a list that stays in the folder, each image once", async () => {
    const { body: measured } = await studio.post("/study/measure", { words: "images", name: "party" });
    await studio.ended(measured.job.id);
    const of = { study: "studies/party", filter: "name=images%2Fb" };
    expect((await studio.post("/ask-many/plan", { of })).body).toMatchObject({ questions: 1, judges: ["rules"] });
    const { body } = await studio.post("/ask-many", { of });
    expect(body).toMatchObject({ run: "answers/party-images.csv/1", job: { title: "party-images.csv" } });
    expect(await studio.ended(body.job.id)).toMatchObject({ state: "done" });
    expect(await readFile("party-images.csv", "utf8")).toBe("path\nimages/b.jpg\n");
    const words = ["ask", "party-images.csv", "--out", body.run, "--resume"];
    expect(await runCommand(words, [ask])).toMatchObject({ code: 0 });
  });
});

describe("what cannot be asked", () => {
  it.each([
    ["a folder that is not there", { list: "none" }, /^Cannot read image as there is no such file: `none`$/],
    [
      "a clip that is not there",
      { list: "clips/a.mp4" },
      /^Cannot read clip as there is no such file: `clips\/a\.mp4`$/,
    ],
    ["a folder outside", { list: "../" }, /outside of the folder/],
    ["a pattern that leads outside", { list: "../*.jpg" }, /outside of the folder/],
    ["a judge that is none", { list: "images", model: "opnai:gpt-4.1" }, /^There is no model "opnai:gpt-4.1"/],
    ["a panel of one", { list: "images", panel: ["rules"] }, /^--panel takes two to 9 different models/],
    ["no number of samples", { list: "images", samples: "many" }, /^--samples takes a whole number from 1/],
    ["a chair that is not of the panel", { list: "images", chair: "rules" }, /^A chair is for a panel/],
    ["evidence that is no toolbox's", { list: "images", evidence: ["notes.csv"] }, /notes\.csv/],
    ["evidence outside", { list: "images", evidence: ["/etc/passwd"] }, /outside of the folder/],
  ])("is refused in the command's sentence: %s", async (_what, order, sentence) => {
    await writeFile("notes.csv", "a,b\n1,2\n");
    for (const address of ["/ask-many/plan", "/ask-many"]) {
      expect((await studio.post(address, order)).body).toEqual({ error: expect.stringMatching(sentence) });
    }
    expect(studio.studio.jobs.list()).toEqual([]);
  });

  it("is gone on with in the terminal where only the terminal knows what it was begun with", async () => {
    await runCommand(["ask", "images", "--out", "answers/all", "--no-scene", "--shard", "1/2"], [ask]);
    const run = "answers/all/1-of-2";
    expect((await studio.post("/runs/resume", { run })).body).toEqual({
      error: `Cannot go on here as it was begun with --shard, which only the terminal knows: run the command that began it again, with --resume (\`${run}\`)`,
    });
  });

  it("is a server elsewhere that nobody has allowed", async () => {
    vi.stubEnv("OPENAI_BASE_URL", "https://models.invalid/v1");
    vi.stubEnv("OPENAI_API_KEY", "key");
    const order = { list: "images", model: MODEL };
    expect((await studio.post("/ask-many", order)).body).toEqual({
      error: expect.stringMatching(/^https:\/\/models\.invalid\/v1 is not on this machine: what is asked/),
    });
    expect(studio.studio.jobs.list()).toEqual([]);
  });
});
