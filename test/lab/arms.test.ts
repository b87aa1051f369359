import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import sharp from "sharp";
import { expect, it } from "vitest";
import { openEvaluation } from "../../src/compose/evaluation.ts";
import { evaluate } from "../../src/evaluate.ts";
import { csvTable } from "../../src/platform/tables/write-table.ts";
import { judgment, subject } from "../support/builders.ts";
import { saysJson, type WireBody } from "../support/model-server.ts";
import { startOpenAiServer } from "../support/openai-server.ts";
import { samplePhoto } from "../support/photos.ts";
import { tempFolder } from "../support/temp-folder.ts";

const FUNERAL = "At the funeral of his brother";
const WEDDING = "At the wedding of her daughter";
/** What is said of the situation in each arm about the woman at the funeral, the other image being the wedding. */
const WORDS = {
  full: FUNERAL,
  "face-only": null,
  "context-only": FUNERAL,
  "hole-elsewhere": FUNERAL,
  "swapped-context": WEDDING,
  "face-swap": WEDDING,
  "neutral-in-context": FUNERAL,
  "neutral-alone": null,
  "blurred-background": FUNERAL,
  grayscale: FUNERAL,
  "light-dim": FUNERAL,
  "skin-lighter": FUNERAL,
  "skin-darker": FUNERAL,
} as const;
const arms = Object.keys(WORDS) as (keyof typeof WORDS)[];
/** How many faces are left to see. */
const FACES = { "face-only": 1, "context-only": 0, "hole-elsewhere": 3 } as const;

it("each arm sends the model exactly what its name says: those pixels, and the words of the scene or none", async () => {
  const folder = await tempFolder();
  const seeing = { id: "test-model", supported_parameters: ["structured_outputs"] };
  const server = await startOpenAiServer(() => saysJson(judgment(subject({ cues: [] }))), { models: [seeing] });
  const [funeral, wedding] = [join(folder, "funeral.png"), join(folder, "wedding.png")];
  // No larger than a model is shown, so that what is sent has the pixels of the file.
  await sharp(samplePhoto(1)).resize(560).toFile(funeral);
  await sharp(samplePhoto(4)).resize(560).toFile(wedding);
  const rows = [
    { id: "funeral", image: funeral, words: FUNERAL },
    { id: "wedding", image: wedding, words: WEDDING },
  ];
  await writeFile(join(folder, "list.csv"), csvTable(rows));
  const columns = { id: "id", image: "image", context: "words" };
  const evaluation = {
    name: "arms",
    dataset: { format: "csv", path: "list.csv", columns },
    matrix: { models: ["openai:test-model"], arms },
    stimuli: { neutral: wedding, hide: "faces", mask: "gray" },
    scorers: ["faithfulness"],
    execution: { concurrency: 1 },
  };
  const file = join(folder, "arms.eval.yaml");
  await writeFile(file, JSON.stringify(evaluation));
  const opened = openEvaluation({
    evalFilePath: file,
    stimuliFolder: join(folder, "stimuli"),
    answersFolder: join(folder, "answers"),
    env: { OPENAI_BASE_URL: `${server.url}/v1` },
  });
  try {
    await evaluate({ file, folder: join(folder, "run") }, opened.dependencies);

    const files = (await readdir(join(folder, "stimuli"))).filter((name) => name.endsWith(".jpg"));
    const stimuli = await Promise.all(
      [...rows.map(({ image }) => image), ...files.map((name) => join(folder, "stimuli", name))].map(small),
    );
    const told = new Map(arms.map((arm) => [arm, [] as string[]]));
    const images = new Map<string, Buffer>();
    for (const body of server.chats) {
      const shown = await small(imageIn(body));
      const differences = stimuli.map((stimulus) => difference(shown, stimulus));
      const nearest = differences.indexOf(Math.min(...differences));
      const name = nearest === 0 ? "funeral-full.jpg" : (files[nearest - rows.length] ?? "");
      const arm = arms.find((each) => name.startsWith("funeral") && name.endsWith(`-${each}.jpg`));
      if (arm === undefined) continue;
      told.get(arm)?.push(JSON.stringify(body));
      images.set(arm, imageIn(body));
    }
    for (const [arm, bodies] of told) {
      expect(bodies, arm).not.toHaveLength(0);
      for (const words of [FUNERAL, WEDDING]) {
        const isTold = bodies.map((body) => body.includes(words));
        expect(isTold, `${arm}: ${words}`).toEqual(bodies.map(() => words === WORDS[arm]));
      }
    }
    for (const [arm, faces] of Object.entries(FACES)) {
      const received = join(folder, `received-${arm}.jpg`);
      await writeFile(received, images.get(arm) as Buffer);
      expect(await opened.facesIn(received), arm).toHaveLength(faces);
    }
    const [dim, darker, lighter, full] = await Promise.all(
      (["light-dim", "skin-darker", "skin-lighter", "full"] as const).map((arm) => brightness(images.get(arm))),
    );
    expect(dim).toBeLessThan(0.6 * (full as number));
    expect(darker).toBeLessThan((full as number) - 1);
    expect(lighter).toBeGreaterThan((full as number) + 0.5);
    const hole = await grayShare(images.get("context-only"));
    expect(hole).toBeGreaterThan(0.02);
    expect(hole / (await grayShare(images.get("hole-elsewhere")))).toBeCloseTo(1, 0);
  } finally {
    await opened.close();
  }
});

function imageIn({ messages }: WireBody): Buffer {
  const parts = messages.flatMap(({ content }) => (Array.isArray(content) ? content : []));
  const url = parts.find(({ type }) => type === "image_url")?.image_url?.url ?? "";
  return Buffer.from(url.slice(url.indexOf(",") + 1), "base64");
}

function small(image: Buffer | string): Promise<Buffer> {
  return sharp(image).resize(200, 150, { fit: "contain" }).flatten().raw().toBuffer();
}

/** Mean of an image, 0..255. */
async function brightness(image: Buffer | undefined): Promise<number> {
  return (await sharp(image).grayscale().stats()).channels[0]?.mean ?? Number.NaN;
}

/** How much of an image is the gray of what is hidden. */
async function grayShare(image: Buffer | undefined): Promise<number> {
  const { data, info } = await sharp(image).raw().toBuffer({ resolveWithObject: true });
  const pixels = Array.from({ length: info.width * info.height }, (_, i) => data.subarray(3 * i, 3 * i + 3));
  return pixels.filter((rgb) => rgb.every((value) => Math.abs(value - 128) < 4)).length / pixels.length;
}

/** Mean difference of two images, 0..255. */
function difference(image: Buffer, other: Buffer): number {
  return image.reduce((sum, value, i) => sum + Math.abs(value - (other[i] as number)), 0) / image.length;
}
