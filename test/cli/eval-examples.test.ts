import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, expect, it, vi } from "vitest";
import * as evaluation from "../../src/cli/eval.ts";
import { judgment, reading, subject } from "../support/builders.ts";
import { saysJson } from "../support/model-server.ts";
import { startOpenAiServer } from "../support/openai-server.ts";
import { samplePhoto } from "../support/photos.ts";
import { runCommand } from "../support/run-command.ts";
import { emptyCache, tempFolder } from "../support/temp-folder.ts";

beforeEach(async () => {
  vi.stubEnv("KULESHOV_CACHE", await emptyCache(await tempFolder()));
  return () => vi.unstubAllEnvs();
});

/** The faces of a photo from left to right, as the packs that ship have them. */
const FACES = {
  1: [419, 390, 180, 204],
  3: [592, 352, 208, 249],
  4: [237, 221, 180, 215],
  5: [776, 127, 173, 202],
  6: [247, 516, 225, 245],
} as const;

/** A line of a pack: the first face of a photo, as an example of a category or of what it is not. */
function example(photo: keyof typeof FACES, category: string, role: "instance" | "counter" = "instance") {
  const [leftPx, topPx, widthPx, heightPx] = FACES[photo];
  const region = { leftPx, topPx, widthPx, heightPx };
  return JSON.stringify({ image: `${photo}.jpg`, region, category, role, labeller: "tester" });
}

it("shows examples in every way that its file names, in one run, and no example in one condition for all", async () => {
  const folder = await tempFolder();
  const files = join(folder, "files");
  await mkdir(files);
  for (const photo of [1, 2, 3, 4, 5, 6] as const) await copyFile(samplePhoto(photo), join(files, `${photo}.jpg`));
  await writeFile(join(files, "list.csv"), "id,image,label\n1,2.jpg,calm\n");
  const pack = [example(1, "smile"), example(6, "smile"), example(4, "calm"), example(5, "calm")];
  await writeFile(join(files, "mine.jsonl"), [...pack, example(3, "smile", "counter"), ""].join("\n"));
  await writeFile(join(files, "words.txt"), "smile: corners of the lips go up\ncalm: nothing moves\n");
  await writeFile(
    join(files, "ways.eval.yaml"),
    `name: ways
dataset: { format: csv, path: list.csv, columns: { id: id, image: image, label: label }, taxonomy: words.txt }
fewShot: { packs: [mine.jsonl], taxonomy: words.txt }
matrix:
  models: ["openai:some"]
  shots: [0, 2, 4]
  examples: [images, images without negatives, descriptions, definitions]
scorers: [accuracy]
`,
  );
  const calm = reading({ calm: 0.8, smile: 0.2 });
  const server = await startOpenAiServer(() =>
    saysJson(judgment(...["F1", "F2", "F3"].map((faceId) => subject({ faceId, faceOnly: calm, integrated: calm })))),
  );
  vi.stubEnv("OPENAI_BASE_URL", `${server.url}/v1`);
  const before = process.cwd();
  process.chdir(folder);
  const { code, stdout, stderr } = await runCommand(
    ["eval", "run", join("files", "ways.eval.yaml"), "--out", "run"],
    [evaluation],
  ).finally(() => process.chdir(before));
  expect([code, stderr]).toEqual([0, expect.anything()]);

  // Of each condition, whatever it took to ask: exemplars shown, of these as what they are not, looks and definitions told.
  const told = server.chats.map(({ messages }) => {
    const text = JSON.stringify(messages);
    const count = (what: RegExp) => [...text.matchAll(what)].length;
    const shown = [/an example of (?:smile|calm)/g, /an example of not smile/g].map(count);
    return [...shown, count(/distilled from exemplars: /g), count(/corners of the lips go up/g)].join(" ");
  });
  expect(new Set(told)).toEqual(new Set(["0 0 0 0", "2 0 0 0", "3 1 0 0", "4 0 0 0", "0 0 2 0", "0 0 0 1"]));
  expect(stdout).toContain("the same under all 9 conditions");
  const report = await readFile(join(folder, "run", "report.html"), "utf8");
  for (const way of ["images", "images without negatives", "descriptions", "definitions"]) {
    expect(report).toContain(`accuracy, ${way}`);
  }
});
