import { basename, dirname, join } from "node:path";
import { glob } from "tinyglobby";
import { ConfigurationError } from "../../domain/errors.ts";
import type { DatasetSource } from "../file/dataset-source.ts";
import { NO_TRUTH, type Sample, type Truth } from "../sample.ts";
import type { FrameWanted } from "./drawn-images.ts";

/** A sample with nothing but what is given. */
export function sampleOf(
  given: Pick<Sample, "id"> & Partial<Omit<Sample, "truth">> & { readonly truth?: Partial<Truth> },
): Sample {
  return {
    image: null,
    region: null,
    subject: null,
    question: null,
    context: null,
    options: null,
    statement: null,
    pair: null,
    raters: null,
    columns: {},
    ...given,
    truth: { ...NO_TRUTH, ...given.truth },
  };
}

/** A row that cannot be used, and why. */
export interface BadRow {
  /** Where it stands: `line 12`, or a file's name. */
  readonly where: string;
  readonly reason: string;
}

/** What a reader makes of one row. */
export type ReadRow =
  | {
      readonly where: string;
      readonly sample: Sample;
      /** Which frame is meant, where the sample's image is a video. */
      readonly frame?: FrameWanted;
    }
  | BadRow;

/** Samples that can be used, and what was left out. */
export interface Dataset {
  readonly samples: readonly Sample[];
  readonly skipped: readonly BadRow[];
  /** Labels that the samples are judged by; empty when any word will do. */
  readonly labels: readonly string[];
}

/** Extensions of images that can be read. */
export const IMAGE_FILES = "*.{jpg,jpeg,png,webp,tif,tiff,gif,avif,JPG,JPEG,PNG}";

/** A folder per label, images inside, nested at will: the last folder's name is the label. */
export async function readFolderSamples(path: string): Promise<ReadRow[]> {
  const files = (await glob([`*/**/${IMAGE_FILES}`], { cwd: path, absolute: false })).sort();
  if (files.length === 0) {
    throw new ConfigurationError(`Cannot use dataset as no folder in it holds images: \`${path}\``);
  }
  return files.map((file) => ({
    where: file,
    sample: sampleOf({ id: file, image: join(path, file), truth: { label: basename(dirname(file)) } }),
  }));
}

type LabelMap = Extract<DatasetSource, { format: "files" }>["labelMap"];

/** What a label or code of a dataset means: a label, `null` when its rows are left out. */
export function mappedLabel(
  label: string,
  map: LabelMap,
): { readonly label: string | null } | { readonly reason: string } {
  if (map === undefined) return { label };
  if (Object.hasOwn(map, label)) return { label: map[label] ?? null };
  return { reason: `its label "${label}" is not in labelMap` };
}
