import type { EvidenceItem } from "../../domain/evidence.ts";

/** What the baseline has read, as it reasons about it. */
export interface EvidenceView {
  readonly items: readonly EvidenceItem[];
  /** Left to right. */
  readonly faceIds: readonly string[];
  /** Labels that the question allows, `null` when it leaves them open. */
  readonly labels: readonly string[] | null;
  /** As it was asked; `null` asks for a description. */
  readonly question: string | null;
  ofFace(faceId: string): readonly EvidenceItem[];
  /** Given text, observations, objects and postures that may say something about this face's situation. */
  sceneFor(faceId: string | null): readonly EvidenceItem[];
}

const SCENE_KINDS = new Set<EvidenceItem["kind"]>(["context-text", "observation", "object", "posture"]);

export function viewOf(
  items: readonly EvidenceItem[],
  more: {
    readonly faceIds?: readonly string[];
    readonly labels?: readonly string[] | null;
    readonly question?: string | null;
  } = {},
): EvidenceView {
  const named = items.filter(({ faceId }) => faceId !== null).map(({ faceId }) => faceId as string);
  const faceIds = [...new Set([...(more.faceIds ?? []), ...named])].sort((a, b) => faceNumber(a) - faceNumber(b));
  return {
    items,
    faceIds,
    labels: more.labels ?? null,
    question: more.question ?? null,
    ofFace: (faceId) => items.filter((item) => item.faceId === faceId),
    sceneFor: (faceId) =>
      items.filter((item) => SCENE_KINDS.has(item.kind) && (item.faceId === null || item.faceId === faceId)),
  };
}

function faceNumber(faceId: string): number {
  return Number(faceId.replace(/^\D+/, ""));
}

/** A number out of a `quantities` item, `undefined` when it was not measured. */
export function quantity(items: readonly EvidenceItem[], kind: EvidenceItem["kind"], name: string): number | undefined {
  for (const item of items) {
    if (item.kind !== kind || item.value.type !== "quantities") continue;
    const found = item.value.values.find((value) => value.name === name);
    if (found !== undefined) return found.value;
  }
  return undefined;
}
