import { mkdtemp, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createMeshToolbox } from "../../src/adapters/mesh/mesh-toolbox.ts";
import { createPersonSegmenter } from "../../src/adapters/scene/person-segmenter.ts";
import { boxOverlap } from "../../src/domain/geometry.ts";
import { sampleOf } from "../../src/evaluation/dataset/dataset.ts";
import type { ArmName } from "../../src/evaluation/file/eval-file.ts";
import { ArmNotPossible, StimulusUnavailable } from "../../src/evaluation/solver.ts";
import type { Hiding } from "../../src/lab/hide.ts";
import { createLabStimuli } from "../../src/lab/lab-stimuli.ts";
import { decodeImage } from "../../src/measuring/decode-image.ts";
import { measureImage } from "../../src/measuring/measure-image.ts";
import type { FerToolbox } from "../../src/ports/fer-toolbox.ts";
import type { PersonSegmenter } from "../../src/ports/person-segmenter.ts";
import { samplePhoto } from "../support/photos.ts";
import { temporaryFolder } from "../support/temp-folder.ts";

let toolbox: FerToolbox;
let segmenter: PersonSegmenter;
beforeAll(async () => {
  toolbox = await createMeshToolbox({ workers: 1 });
  segmenter = await createPersonSegmenter();
});
afterAll(async () => {
  await toolbox.close();
  await segmenter.close();
});

const place = await temporaryFolder();

/** Half the sample's size: a quarter of the time. */
async function halved(number: 2 | 3 | 4): Promise<string> {
  const path = join(place, `sample${number}.png`);
  const { width } = await sharp(samplePhoto(number)).metadata();
  await sharp(samplePhoto(number))
    .resize(Math.round(width / 2))
    .toFile(path);
  return path;
}

/** The woman on the right of photo 3, who smiles broadly, and a woman on photo 2 who does not. */
const smiling = {
  id: "smile",
  image: await halved(3),
  region: { leftPx: 736, topPx: 162, widthPx: 110, heightPx: 126 },
};
const earnest = {
  id: "earnest",
  image: await halved(2),
  region: { leftPx: 720, topPx: 92, widthPx: 106, heightPx: 104 },
};

/** Stimuli of both images in a folder of their own. */
async function newLab(
  neutral: string | null = null,
  mask: Hiding["mask"] = "fill",
  other: Parameters<typeof sampleOf>[0] = earnest,
) {
  const samples = [sampleOf(smiling), sampleOf(other)];
  const folder = await mkdtemp(join(place, "lab-"));
  const stimuli = createLabStimuli({ samples, folder, toolbox, segmenter, hide: "faces", mask, neutral, seed: 1 });
  const prepare = async (arm: ArmName, sample = samples[0]) => {
    const stimulus = await stimuli.prepare(sample as (typeof samples)[number], arm);
    if (stimulus === null) throw new Error("No stimulus");
    return stimulus;
  };
  const measured = async (arm: ArmName) => {
    const stimulus = await prepare(arm);
    return { ...stimulus, faces: (await measureImage(stimulus.path, [toolbox])).faces };
  };
  return { prepare, measured, folder, stimuli, samples };
}

const labs = new Map<string, ReturnType<typeof newLab>>();

/** The same for all tests that ask for different arms: its images are measured and their people outlined once. */
function lab(neutral: string | null = null, mask: Hiding["mask"] = "fill") {
  const key = `${neutral} ${mask}`;
  const made = labs.get(key) ?? newLab(neutral, mask);
  labs.set(key, made);
  return made;
}

function strength(face: Awaited<ReturnType<typeof measureImage>>["faces"][number] | undefined, au: string): number {
  const units = face?.measurements[0]?.actionUnits ?? [];
  return units.find((one) => one.au === au && one.side === "both")?.value ?? Number.NaN;
}

