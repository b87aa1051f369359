import sharp from "sharp";
import type { ImageView } from "../../domain/image.ts";
import type { Reading } from "../../domain/judgment.ts";
import { deriveCoreAffect } from "../../facs/circumplex.ts";
import type { ClipPair } from "./clip-pair.ts";
import type { LabelText } from "./label-texts.ts";

/**
 * How like an image is to what each label means, as shares.
 * @param missing why there is no image, where there is none.
 */
export async function readView(
  view: ImageView | undefined,
  missing: string,
  { pair, texts }: { readonly pair: ClipPair; readonly texts: readonly LabelText[] },
  signal?: AbortSignal,
): Promise<Reading> {
  if (view === undefined) return abstaining(missing);
  if (await isCovered(view)) return abstaining("Nothing is left in the image but what is covered");
  const image = await pair.embedImage(view, signal);
  const cosines: number[] = [];
  for (const { text } of texts) cosines.push(dot(image, await pair.embedText(text, signal)));
  const shares = softmax(cosines.map((cosine) => pair.text.scale * cosine));
  const distribution = texts
    .map(({ label }, index) => ({ label, probability: shares[index] as number, novel: false }))
    .sort((a, b) => b.probability - a.probability);
  const { valence = null, arousal = null } = deriveCoreAffect(distribution) ?? {};
  return { distribution, valence, arousal, abstention: null };
}

export function abstaining(abstention: string): Reading {
  return { distribution: [], valence: null, arousal: null, abstention };
}

/** From this share of covering gray on, nothing is left to be read; a hand or some hair beside a covered face is no scene. */
const COVERED_FROM = 0.85;
const GRAY = 128;
const GRAY_ERROR = 8;

async function isCovered({ data }: ImageView): Promise<boolean> {
  const rgb = await sharp(data).removeAlpha().toColourspace("srgb").resize(64, 64, { fit: "fill" }).raw().toBuffer();
  let covered = 0;
  for (let at = 0; at < rgb.length; at += 3) {
    const channels = [rgb[at] as number, rgb[at + 1] as number, rgb[at + 2] as number];
    if (channels.every((value) => Math.abs(value - GRAY) <= GRAY_ERROR)) covered += 1;
  }
  return covered >= (COVERED_FROM * rgb.length) / 3;
}

function dot(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, index) => sum + value * (b[index] as number), 0);
}

function softmax(values: readonly number[]): number[] {
  const highest = Math.max(...values);
  const weights = values.map((value) => Math.exp(value - highest));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}
