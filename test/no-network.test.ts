import { copyFile, mkdir, readdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { describe, expect, it } from "vitest";
import { ownPath } from "../src/platform/package-paths.ts";
import { samplePhoto } from "./support/photos.ts";
import { tempFolder, temporaryFolder } from "./support/temp-folder.ts";
import { bareEnvironment, canTrace, networkCalls, runTraced, traced } from "./support/traced.ts";

/** Traced calls cost time. */
const LONG = { timeout: 240_000 };
const PHOTO = samplePhoto(1);
const KULESHOV = [process.execPath, ownPath("bin", "kuleshov.js")];
const LIBRARY = `
  const { ask, openDependencies } = await import(${JSON.stringify(pathToFileURL(ownPath("dist", "src", "index.js")).href)});
  const { dependencies, close } = await openDependencies({ model: "rules", toolboxes: ["mesh"] });
  await ask({ image: ${JSON.stringify(PHOTO)} }, dependencies);
  await close();
`;
const EVALUATION = `
name: one
dataset: { format: csv, path: one.csv, columns: { id: id, image: image, label: label }, taxonomy: [happiness, sadness] }
matrix: { models: [rules] }
scorers: [accuracy]
`;

/** The first to need a network compiles it, watched; for those that come after it is there. */
const networks = await temporaryFolder();

/** `ask` and `find` look whether Ollama runs on this machine, to say so; no other address may appear. */
const OWN_OLLAMA = /sin_port=htons\(11434\), sin_addr=inet_addr\("127\.0\.0\.1"\)/;

describe.skipIf(!canTrace)("Without a network, and with every call to it watched (needs strace)", LONG, () => {
  it.each([
    ["measure", [...KULESHOV, "measure", PHOTO, "--out", "out"]],
    ["ask", [...KULESHOV, "ask", PHOTO, "--pack", "posed-faces"]],
    ["eval", [...KULESHOV, "eval", "run", "one.eval.yaml", "--out", "out"]],
    ["discover", [...KULESHOV, "discover", "images", "--resamples", "2", "--out", "out"]],
    ["the library, in a worker and in the main thread,", [process.execPath, "-e", inBothThreads(LIBRARY)]],
  ])("%s does its work, asks nobody and leaves no foreign file", async (_name, program) => {
    const folder = await fixtureFolder();
    const { code, said } = await runTraced(program, folder);
    expect(said).not.toMatch(/internal error|unforeseen/i);
    expect(code, said).toBe(0);
    expect((await networkCalls(folder)).filter((call) => !OWN_OLLAMA.test(call))).toEqual([]);
    expect(await foreignFiles(folder)).toEqual([]);
  });

  it("an MCP client's ask is answered, asks nobody and leaves no foreign file", async () => {
    const folder = await fixtureFolder();
    const [command, args] = traced([...KULESHOV, "mcp"], join(folder, "calls.log"));
    const client = new Client({ name: "test", version: "1" });
    await client.connect(
      new StdioClientTransport({
        command,
        args: [...args],
        cwd: folder,
        env: bareEnvironment(folder),
        stderr: "ignore",
      }),
    );
    const answer = await client.callTool({ name: "ask", arguments: { image: "images/sample.jpg" } });
    await client.close();
    expect(answer.isError ?? false, JSON.stringify(answer.content)).toBe(false);
    expect((await networkCalls(folder)).filter((call) => !OWN_OLLAMA.test(call))).toEqual([]);
    expect(await foreignFiles(folder)).toEqual([]);
  });
});

/** A home with an evaluation and a folder of images in it. */
async function fixtureFolder(): Promise<string> {
  const folder = await tempFolder();
  await mkdir(join(folder, ".cache", "kuleshov"), { recursive: true });
  await symlink(networks, join(folder, ".cache", "kuleshov", "networks"));
  await mkdir(join(folder, "images"));
  await copyFile(PHOTO, join(folder, "images", "sample.jpg"));
  for (const number of [2, 3] as const) {
    await copyFile(samplePhoto(number), join(folder, "images", `sample${number}.jpg`));
  }
  await writeFile(join(folder, "one.eval.yaml"), EVALUATION);
  await writeFile(join(folder, "one.csv"), "id,image,label\n1,images/sample.jpg,happiness\n");
  return folder;
}

/** What lies in a home that neither the test nor Kuleshov's own cache and output folders put there. */
async function foreignFiles(folder: string): Promise<string[]> {
  const own = /^(images|out|one\.(csv|eval\.yaml)|calls\.log|\.kuleshov|\.cache\/kuleshov)(\/|$)/;
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .filter((path) => !own.test(path));
}

/** A program that does the same in a worker thread, whose environment is a copy, and in the main thread. */
function inBothThreads(program: string): string {
  const source = `data:text/javascript,${encodeURIComponent(program)}`;
  return `
    const { Worker } = require("node:worker_threads");
    const failed = (error) => { console.error(error); process.exitCode = 1; };
    new Worker(new URL(${JSON.stringify(source)})).on("error", failed);
    import(${JSON.stringify(source)}).catch(failed);
  `;
}
