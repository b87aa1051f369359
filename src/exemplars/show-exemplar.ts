import sharp from "sharp";
import type { EvidenceValue } from "../domain/evidence.ts";
import type { Exemplar } from "../domain/exemplar.ts";
import { type ExpressionSpace, similarityAt, vectorDistance } from "../domain/expression-space.ts";
import type { ImageView } from "../domain/image.ts";
import { presenceOf } from "../domain/presence.ts";
import type { ChosenExemplar } from "../ports/exemplar-source.ts";
import type { ExemplarStore } from "../ports/exemplar-store.ts";
import type { CategoryDescription } from "./distil-category.ts";
import type { ExemplarHit, ExemplarQuery } from "./retrieve-exemplars.ts";

/** An exemplar as it is shown: its label, how like it the faces are and in what, what was measured on it, and its image. */
export async function shotOf(
  hit: ExemplarHit,
  faces: ExemplarQuery["faces"],
  { store, space }: { readonly store: Pick<ExemplarStore, "get">; readonly space: ExpressionSpace },
): Promise<ChosenExemplar> {
  const { exemplar, expression } = hit;
  const entry = await store.get(exemplar.id);
  const isNot = exemplar.role === "counter";
  const view = entry === undefined || entry.view === null ? null : entry.view;
  return {
    id: exemplar.id,
    view: view === null ? null : await viewOf(view, isNot ? `not ${exemplar.category}` : exemplar.category),
    item: {
      kind: "exemplar",
      ...likenessTo(faces, expression, { category: exemplar.category, isNot }),
      region: null,
      statement: [labelSentence(exemplar), similaritySentence(hit, faces), measuredSentence(exemplar, space)]
        .join(" ")
        .trim(),
      source: { type: "store", name: exemplar.id },
    },
  };
}

/** How like each face is, as a value; where there is one face, it is about that one. */
function likenessTo(
  faces: ExemplarQuery["faces"],
  place: Float32Array | null,
  { category, isNot }: { readonly category: string; readonly isNot: boolean },
): { readonly faceId: string | null; readonly value: EvidenceValue } {
  if (place === null || faces.length === 0) {
    return { faceId: null, value: { type: "text", text: isNot ? `not ${category}` : category } };
  }
  const alike = faces.map(({ faceId, expression }) => ({ faceId, similarity: similarityTo(expression, place) }));
  const [only, ...others] = alike;
  return {
    faceId: others.length === 0 ? (only?.faceId ?? null) : null,
    value: { type: "likeness", category, isNot, faces: alike },
  };
}

function similarityTo(expression: Float32Array, place: Float32Array): number {
  return similarityAt(vectorDistance(expression, place));
}

async function viewOf(data: Uint8Array, category: string): Promise<ImageView> {
  const { width, height } = await sharp(data).metadata();
  return { mimeType: "image/jpeg", data, widthPx: width, heightPx: height, caption: `an example of ${category}` };
}

/** Texts come from whoever wrote the pack: they are quoted, so that they cannot pose as instructions or items. */
function labelSentence({ category, labeller, caption, why, role }: Exemplar): string {
  const details = [
    caption === null ? undefined : `caption ${JSON.stringify(caption)}`,
    why === null ? undefined : `reason ${JSON.stringify(why)}`,
  ].filter((part) => part !== undefined);
  const rest = details.length === 0 ? "" : `, ${details.join(", ")}`;
  const label = `${role === "counter" ? "as what is not " : ""}${JSON.stringify(category)}`;
  return `Labelled ${label} by ${JSON.stringify(labeller)}${rest}.`;
}

function similaritySentence({ face, why, expression }: ExemplarHit, faces: ExemplarQuery["faces"]): string {
  const found = why.length === 0 ? "" : `: ${why.join("; ")}`;
  if (face === null || expression === null) return `Found${found}.`;
  const others = faces.filter(({ faceId }) => faceId !== face.faceId);
  return `${likeText([{ ...face }, ...others.map((other) => ({ faceId: other.faceId, similarity: similarityTo(other.expression, expression) }))])}${found}.`;
}

function likeText(faces: readonly { readonly faceId: string; readonly similarity: number }[]): string {
  const each = faces.map(({ faceId, similarity }) => `${faceId} to ${similarity.toFixed(2)}`);
  return `Like ${each.join(", ")} of 1`;
}

/** What the toolbox in use measured on the example, as far as it is present. */
function measuredSentence({ measurements }: Exemplar, space: ExpressionSpace): string {
  const measurement = measurements.find(({ toolbox }) => toolbox === space.toolbox);
  if (measurement === undefined) return "No face was measured on it.";
  const units = measurement.actionUnits
    .filter((unit) => unit.side === "both" && presenceOf(unit) === "present")
    .map((unit) => `${unit.au} ${unit.value.toFixed(2)}`);
  const tops = measurement.expressions.flatMap(({ distribution }) =>
    distribution
      .filter(({ probability }) => probability >= 0.3)
      .map(({ label, probability }) => `${label} ${probability.toFixed(2)}`),
  );
  const present = units.length === 0 ? "no action unit present" : units.join(", ");
  return `Measured on it by ${measurement.toolbox}: ${[present, ...tops].join(", ")}.`;
}

/** A description of what many exemplars have in common, as it is shown. */
export function describedShot(description: CategoryDescription, faces: ExemplarQuery["faces"]): ChosenExemplar {
  const { category, id, text, centroid } = description;
  const alike = faces.map(({ faceId, expression }) => ({ faceId, similarity: similarityTo(expression, centroid) }));
  const like = alike.length === 0 ? "" : ` ${likeText(alike)}.`;
  return {
    id: `distilled:${id}`,
    view: null,
    item: {
      kind: "exemplar",
      ...likenessTo(faces, centroid, { category, isNot: false }),
      region: null,
      statement: `What ${JSON.stringify(category)} looks like, distilled from exemplars: ${text}${like}`,
      source: { type: "store", name: `distilled:${id}` },
    },
  };
}
