import { copyFile, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import * as discover from "../../src/cli/discover.ts";
import * as exemplars from "../../src/cli/exemplars.ts";
import * as find from "../../src/cli/find.ts";
import type { Exemplar } from "../../src/domain/exemplar.ts";
import { says } from "../support/model-server.ts";
import { startOpenAiServer } from "../support/openai-server.ts";
import { samplePhoto } from "../support/photos.ts";
import { runCommand } from "../support/run-command.ts";
import { installTinyClip } from "../support/tiny-clip.ts";

let cwd: string;
const run = (...args: string[]) => runCommand(args, [exemplars, find, discover]);
const listed = async (...args: string[]) =>
  JSON.parse((await run("exemplars", "list", "--json", ...args)).stdout) as Exemplar[];

beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), "kuleshov-cli-"));
  process.chdir(cwd);
  const { code, stdout } = await run("exemplars", "import", "smiles", "posed-faces");
  expect({ code, stdout }).toEqual({ code: 0, stdout: "20 added\n" });
});
afterAll(async () => {
  process.chdir(tmpdir());
  await rm(cwd, { recursive: true, force: true });
});

describe("kuleshov exemplars", () => {
  it("lists by category and counts what is there", async () => {
    expect((await listed("--category", "laugh", "pout")).map(({ category }) => category).sort()).toEqual([
      "laugh",
      "laugh",
      "pout",
    ]);
    const { stdout } = await run("exemplars", "stats", "--json");
    expect(JSON.parse(stdout)).toMatchObject({
      exemplars: 20,
      measured: 20,
      space: { toolbox: expect.stringMatching(/^mesh@/) },
    });
  });

  it("adds one face with quotes and slashes in its category, shows it and removes it", async () => {
    const added = await run(
      "exemplars",
      "add",
      samplePhoto(3),
      "--face",
      "F2",
      "--category",
      `it's "a/b"`,
      "--why",
      "corners up",
      "--json",
    );
    expect(added.code).toBe(0);
    const [id] = (JSON.parse(added.stdout) as { added: string[] }).added as [string];
    const shown = await run("exemplars", "show", id, "--image", "face.jpg");
    expect(shown.stdout).toContain(`it's "a/b"`);
    expect((await readFile(join(cwd, "face.jpg"))).subarray(0, 2)).toEqual(Buffer.from([0xff, 0xd8]));
    expect(await run("exemplars", "remove", id)).toMatchObject({ code: 0, stderr: "1 removed\n" });
    expect(await listed("--category", `it's "a/b"`)).toEqual([]);
  });

  it.each(["--no-images", "--no-pictures"])("keeps no image when told so with %s", async (flag) => {
    const adding = ["exemplars", "add", samplePhoto(3), "--face", "F2", "--category", "none kept", "--json"];
    const { added } = JSON.parse((await run(...adding, flag)).stdout) as { added: string[] };
    const shown = await run("exemplars", "show", added[0] as string, "--image", "none.jpg");
    expect([shown.code, shown.stderr]).toEqual([2, expect.stringContaining("The store keeps no image of")]);
    await run("exemplars", "remove", added[0] as string);
  });

  it("searches by a face and by words, says why, and leaves out the query itself", async () => {
    const { code, stdout, stderr } = await run(
      "exemplars",
      "search",
      "laughing",
      "--like",
      samplePhoto(4),
      "--face",
      "F4",
      "--count",
      "2",
    );
    expect(code).toBe(0);
    expect(stdout).toMatch(/laugh {2}0\.\d\d .*sample1\.jpg\n {2}.*similar/);
    expect(stdout).toMatch(/text\s+match\s+"laughing"/);
    expect(stderr).toMatch(/was left out: it is the same image/);
  });

  it("searches by how faces look, too, in a store that keeps that", async () => {
    vi.stubEnv("KULESHOV_MODELS", cwd);
    await installTinyClip(cwd);
    const imported = await run("exemplars", "import", "smiles", "--store", "looks", "--embedder", "clip:tiny");
    expect([imported.code, imported.stdout]).toEqual([0, "10 added\n"]);
    const like = ["--like", samplePhoto(3), "--face", "F1", "--count", "2"];
    const { stdout } = await run("exemplars", "search", "--store", "looks", ...like);
    expect(stdout.match(/looks\s+like\s+the\s+query's\s+image\s+F1:\s+place\s+\d/g)).toHaveLength(2);
    vi.unstubAllEnvs();
  });

  it("distils definitions into a file, by rule or in a model's words, of which the server is sent no image", async () => {
    const byRule = await run("exemplars", "distil", "rule.json", "--category", "laugh");
    expect([byRule.code, byRule.stderr]).toEqual([0, "1 definitions of 1 categories: rule.json\n"]);
    const sent: string[] = [];
    const server = await startOpenAiServer((asked) => {
      sent.push(JSON.stringify(asked));
      return says("Laughing with others.");
    });
    const asking = ["--model", "openai:writer", "--base-url", `${server.url}/v1`];
    const written = await run("exemplars", "distil", "model.json", "--category", "laugh", ...asking);
    expect(written.code).toBe(0);
    expect(sent.filter((body) => body.includes("image_url"))).toEqual([]);
    expect(sent.join()).toContain("People labelled 2 faces");
    const [rule, model] = await Promise.all(
      ["rule.json", "model.json"].map(async (file) => JSON.parse(await readFile(join(cwd, file), "utf8"))),
    );
    expect([rule.writtenBy, model.writtenBy]).toEqual([null, "openai:writer"]);
    expect(model.definitions[0].text).toBe(`Laughing with others. Measured: ${rule.definitions[0].text}`);
    const again = await run("exemplars", "distil", "rule.json");
    expect([again.code, again.stderr]).toEqual([2, expect.stringContaining("the file exists")]);
  });

  it("exports a pack that imports elsewhere without measuring anew", async () => {
    expect((await run("exemplars", "export", "out.jsonl", "--pack", "smiles")).code).toBe(0);
    expect((await run("exemplars", "export", "out.jsonl")).stderr).toMatch(
      /the file exists \(name another, or add --force/,
    );
    const { code, stdout } = await run("exemplars", "import", "out.jsonl", "--store", "other");
    expect({ code, stdout }).toEqual({ code: 0, stdout: "10 added\n" });
  });

  it("imports nothing of a pack with bad lines, and the rest with --partial", async () => {
    const [good] = (await readFile(join(cwd, "out.jsonl"), "utf8")).split("\n") as [string];
    await writeFile(join(cwd, "bad.jsonl"), `${good}\n{"image": "gone.jpg", "category": "x", "labeller": "me"}\n{}\n`);
    const refused = await run("exemplars", "import", "bad.jsonl", "--store", "partial");
    expect(refused.code).not.toBe(0);
    expect(refused.stderr).toMatch(
      /bad\.jsonl, line 2: its image is gone \(gone\.jpg\)\n.*line 3: it has no image\nNothing was imported/,
    );
    expect(await listed("--store", "partial")).toEqual([]);
    const partial = await run("exemplars", "import", "bad.jsonl", "--store", "partial", "--partial");
    expect({ code: partial.code, stdout: partial.stdout }).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/^1 added/),
    });
  });

  it.each([
    [["add", "nope.jpg", "--category", "x"], 3, /its image is gone/],
    [["add", samplePhoto(1), "--category", "x", "--face", "F9"], 2, /no face F9 \(there are F1, F2, F3\)/],
    [["add", samplePhoto(1), "--category", "x", "--region", "1,2,3"], 2, /not left,top,width,height/],
    [["add", samplePhoto(1), "--category", " "], 2, /a category needs a name/],
    [
      ["import", "smile"],
      2,
      /no file, folder or starter pack "smile" \(starter packs: smiles, posed-faces, near-misses\)/,
    ],
    [["show", "x0"], 2, /There is no exemplar "x0"/],
    [["search"], 2, /Say what to search for/],
    [["remove"], 2, /Say what to remove/],
    [["remove", "--pack", "smiles"], 2, /10 exemplars would be removed .* pass --yes/],
    [["list", "--store", "package.json"], 0, /0 exemplars/],
  ])("answers %j with exit code %i and one clear sentence", async (args, code, message) => {
    const result = await run("exemplars", ...args);
    expect(result.code).toBe(code);
    expect(result.stderr + result.stdout).toMatch(message);
  });
});

