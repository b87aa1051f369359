import { readdir, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import sharp from "sharp";
import { beforeAll, expect, it, onTestFinished } from "vitest";
import { openEvaluation } from "../../src/compose/evaluation.ts";
import { evaluate } from "../../src/evaluate.ts";
import { csvTable } from "../../src/platform/tables/write-table.ts";
import { judgment, subject } from "../support/builders.ts";
import { saysJson, type WireBody } from "../support/model-server.ts";
import { startOpenAiServer } from "../support/openai-server.ts";
import { samplePhoto } from "../support/photos.ts";
import { temporaryFolder } from "../support/temp-folder.ts";

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
  "light-left": FUNERAL,
  "light-right": FUNERAL,
  "light-above": FUNERAL,
  "light-below": FUNERAL,
  "light-dim": FUNERAL,
  "light-warm": FUNERAL,
  "light-cool": FUNERAL,
  "skin-lighter": FUNERAL,
  "skin-darker": FUNERAL,
  // After "full", from which nobody can tell it.
  "re-encoded": FUNERAL,
} as const;
type Arm = keyof typeof WORDS;
/** How many faces are left to see. */
const FACES = { "face-only": 1, "context-only": 0, "hole-elsewhere": 3, "neutral-alone": 1 } as const;

const folder = await temporaryFolder();
const [funeral, wedding] = [join(folder, "funeral.png"), join(folder, "wedding.png")];
beforeAll(async () => {
  // No larger than a model is shown, so that what is sent has the pixels of the file.
  await sharp(samplePhoto(1)).resize(560).toFile(funeral);
  await sharp(samplePhoto(4)).resize(560).toFile(wedding);
  const rows = [
    { id: "funeral", image: funeral, words: FUNERAL },
    { id: "wedding", image: wedding, words: WEDDING },
  ];
  await writeFile(join(folder, "list.csv"), csvTable(rows));
});

/** Bodies and images that the server received about the funeral, by arm. */
async function received(arms: readonly Arm[], mask: "gray" | "blur" | "pixels") {
  const seeing = { id: "test-model", supported_parameters: ["structured_outputs"] };
  const server = await startOpenAiServer(() => saysJson(judgment(subject({ cues: [] }))), { models: [seeing] });
  const columns = { id: "id", image: "image", context: "words" };
  const evaluation = {
    name: `arms-${mask}`,
    dataset: { format: "csv", path: "list.csv", columns },
    matrix: { models: ["openai:test-model"], arms },
    stimuli: { neutral: wedding, hide: "faces", mask },
    scorers: ["faithfulness"],
    execution: { concurrency: 1 },
  };
  const file = join(folder, `arms-${mask}.eval.yaml`);
  await writeFile(file, JSON.stringify(evaluation));
  const place = (name: string) => join(folder, `${name}-${mask}`);
  const opened = openEvaluation({
    ...{ evalFilePath: file, stimuliFolder: place("stimuli"), answersFolder: place("answers") },
    env: { OPENAI_BASE_URL: `${server.url}/v1` },
  });
  onTestFinished(() => opened.close());
  await evaluate({ file, folder: place("run") }, opened.dependencies);

  const files = (await readdir(place("stimuli"))).filter((name) => name.endsWith(".jpg"));
  const stimuli = [funeral, wedding, ...files.map((name) => join(place("stimuli"), name))];
  const smallStimuli = await Promise.all(stimuli.map(small));
  const found = new Map(arms.map((arm) => [arm, [] as { readonly body: string; readonly image: Buffer }[]]));
  for (const body of server.chats) {
    const image = imageIn(body);
    const shown = await small(image);
    const differences = smallStimuli.map((stimulus) => difference(shown, stimulus));
    const nearest = stimuli[differences.indexOf(Math.min(...differences))] as string;
    const isSecond = nearest === funeral && found.get("full")?.length === 1;
    const name = nearest === funeral ? `funeral-${isSecond ? "re-encoded" : "full"}.jpg` : basename(nearest);
    const arm = arms.find((each) => name.startsWith("funeral") && name.endsWith(`-${each}.jpg`));
    if (arm !== undefined) found.get(arm)?.push({ body: JSON.stringify(body), image });
  }
  return {
    told: (arm: Arm) => (found.get(arm) ?? []).map(({ body }) => body),
    image: (arm: Arm) => found.get(arm)?.[0]?.image as Buffer,
    facesIn: async (arm: Arm) => {
      const path = join(folder, `received-${arm}-${mask}.jpg`);
      await writeFile(path, found.get(arm)?.[0]?.image as Buffer);
      return opened.facesIn(path);
    },
  };
}

