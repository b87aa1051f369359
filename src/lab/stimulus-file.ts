import { join } from "node:path";
import { z } from "zod";
import { PixelBox } from "../domain/geometry.ts";
import type { ArmName } from "../evaluation/file/eval-file.ts";
import { sha256 } from "../platform/hash.ts";
import { readText } from "../platform/read-file.ts";
import { type Raster, sharpOf } from "./raster.ts";

/** What is written beside a stimulus once it is whole: what it shows, of what, and where the person is. */
const StimulusNote = z.object({
  sample: z.string(),
  arm: z.string(),
  region: PixelBox.nullable(),
  /** What is told of the situation with it. */
  context: z.string().nullable().default(null),
  artefacts: z.object({ fill: z.number(), untouched: z.number() }).nullable().default(null),
  /** Typology angle of the face's skin before and after its tone was changed, in degrees. */
  tone: z.object({ before: z.number(), after: z.number() }).nullable().default(null),
});
export type StimulusNote = z.infer<typeof StimulusNote>;

/** Where it is written. */
export function notePath(stimulus: string): string {
  return stimulus.replace(/\.\w+$/, ".json");
}

/** The note of a finished stimulus; `undefined` when there is none yet, or it is damaged. */
export async function readStimulusNote(stimulus: string): Promise<StimulusNote | undefined> {
  try {
    return StimulusNote.parse(JSON.parse(await readText(notePath(stimulus))));
  } catch {
    return undefined;
  }
}

/** Where a stimulus is written: its name changes with what determines its pixels. */
export function stimulusPath(folder: string, sampleId: string, arm: ArmName, identity: unknown): string {
  const hash = sha256(JSON.stringify(identity)).slice(0, 8);
  const name = sampleId.replace(/[^\p{L}\p{N}._-]+/gu, "_").slice(-80);
  // A re-encoded copy must have the very same pixels, so it cannot be a JPEG.
  return join(folder, `${name}-${hash}-${arm}.${arm === "re-encoded" ? "png" : "jpg"}`);
}

/** A stimulus as the bytes of its file. */
export function encoded(raster: Raster, path: string): Promise<Buffer> {
  const image = sharpOf(raster);
  return path.endsWith(".png")
    ? image.png().toBuffer()
    : image.jpeg({ quality: 95, chromaSubsampling: "4:4:4" }).toBuffer();
}
