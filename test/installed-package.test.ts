import { execFile } from "node:child_process";
import { cp, mkdtemp, readdir, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { installPackage } from "./support/installed-package.ts";
import { serveStudio } from "./support/served-studio.ts";

const run = promisify(execFile);
const MINUTES = 60_000;

const EVALUATION = `
name: tiny
dataset: { format: csv, path: tiny.csv, columns: { id: id, image: image, label: label } }
matrix: { models: [rules], evidence: [none] }
scorers: [accuracy]
`;

describe("the package as it is installed", () => {
  let folder: string;
  let image: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "kuleshov-installed-"));
    await installPackage(folder);
    await cp("test/fixtures/installed", folder, { recursive: true });
    image = resolve("node_modules/@vladmandic/face-api/demo/sample1.jpg");
    await writeFile(join(folder, "tiny.eval.yaml"), EVALUATION);
    await writeFile(join(folder, "tiny.csv"), `id,image,label\none,${image},happiness\n`);
  }, 10 * MINUTES);

  afterAll(() => rm(folder, { recursive: true, force: true }));

  const kuleshov = (...words: string[]) =>
    run(process.execPath, [join(folder, "node_modules", "kuleshov", "bin", "kuleshov.js"), ...words], { cwd: folder });

  it("holds the licence and the notices", async () => {
    expect(await readdir(join(folder, "node_modules", "kuleshov"))).toEqual(
      expect.arrayContaining(["LICENSE", "NOTICE", "README.md"]),
    );
  });

  it("gives a command that measures faces", { timeout: 2 * MINUTES }, async () => {
    const { stdout } = await kuleshov("measure", image, "--json");
    const [measured] = JSON.parse(stdout).images;
    expect(measured.faces.map(({ toolboxes }: { toolboxes: string[] }) => toolboxes)).toEqual([
      ["mesh@5"],
      ["mesh@5"],
      ["mesh@5"],
    ]);
  });

  it("compiles and runs an example with a toolbox and a scorer of one's own", { timeout: 4 * MINUTES }, async () => {
    await kuleshov("eval", "run", "tiny.eval.yaml", "--out", "run");
    const compiler = resolve("node_modules", "typescript", "bin", "tsc");
    await run(process.execPath, [compiler, "-p", "tsconfig.json"], { cwd: folder });
    const { stdout } = await run(process.execPath, ["example.js", image, "run"], { cwd: folder });
    expect(JSON.parse(stdout)).toEqual({
      own: ["silent", "flat@1"],
      toolboxes: ["middle@1"],
      observers: ["nothing@1"],
      evidence: true,
      steps: ["decode", "measure", "observe", "judge"].flatMap((step) => [`${step} started`, `${step} finished`]),
      measured: ["1 face", expect.stringContaining("Cannot read image as there is no such file")],
      refusal: expect.stringMatching(/^There is no toolbox "openfce"\. Did you mean "openface"/),
      metric: "mean_words",
      words: expect.any(Number),
      same: true,
    });
  });

  it("serves the studio with its script, style and fonts from what was installed", async () => {
    const bin = join(folder, "node_modules", "kuleshov", "bin", "kuleshov.js");
    const studio = await serveStudio(folder, {}, bin);
    try {
      const html = await (await fetch(studio.address)).text();
      const [script, style] = [/src="([^"]+\.js)"/, /href="([^"]+\.css)"/].map(
        (link) => link.exec(html)?.[1] ?? "none",
      );
      const fetched = async (inside: string) => {
        const response = await fetch(new URL(inside, studio.address));
        return [
          response.status,
          response.headers.get("content-type"),
          (await response.arrayBuffer()).byteLength > 9000,
        ];
      };
      expect(await fetched(script as string)).toEqual([200, "text/javascript; charset=utf-8", true]);
      expect(await fetched(style as string)).toEqual([200, "text/css; charset=utf-8", true]);
      const font = "assets/ibm-plex-sans-latin-400-normal.woff2";
      expect(await fetched(font)).toEqual([200, "font/woff2", true]);
      expect(await (await fetch(`${studio.address}api/home`)).json()).toMatchObject({ folder: await realpath(folder) });
    } finally {
      expect(await studio.end()).toBe(0);
    }
  });

  it("offers its light parts apart, and nothing of its inside", async () => {
    const light = ["toolbox", "scorer", "errors"].map((part) => `await import("kuleshov/${part}");`).join("");
    await run(process.execPath, ["--input-type=module", "--eval", light], { cwd: folder });
    const inside = 'await import("kuleshov/dist/src/compose/ask.js");';
    await expect(run(process.execPath, ["--input-type=module", "--eval", inside], { cwd: folder })).rejects.toThrow(
      /ERR_PACKAGE_PATH_NOT_EXPORTED/,
    );
  });
});