it("each arm sends the model exactly what its name says: those pixels, and the words of the scene or none", async () => {
  const arms = Object.keys(WORDS) as Arm[];
  const { told, image, facesIn } = await received(arms, "gray");
  for (const arm of arms) {
    expect(told(arm), arm).not.toHaveLength(0);
    for (const words of [FUNERAL, WEDDING]) {
      const isTold = told(arm).map((body) => body.includes(words));
      expect(isTold, `${arm}: ${words}`).toEqual(told(arm).map(() => words === WORDS[arm]));
    }
  }
  for (const arm of Object.keys(FACES) as (keyof typeof FACES)[]) {
    expect(await facesIn(arm), arm).toHaveLength(FACES[arm]);
  }
  const hole = await grayShare(image("context-only"));
  expect(hole).toBeGreaterThan(0.02);
  expect(hole / (await grayShare(image("hole-elsewhere")))).toBeCloseTo(1, 0);
  expect(Buffer.compare(await pixelsOf(image("re-encoded")), await pixelsOf(image("full")))).toBe(0);
  const gray = await pixelsOf(image("grayscale"));
  expect(gray.some((value, i) => Math.abs(value - (gray[i - (i % 3)] as number)) > 4)).toBe(false);

  const bright = async (arm: Arm, part?: Part) => mean(await lightIn(image(arm), part));
  const full = await bright("full");
  expect(await bright("light-dim")).toBeLessThan(0.6 * full);
  expect(await bright("skin-darker")).toBeLessThan(full - 1);
  expect(await bright("skin-lighter")).toBeGreaterThan(full + 0.5);
  const warmth = async (arm: Arm) => mean(await lightIn(image(arm), "red")) / mean(await lightIn(image(arm), "blue"));
  expect(await warmth("light-warm")).toBeGreaterThan(1.3 * (await warmth("full")));
  expect(await warmth("light-cool")).toBeLessThan(0.8 * (await warmth("full")));

  const [{ box } = { box: { leftPx: 0, topPx: 0, widthPx: 0, heightPx: 0 } }] = [...(await facesIn("full"))].sort(
    (a, b) => b.box.widthPx - a.box.widthPx,
  );
  const { leftPx: left, topPx: top, widthPx: width, heightPx: height } = box;
  const [halfWidth, halfHeight] = [width / 2, height / 2];
  const lean = async (arm: Arm) =>
    (await bright(arm, { left, top, width: halfWidth, height })) /
    (await bright(arm, { left: left + halfWidth, top, width: halfWidth, height }));
  expect(await lean("light-left")).toBeGreaterThan(1.2 * (await lean("light-right")));
  const fall = async (arm: Arm) =>
    (await bright(arm, { left, top, width, height: halfHeight })) /
    (await bright(arm, { left, top: top + halfHeight, width, height: halfHeight }));
  expect(await fall("light-above")).toBeGreaterThan(1.05 * (await fall("light-below")));
});

it.each(["blur", "pixels"] as const)(
  "of faces under %s the model receives none, and in the control all of them and as large a place hidden",
  async (mask) => {
    const { told, image, facesIn } = await received(["full", "context-only", "hole-elsewhere"], mask);
    expect(await facesIn("context-only")).toEqual([]);
    expect(await facesIn("hole-elsewhere")).toHaveLength(3);
    const whole = await pixelsOf(image("full"));
    const hiddenIn = async (arm: Arm) => {
      expect(told(arm)[0], arm).toContain(FUNERAL);
      const shown = await pixelsOf(image(arm));
      const at = [...shown.keys()].filter((i) => Math.abs((shown[i] as number) - (whole[i] as number)) > 12);
      const steps = at.map((i) => Math.abs((shown[i + 3] ?? 0) - (shown[i] as number))).sort((a, b) => a - b);
      return { share: at.length / shown.length, usual: steps[steps.length >> 1] as number, all: mean(steps) };
    };
    const [people, control] = [await hiddenIn("context-only"), await hiddenIn("hole-elsewhere")];
    expect(people.share).toBeGreaterThan(0.02);
    expect(control.share).toBeGreaterThan(0.2 * people.share);
    // Squares of a mosaic are even and end in steps; what is blurred runs evenly.
    if (mask === "pixels") expect(people.usual).toBeLessThan(0.4 * people.all);
    expect(people.all).toBeLessThan(8);
  },
);

function imageIn({ messages }: WireBody): Buffer {
  const parts = messages.flatMap(({ content }) => (Array.isArray(content) ? content : []));
  const url = parts.find(({ type }) => type === "image_url")?.image_url?.url ?? "";
  return Buffer.from(url.slice(url.indexOf(",") + 1), "base64");
}

function small(image: Buffer | string): Promise<Buffer> {
  return sharp(image).resize(200, 150, { fit: "contain" }).flatten().raw().toBuffer();
}

type Part = { readonly left: number; readonly top: number; readonly width: number; readonly height: number };

/** Luma of an image or a part of it, or one of its channels, 0..255. */
async function lightIn(image: Buffer, of?: Part | "red" | "blue"): Promise<Uint8Array> {
  if (of === "red" || of === "blue") return sharp(image).extractChannel(of).raw().toBuffer();
  const { left, top, width, height } = of ?? {};
  const shown = sharp(image).grayscale();
  if (left === undefined || top === undefined || width === undefined || height === undefined)
    return shown.raw().toBuffer();
  const [x, y, w, h] = [left, top, width, height].map(Math.round) as [number, number, number, number];
  return shown.extract({ left: x, top: y, width: w, height: h }).raw().toBuffer();
}

function mean(values: ArrayLike<number>): number {
  return Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;
}

async function pixelsOf(image: Buffer): Promise<Buffer> {
  return sharp(image).removeAlpha().toColourspace("srgb").raw().toBuffer();
}

/** How much of an image is the gray of what is hidden. */
async function grayShare(image: Buffer): Promise<number> {
  const { data, info } = await sharp(image).raw().toBuffer({ resolveWithObject: true });
  const pixels = Array.from({ length: info.width * info.height }, (_, i) => data.subarray(3 * i, 3 * i + 3));
  return pixels.filter((rgb) => rgb.every((value) => Math.abs(value - 128) < 4)).length / pixels.length;
}

/** Mean difference of two images, 0..255. */
function difference(image: Buffer, other: Buffer): number {
  return image.reduce((sum, value, i) => sum + Math.abs(value - (other[i] as number)), 0) / image.length;
}
