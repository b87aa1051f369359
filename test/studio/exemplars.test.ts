import { existsSync } from "node:fs";
import { copyFile, mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { openStore } from "../../src/compose/exemplars.ts";
import type { Job } from "../../src/studio/jobs.ts";
import { says } from "../support/model-server.ts";
import { startOpenAiServer } from "../support/openai-server.ts";
import { samplePhoto } from "../support/photos.ts";
import { handledStudio } from "../support/studio-handler.ts";
import { tempFolder } from "../support/temp-folder.ts";

let studio: Awaited<ReturnType<typeof handledStudio>>;

beforeEach(async () => {
  process.chdir(await tempFolder());
  for (const [category, photo] of [
    ["posing", 6],
    ["party", 3],
  ] as const) {
    await mkdir(join("faces", category), { recursive: true });
    await copyFile(samplePhoto(photo), join("faces", category, `s${photo}.jpg`));
  }
  studio = await handledStudio();
  return () => studio.studio.close();
});

/** What a store on disk holds, as any command reads it. */
async function kept(place = join(".kuleshov", "exemplars")) {
  const store = openStore(place);
  const all = await store.list();
  await store.close();
  return all.map(({ category, labeller, image }) => [category, labeller, image.path]).sort();
}

async function done(what: string, message: object): Promise<Job> {
  const { status, body } = await studio.post(`/exemplars/${what}`, message);
  expect(body).toMatchObject({ job: { kind: "exemplars", address: "/categories/" } });
  expect(status).toBe(200);
  return studio.ended(body.job.id);
}

describe("examples in bulk", () => {
  it("are imported from a folder of categories, written as a pack, taken from it again, and measured again", async () => {
    expect((await studio.get("/exemplars/sources")).sources).toEqual(["faces"]);
    const imported = await done("import", { source: "faces", labeller: "Ada" });
    expect(imported).toMatchObject({ state: "done", progress: { done: 2, total: 2 } });
    expect(imported.step).toMatch(/^2 added/);
    const both = [
      ["party", "Ada", join("faces", "party", "s3.jpg")],
      ["posing", "Ada", join("faces", "posing", "s6.jpg")],
    ];
    expect(await kept()).toEqual(both);

    expect((await studio.post("/exemplars/export", { file: "packs/party.jsonl", category: "party" })).body).toEqual({
      told: "1 exemplars written to packs/party.jsonl",
    });
    const [line, ...others] = (await readFile(join("packs", "party.jsonl"), "utf8")).trim().split("\n");
    expect([JSON.parse(line as string), others]).toMatchObject([{ category: "party", labeller: "Ada" }, []]);
    const again = await done("import", { source: "packs/party.jsonl" });
    expect(again.step).toMatch(/^0 added; 1 left out \(.*it is there already as x/);

    const remeasured = await done("remeasure", { to: "again" });
    expect(remeasured.step).toMatch(/^2 of 2 measured again into again by mesh@/);
    expect(await kept("again")).toEqual(both);
  });

  it("are found by words and by an image, and defined by rule, or in the words of a model that is allowed", async () => {
    await done("import", { source: "smiles" });
    const found = (await studio.post("/exemplars/search", { text: "laughing", like: "faces/party/s3.jpg" })).body;
    expect(found.found).toHaveLength(8); // of ten, without the two of this very image
    expect(found.found[0]).toMatchObject({ id: expect.stringMatching(/^x/), similarity: expect.any(Number) });
    expect(found.told).toMatch(/One of .* was left out: it is the same image/);
    const laughs = await studio.post("/exemplars/search", { text: "laughing", category: "laugh" });
    expect(laughs.body.found.map(({ category }: { category: string }) => category)).toEqual(["laugh", "laugh"]);
    expect(laughs.body.found[0]).toMatchObject({ similarity: null, why: expect.any(Array) });

    const byRule = await done("distil", { file: "rule.json", category: "laugh" });
    expect(byRule.step).toBe("1 definitions of 1 categories: rule.json");
    expect(JSON.parse(await readFile("rule.json", "utf8"))).toMatchObject({
      writtenBy: null,
      definitions: [{ category: "laugh" }],
    });
    const server = await startOpenAiServer(() => says("Laughing with others."));
    vi.stubEnv("OPENAI_BASE_URL", `${server.url.replace("127.0.0.1", "0.0.0.0")}/v1`);
    const asked = { file: "model.json", category: "laugh", model: "openai:writer" };
    const refused = await done("distil", asked);
    expect(refused).toMatchObject({ state: "failed", failure: expect.stringContaining("is not on this machine") });
    expect([server.chats, existsSync("model.json")]).toEqual([[], false]);
    const written = await done("distil", { ...asked, allowRemote: true });
    vi.unstubAllEnvs();
    expect(written).toMatchObject({ state: "done", step: "1 definitions of 1 categories: model.json" });
    expect(JSON.parse(await readFile("model.json", "utf8"))).toMatchObject({
      writtenBy: "openai:writer",
      definitions: [{ text: expect.stringMatching(/^Laughing with others\. Measured: /) }],
    });
  });

  it("have nothing to be defined by where nothing was measured", async () => {
    expect(await done("distil", { file: "none.json" })).toMatchObject({
      state: "failed",
      failure: expect.stringContaining("has no measured exemplar to distil from"),
    });
  });

  it("say why a line of a pack cannot be used, and are the others where that is wanted", async () => {
    const lines = [{ image: "faces/party/s3.jpg" }, { image: "gone.jpg" }];
    const text = lines.map((line) => JSON.stringify({ ...line, category: "party", labeller: "Ada" })).join("\n");
    await writeFile("bad.jsonl", text);
    expect(await studio.post("/exemplars/import", { source: "bad.jsonl" })).toEqual({
      status: 400,
      body: { error: "Cannot read exemplar pack as line 2: its image is gone (gone.jpg): `bad.jsonl`" },
    });
    expect(studio.studio.jobs.list()).toEqual([]);
    expect((await done("import", { source: "bad.jsonl", partial: true })).step).toMatch(
      /^1 added;.* 1 left out that cannot be used$/,
    );
    expect(await kept()).toHaveLength(1);
  });

  it("send no text to an embedder elsewhere before it is allowed", async () => {
    const server = await startOpenAiServer([]);
    vi.stubEnv("OPENAI_BASE_URL", `${server.url.replace("127.0.0.1", "0.0.0.0")}/v1`); // this machine, and no loopback address
    const job = await done("import", { source: "faces", embedder: "openai:embed" });
    vi.unstubAllEnvs();
    expect(job).toMatchObject({ state: "failed", failure: expect.stringContaining("the texts that are embedded") });
    expect([server.requests, await kept()]).toEqual([[], []]);
  });

  it("are stopped like any job", async () => {
    const { body } = await studio.post("/exemplars/import", { source: "faces" });
    expect(await studio.post(`/jobs/${body.job.id}/stop`, {})).toMatchObject({ body: { stopped: true } });
    expect(await studio.ended(body.job.id)).toMatchObject({ state: "stopped" });
  });

  it.each([
    ["import", { source: "nowhere" }, 'There is no file, folder or starter pack "nowhere"'],
    ["import", { source: ".." }, "outside of the folder"],
    ["import", { source: "leading.jsonl" }, "outside of the folder"],
    ["export", { file: "party.json" }, "A pack's name ends in .jsonl, unlike `party.json`"],
    ["export", { file: "leading.jsonl" }, "Cannot write as the file exists"],
    ["export", { file: "new.jsonl" }, "Nothing to export from "],
    ["export", { file: "../out.jsonl" }, "Cannot write as it is outside of the folder"],
    ["export", { file: "out/new/a.jsonl" }, "Cannot write as it is outside of the folder"],
    ["search", {}, "Say what to search for: words, or --like <image>, or both"],
    ["search", { like: "nowhere.jpg" }, "nowhere.jpg"],
    ["search", { like: "../photo.jpg" }, "outside of the folder"],
    ["distil", { file: "party.txt" }, "A file of definitions ends in .json, unlike `party.txt`"],
    ["distil", { file: "there.json" }, "Cannot write as the file exists"],
    ["distil", { file: "out/a.json" }, "Cannot write as it is outside of the folder"],
    ["remeasure", { to: "../elsewhere" }, "Cannot write as it is outside of the folder"],
    ["remeasure", { to: "s3://bucket/store" }, "Cannot write as it is outside of the folder"],
  ])("refuse to %s %j in the command's own sentence", async (what, message, sentence) => {
    await symlink(join(import.meta.dirname, ".."), "out");
    const image = { image: samplePhoto(3), category: "party", labeller: "Ada" };
    await writeFile("there.json", "{}");
    await writeFile("leading.jsonl", JSON.stringify(image));
    const { status, body } = await studio.post(`/exemplars/${what}`, message);
    expect(body.error).toContain(sentence);
    expect(status).toBeGreaterThanOrEqual(400);
    expect(studio.studio.jobs.list()).toEqual([]);
  });
});