describe("stimuli of the context lab", () => {
  it("show the face alone: one face, still smiling, on plain gray", async () => {
    const { measured } = await lab();
    const { path, faces } = await measured("face-only");
    expect(faces).toHaveLength(1);
    expect(strength(faces[0], "AU12")).toBeGreaterThan(0.5);
    const corner = await sharp(path).extract({ left: 2, top: 2, width: 6, height: 6 }).stats();
    // The soft edge of the hair may reach into a corner.
    for (const { mean } of corner.channels) expect(Math.abs(mean - 128)).toBeLessThan(12);
  });

  it("hide every face from the context, filled with what is around it rather than a box", async () => {
    const { measured } = await lab();
    const { path, region, faces } = await measured("context-only");
    expect(faces).toEqual([]);
    if (region === null) throw new Error("The hidden place is not known");
    const part = {
      left: Math.round(region.leftPx),
      top: Math.round(region.topPx),
      width: Math.round(region.widthPx),
      height: Math.round(region.heightPx),
    };
    const { channels } = await sharp(path).extract(part).stats();
    // Neither black nor of one colour: photo 3 is warm and of middle brightness there.
    expect(channels[0]?.mean).toBeGreaterThan(40);
    expect(channels[0]?.stdev).toBeGreaterThan(3);
  });

  it.each(["blur", "pixels"] as const)(
    "cover every face with %s, and as large a place elsewhere for control",
    async (mask) => {
      const { measured } = await lab(null, mask);
      expect((await measured("context-only")).faces).toEqual([]);
      expect((await measured("hole-elsewhere")).faces.map(({ box }) => box)).toHaveLength(3);
    },
  );

  it("blur the background but not the faces", async () => {
    const { measured } = await lab();
    const { path, region, faces } = await measured("blurred-background");
    expect(faces.some(({ box }) => region !== null && boxOverlap(box, region) > 0.5)).toBe(true);
    const whole = await sharp(path).metadata();
    const detail = async (image: string, left: number) => {
      const { data } = await sharp(image)
        .resize(whole.width, whole.height, { fit: "fill" })
        .extract({ left, top: 20, width: 160, height: 160 })
        .grayscale()
        .convolve({ width: 3, height: 3, kernel: [0, 1, 0, 1, -4, 1, 0, 1, 0], offset: 128 })
        .raw()
        .toBuffer({ resolveWithObject: true });
      return data.reduce((sum, value) => sum + Math.abs(value - 128), 0) / data.length;
    };
    expect(await detail(path, 20)).toBeLessThan(0.7 * (await detail(smiling.image, 20)));
  });

  it("set the face onto another head in its scene, where it still smiles", async () => {
    const { measured } = await lab();
    const { region, faces } = await measured("face-swap");
    const pasted = faces.find(({ box }) => region !== null && boxOverlap(box, region) > 0.3);
    const { faces: before } = await measureImage(earnest.image, [toolbox]);
    const there = before.find(({ box }) => boxOverlap(box, earnest.region) > 0.5);
    expect(strength(pasted, "AU12")).toBeGreaterThan(strength(there, "AU12") + 0.2);
  });

  it("set the whole person, with whom she touches, into the other scene in place of its people", async () => {
    const standing = { id: "standing", image: await halved(4) };
    const { measured } = await newLab(null, "fill", standing);
    const { path, region, faces } = await measured("swapped-context");
    const set = faces.find(({ box }) => region !== null && boxOverlap(box, region) > 0.3);
    expect(strength(set, "AU12")).toBeGreaterThan(0.5);
    // The three of her image, and nobody who was there.
    expect(faces).toHaveLength(3);
    const [shown, there] = await Promise.all(
      [path, standing.image].map((image) => sharp(image).resize(64, 64, { fit: "fill" }).raw().toBuffer()),
    );
    // The scene is the other image's: its upper edge is hardly changed.
    const edge = [...Array(64 * 3).keys()].map((i) => Math.abs((shown?.[i] as number) - (there?.[i] as number)));
    expect(edge.reduce((sum, one) => sum + one, 0) / edge.length).toBeLessThan(20);
  });

  it("put a neutral face into the scene: the smile is gone", async () => {
    const { measured } = await lab(samplePhoto(4));
    const { region, faces } = await measured("neutral-in-context");
    const pasted = faces.find(({ box }) => region !== null && boxOverlap(box, region) > 0.3);
    expect(strength(pasted, "AU12")).toBeLessThan(0.5);
  });

  it("take away colour and nothing else", async () => {
    const { prepare } = await lab();
    const { path } = await prepare("grayscale");
    const { rgb } = await decodeImage(path);
    let widest = 0;
    for (let i = 0; i < rgb.length; i += 3)
      widest = Math.max(widest, Math.abs((rgb[i] as number) - (rgb[i + 2] as number)));
    // JPEG may shift a channel by a step or two.
    expect(widest).toBeLessThanOrEqual(3);
  });

  it("re-encode to the very same pixels", async () => {
    const { prepare } = await lab();
    const { path } = await prepare("re-encoded");
    const [before, after] = [await decodeImage(smiling.image), await decodeImage(path)];
    expect(path).toMatch(/\.png$/);
    expect(after.sha256).not.toBe(before.sha256);
    expect(Buffer.compare(Buffer.from(after.rgb), Buffer.from(before.rgb))).toBe(0);
  });

  it("are written once, with a note of what they show, for people to be shown the same", async () => {
    const { prepare, folder } = await newLab();
    const first = await prepare("grayscale");
    const written = (await stat(first.path)).mtimeMs;
    expect(await prepare("grayscale")).toEqual(first);
    expect((await stat(first.path)).mtimeMs).toBe(written);
    const names = await readdir(folder);
    expect(names).toHaveLength(2);
    const note = JSON.parse(
      await readFile(join(folder, names.find((name) => name.endsWith(".json")) as string), "utf8"),
    );
    expect(note).toMatchObject({ sample: "smile", arm: "grayscale", recipe: { arm: "grayscale" } });
  });

  it("are identified by what they are made from, before they are made", async () => {
    const { stimuli, samples } = await lab(samplePhoto(4));
    const identity = async (arm: ArmName) =>
      JSON.stringify(await stimuli.identify(samples[0] as (typeof samples)[number], arm));
    const all = await Promise.all(
      (["full", "grayscale", "swapped-context", "neutral-in-context"] as const).map(identity),
    );
    expect(new Set(all).size).toBe(4);
  });

  it("are others where other words are said with them", async () => {
    const { stimuli } = await lab();
    const identity = async (context: string, arm: ArmName) =>
      JSON.stringify(await stimuli.identify(sampleOf({ ...smiling, context }), arm));
    expect(await identity("at a funeral", "full")).not.toBe(await identity("at a wedding", "full"));
    expect(await identity("at a funeral", "face-only")).toBe(await identity("at a wedding", "face-only"));
  });

  it("tell what is said with the whole image alone, and are others where a transcript says something else", async () => {
    const { stimuli, folder } = await lab();
    const identityOf = async (name: string, words: string) => {
      const transcript = join(folder, name);
      await writeFile(transcript, words);
      return JSON.stringify(await stimuli.identify(sampleOf({ ...smiling, transcript }), "full"));
    };
    const one = await identityOf("one.srt", "I am fine.");
    expect(await identityOf("two.srt", "I am not.")).not.toBe(one);
    expect(await identityOf("again.srt", "I am fine.")).toBe(one);
    const transcript = join(folder, "one.srt");
    const sample = sampleOf({ ...smiling, transcript });
    expect(await stimuli.prepare(sample, "full")).toMatchObject({ transcript });
    expect(await stimuli.prepare(sample, "grayscale")).not.toHaveProperty("transcript");
    const clip = sampleOf({ id: "clip", image: "clip.mp4" });
    await writeFile(join(folder, "clip.mp4"), "");
    await expect(stimuli.prepare({ ...clip, image: join(folder, "clip.mp4") }, "face-only")).rejects.toThrow(
      "This arm cannot be shown, as stimuli are made of images: a clip is shown as it is",
    );
  });

  it("are unavailable, in words, without a face, a partner or a neutral face", async () => {
    const { stimuli, folder, samples } = await lab();
    const plain = join(folder, "plain.png");
    await sharp({ create: { width: 300, height: 200, channels: 3, background: "#779" } }).toFile(plain);
    const empty = sampleOf({ id: "plain", image: plain });
    await expect(stimuli.prepare(empty, "face-only")).rejects.toThrow(/No face was found/);
    await expect(stimuli.prepare(empty, "face-only")).rejects.toBeInstanceOf(StimulusUnavailable);
    await expect(stimuli.prepare(samples[0] as (typeof samples)[number], "neutral-alone")).rejects.toThrow(
      /set stimuli.neutral/,
    );
    const alone = createLabStimuli({
      samples: [sampleOf(smiling)],
      folder,
      toolbox,
      segmenter,
      hide: "faces",
      mask: "fill",
      neutral: null,
      seed: 1,
    });
    const why = await alone.prepare(sampleOf(smiling), "swapped-context").catch((error: unknown) => error);
    expect(why).toBeInstanceOf(ArmNotPossible);
    // For the next repeat it is not worked out again.
    await expect(alone.prepare(sampleOf(smiling), "swapped-context")).rejects.toBe(why);
    const broken = join(folder, "broken.png");
    await writeFile(broken, "not an image");
    await expect(stimuli.prepare(sampleOf({ id: "broken", image: broken }), "grayscale")).rejects.toThrow(
      /Cannot read image/,
    );
  });
});
