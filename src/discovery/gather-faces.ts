import { sameCategory } from "../domain/category.ts";
import { StudyFace } from "../domain/discovery.ts";
import {
  type ExpressionSpace,
  type PlacelessMeasurement,
  similarityAt,
  vectorDistance,
} from "../domain/expression-space.ts";
import type { LabelProbability } from "../domain/labels.ts";
import { withoutGeometry } from "../domain/measurement.ts";
import { embedMeasured } from "../exemplars/make-exemplar.ts";
import { basicLabelOf } from "../facs/basic-label.ts";
import type { EmbeddedExemplar } from "../ports/exemplar-store.ts";
import { faceRecords } from "../runs/record-images.ts";

/** The faces that a discovery gathers in its folder. */
export const GATHERED = faceRecords("measured", StudyFace);

/** What is known of the faces of one image, whether it is measured now or was imported. */
export type FacesOfImage = (
  path: string,
  signal?: AbortSignal,
) => Promise<{
  readonly image: { readonly sha256: string | null };
  readonly faces: readonly (Pick<StudyFace, "faceId" | "box"> & {
    readonly measurements: readonly StudyFace["measurement"][];
  })[];
}>;

interface GatherOptions {
  readonly space: ExpressionSpace;
  readonly measure: FacesOfImage;
  /** Names of the categories that count as known. */
  readonly known: readonly string[];
  /** Exemplars of known categories; may be empty. */
  readonly exemplars: readonly EmbeddedExemplar[];
  readonly signal?: AbortSignal | undefined;
}

/** What is known of every face of one image, as far as the space's toolbox measured it. */
export async function gatherFaces(path: string, options: GatherOptions): Promise<StudyFace[]> {
  const { image, faces } = await options.measure(path, options.signal);
  return faces.flatMap((face) => toStudyFace(face, { path, sha256: image.sha256 }, options) ?? []);
}

function toStudyFace(
  face: Awaited<ReturnType<FacesOfImage>>["faces"][number],
  image: { readonly path: string; readonly sha256: string | null },
  options: GatherOptions,
): StudyFace | undefined {
  const measurement = face.measurements.find(({ toolbox }) => toolbox === options.space.toolbox);
  if (measurement === undefined) return undefined;
  return {
    id: `${image.path}#${face.faceId}`,
    ...image,
    faceId: face.faceId,
    box: face.box,
    measurement: withoutGeometry(measurement),
    known: knownLabels(measurement, options),
    description: null,
  };
}

/** An exemplar this like a face says that the face is of its category. */
const EXEMPLAR_NEIGHBOURS = 3;

/**
 * Which known categories a face may be: those that the expression networks name, under the name that the taxonomy has
 * for them (`neutral` always counts as known), and those of exemplars, by similarity to the nearest ones.
 */
function knownLabels(
  measurement: PlacelessMeasurement,
  { space, known, exemplars }: Pick<GatherOptions, "space" | "known" | "exemplars">,
): LabelProbability[] {
  const labels = new Map<string, number>();
  const raise = (label: string, probability: number) =>
    labels.set(label, Math.max(labels.get(label) ?? 0, Math.min(1, probability)));
  for (const { label, probability } of meanReading(measurement)) {
    const name =
      label === "neutral"
        ? label
        : known.find((category) => sameCategory(category, label) || basicLabelOf(category) === label);
    if (name !== undefined) raise(name, probability);
  }
  const place = embedMeasured(space, [measurement]);
  for (const category of place === null ? [] : known) {
    const similarities = exemplars
      .filter(({ exemplar, expression }) => expression !== null && sameCategory(exemplar.category, category))
      .map(({ expression }) => similarityAt(vectorDistance(place as Float32Array, expression as Float32Array)))
      .sort((a, b) => b - a)
      .slice(0, EXEMPLAR_NEIGHBOURS);
    if (similarities.length > 0)
      raise(category, similarities.reduce((sum, value) => sum + value, 0) / similarities.length);
  }
  return [...labels].map(([label, probability]) => ({ label, probability }));
}

/** Mean over the expression classifiers of each label's probability. */
function meanReading({ expressions }: PlacelessMeasurement): LabelProbability[] {
  const sums = new Map<string, number>();
  for (const { distribution } of expressions) {
    for (const { label, probability } of distribution) {
      sums.set(label, (sums.get(label) ?? 0) + probability / expressions.length);
    }
  }
  return [...sums].map(([label, probability]) => ({ label, probability }));
}
