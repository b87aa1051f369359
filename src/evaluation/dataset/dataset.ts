import { basename, dirname, join } from "node:path";
import { ConfigurationError } from "../../domain/errors.ts";
import { filesBelow } from "../../measuring/folder-files.ts";
import type { DatasetSource } from "../file/dataset-source.ts";
import { type MomentTruth, NO_TRUTH, type Sample, type Truth } from "../sample.ts";
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

/** What is said of one moment of a clip. */
interface RatedMoment extends Omit<MomentTruth, "timeS"> {
  readonly at: FrameWanted;
}

/** What a reader makes of one row. */
export type ReadRow =
  | {
      readonly where: string;
      readonly sample: Sample;
      /** Which frame is meant, where one frame of a video is. */
      readonly frame?: FrameWanted;
      /** What is said of moments of a clip, before it is known when its frames are shown. */
      readonly moments?: readonly RatedMoment[];
    }
  | BadRow;

/** Samples that can be used, and what was left out. */
export interface Dataset {
  readonly samples: readonly Sample[];
  readonly skipped: readonly BadRow[];
  /** What else was left out of a folder, in sentences. */
  readonly notes: readonly string[];
  /** Labels that the samples are judged by; empty when any word will do. */
  readonly labels: readonly string[];
}

/** Rows made of a folder's files, and what was left out of it, in sentences. */
export interface FolderRows {
  readonly rows: readonly ReadRow[];
  readonly notes: readonly string[];
}

/** A folder per label, images inside, nested at will: the last folder's name is the label. */
export async function readFolderSamples(path: string): Promise<FolderRows> {
  const { names, leftOut } = await filesBelow(path);
  const files = names.filter((name) => name.includes("/"));
  if (files.length === 0) {
    throw new ConfigurationError(`Cannot use dataset as no folder in it holds images: \`${path}\``);
  }
  const rows = files.map((file) => ({
    where: file,
    sample: sampleOf({ id: file, image: join(path, file), truth: { label: basename(dirname(file)) } }),
  }));
  const loose = names.length - files.length;
  const outside = `${loose} ${loose === 1 ? "image is" : "images are"} left out, in no folder of a label (\`${path}\`)`;
  return { rows, notes: [...(leftOut === null ? [] : [leftOut]), ...(loose === 0 ? [] : [outside])] };
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
