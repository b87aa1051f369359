import { createHash } from "node:crypto";
import type { Exemplar, ExemplarEntry, ExemplarLabel } from "../../src/domain/exemplar.ts";
import {
  createExpressionSpace,
  type ExpressionSpace,
  embedFace,
  searchVector,
} from "../../src/domain/expression-space.ts";
import type { FaceMeasurement } from "../../src/domain/measurement.ts";
import { face } from "./builders.ts";

const AUS = ["AU1", "AU2", "AU4", "AU6", "AU9", "AU12", "AU14", "AU15", "AU25", "AU26"];

/** A small space as the mesh toolbox would have it. */
export const testSpace: ExpressionSpace = createExpressionSpace(
  "mesh@5",
  { actionUnits: AUS.map((au) => ({ au, scale: "probability", sides: au === "AU12" })) },
  [],
);

/** A face on which every action unit of {@link testSpace} was measured: those named as told, the others at 0.1. */
export function measuredFace(values: Readonly<Record<string, number>> = {}, toolbox = "mesh@5"): FaceMeasurement {
  const rest = Object.fromEntries(AUS.map((au) => [au, 0.1]));
  return face({ ...rest, "AU12:left": 0.1, "AU12:right": 0.1, ...values }, { toolbox })
    .measurements[0] as FaceMeasurement;
}

/** What an exemplar in a test differs in. */
export interface ExemplarDependencies extends Partial<ExemplarLabel> {
  /** Action units shown; none measured when null. */
  readonly face?: Readonly<Record<string, number>> | null;
  /** Any text: exemplars of the same text are of the same image. */
  readonly image?: string;
  readonly pack?: string | null;
  readonly textEmbedding?: Float32Array | null;
  readonly view?: Uint8Array | null;
}

const hex = (text: string) => createHash("sha256").update(text).digest("hex");

/** An exemplar that needs no image file: `exemplarEntry({ category: "awe", face: { AU1: 0.9, AU2: 0.8 } })`. */
export function exemplarEntry(dependencies: ExemplarDependencies = {}): ExemplarEntry {
  const category = dependencies.category ?? "amusement";
  const image = dependencies.image ?? `${category} ${JSON.stringify(dependencies.face)} ${dependencies.caption}`;
  const measurement = dependencies.face === null ? undefined : measuredFace(dependencies.face);
  const point = measurement === undefined ? undefined : embedFace(testSpace, measurement);
  const exemplar: Exemplar = {
    id: `x${hex(`${image}/${category}/${dependencies.labeller}`).slice(0, 24)}`,
    category,
    role: dependencies.role ?? "instance",
    caption: dependencies.caption ?? null,
    definition: dependencies.definition ?? null,
    why: dependencies.why ?? null,
    labeller: dependencies.labeller ?? "tester",
    licence: dependencies.licence ?? null,
    source: dependencies.source ?? null,
    image: {
      path: `${hex(image).slice(0, 8)}.jpg`,
      sha256: hex(image),
      widthPx: 640,
      heightPx: 480,
      hash: hex(`hash ${image}`),
    },
    region: null,
    regionHash: null,
    measurements: measurement === undefined ? [] : [measurement],
    objects: null,
    pack: dependencies.pack ?? null,
    linkedTo: null,
    addedAt: "2026-01-01T00:00:00.000Z",
  };
  return {
    exemplar,
    expression: point === undefined ? null : searchVector(testSpace, point),
    textEmbedding: dependencies.textEmbedding ?? null,
    view: dependencies.view ?? null,
  };
}

/** Where a face with these action units stands in {@link testSpace}. */
export function expressionOf(values: Readonly<Record<string, number>>): Float32Array {
  const point = embedFace(testSpace, measuredFace(values));
  if (point === undefined) throw new Error("a fully measured face has a place");
  return searchVector(testSpace, point);
}