describe("kuleshov find", () => {
  it("ranks faces, judges the best with cited evidence, draws them, and never counts the examples themselves", async () => {
    const photos = ([1, 2, 3, 4, 5, 6] as const).map(samplePhoto);
    const { code, stdout } = await run("find", "laugh", ...photos, "--top", "4", "--json");
    expect(code).toBe(0);
    const faces = JSON.parse(stdout) as {
      path: string;
      score: number;
      copyOf: string | null;
      verdict: { cues: { evidence: string[] }[] } | null;
    }[];
    expect(faces.length).toBeGreaterThanOrEqual(20);
    const finds = faces.filter(({ copyOf }) => copyOf === null);
    expect(finds.filter(({ path }) => /sample[14]/.test(path))).toEqual([]);
    expect(finds.slice(0, 4).every(({ verdict }) => verdict !== null)).toBe(true);
    expect(finds[0]?.verdict?.cues[0]?.evidence[0]).toMatch(/^E\d+ /);
    expect((await readdir(join(cwd, "found"))).sort()).toEqual([
      "contact-sheet.jpg",
      "found.html",
      "journal.jsonl",
      "ranking.csv",
      "searched",
      "verdicts.jsonl",
    ]);
    const page = await readFile(join(cwd, "found", "found.html"), "utf8");
    expect(page).toMatch(
      /<img alt src="data:image\/jpeg;base64,[^"]+" loading="lazy"\/><h3>1\. sample\d\.jpg F\d<\/h3><p>Similarity 0\.\d\d/,
    );
    expect(page).toMatch(/<p>rules: (the same|another) expression \(\d+ %\)<\/p><ul><li>/);
    expect(page).not.toMatch(/<script|https?:/);
    const rows = parse(await readFile(join(cwd, "found", "ranking.csv"), "utf8"), { columns: true }) as Record<
      string,
      string
    >[];
    expect(rows.map(({ score }) => Number(score))).toEqual(
      [...rows].map(({ score }) => Number(score)).sort((a, b) => b - a),
    );
    const again = await run("find", "laugh", ...photos);
    expect(again).toMatchObject({ code: 2, stderr: expect.stringMatching(/holds a finished run: --resume goes on/) });
    await copyFile(samplePhoto(1), join(cwd, "found", "me.jpg"));
    expect((await run("find", "laugh", join("found", "me.jpg"), "--model", "none", "--force")).code).toBe(0);
    expect(await readdir(join(cwd, "found"))).toContain("me.jpg");
  });

  it("suggests the category that was meant", async () => {
    const { code, stderr } = await run("find", "lagh", samplePhoto(1), "--out", "found-2");
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: expect.stringMatching(/no measured example of "lagh" in .*Did you mean "laugh"\?/),
    });
  });
});

describe("kuleshov discover", () => {
  it("measures, finds no new category among a few party photos, and writes what it did", async () => {
    const photos = ([1, 2, 3, 4, 5, 6] as const).map(samplePhoto);
    const { code, stdout, stderr } = await run("discover", ...photos, "--known", "emotic26", "--resamples", "5");
    expect(code).toBe(0);
    expect(stdout).not.toMatch(/survived/);
    expect(stderr).toMatch(/Everything is in discovery/);
    expect((await readdir(join(cwd, "discovery"))).sort()).toEqual([
      "discovery.html",
      "discovery.json",
      "journal.jsonl",
      "measured",
    ]);
    expect((await run("discover", "score", "none.csv")).stderr).toMatch(
      /Cannot read the key of a check as there is no such file/,
    );
    expect((await run("discover", "accept", "P1")).code).toBe(2);
    expect((await run("discover", ...photos)).stderr).toMatch(/other settings \(--known: emotic26 -> affectnet8/);
  });
});
