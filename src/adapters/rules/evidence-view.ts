import type { EvidenceItem, TimeWindow } from "../../domain/evidence.ts";
import { itemsWithin, overlaps } from "../../domain/timeline.ts";

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
  /** Given text, words that are said, observations, objects and postures that may say something about this face's situation. */
  sceneFor(faceId: string | null): readonly EvidenceItem[];
}

const SCENE_KINDS = new Set<EvidenceItem["kind"]>(["context-text", "utterance", "observation", "object", "posture"]);

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

/** The stretches of a clip in which a face is read as one expression; none for an image. */
export function stretchesIn(items: readonly EvidenceItem[]): TimeWindow[] {
  const known = new Map<string, TimeWindow>();
  for (const { kind, time } of items) {
    if (kind === "expression" && time !== undefined) known.set(`${time.fromS} ${time.toS}`, time);
  }
  return [...known.values()].sort((a, b) => a.fromS - b.fromS);
}

/** What is known of a face in one stretch of a clip, or in a part of it, as if it were an image. */
export function viewWithin(
  view: EvidenceView,
  faceId: string,
  stretch: TimeWindow,
  part: TimeWindow = stretch,
): EvidenceView {
  const within = withItems(view, faceId, (items) => {
    const isOwn = ({ kind, time }: EvidenceItem) =>
      kind !== "expression" || (time?.fromS === stretch.fromS && time.toS === stretch.toS);
    return itemsWithin(items.filter(isOwn), part, "typical").map((item) => undecided(item, view.items, part));
  });
  return withHeard(within, part);
}

function withHeard(view: EvidenceView, part: TimeWindow): EvidenceView {
  const isHeard = heardIn(view, part);
  return {
    ...view,
    items: view.items.filter(isHeard),
    sceneFor: (id) => view.sceneFor(id).filter(isHeard),
  };
}

/** Of words and their contradictions what is said in a stretch; where nothing is, what was said last, which still holds. */
function heardIn({ items }: EvidenceView, stretch: TimeWindow): (item: EvidenceItem) => boolean {
  const before = items.filter(
    ({ kind, time }) => kind === "utterance" && time !== undefined && time.fromS <= stretch.toS,
  );
  const inside = before.filter(({ time }) => (time?.toS ?? 0) >= stretch.fromS);
  const lastS = Math.max(...before.map(({ time }) => time?.fromS ?? 0));
  const heard = inside.length > 0 ? inside : before.filter(({ time }) => time?.fromS === lastS);
  return (item) => {
    if (item.kind === "utterance") return item.time === undefined || heard.includes(item);
    return item.kind !== "contradiction" || item.time === undefined || overlaps(item.time, stretch);
  };
}

/** A unit that is typically absent and shown for a moment, or the other way round, is neither in the stretch as a whole. */
function undecided(item: EvidenceItem, all: readonly EvidenceItem[], stretch: TimeWindow): EvidenceItem {
  if (item.value.type !== "action-unit" || item.value.presence !== "absent") return item;
  const [highest] = itemsWithin(
    all.filter(({ id }) => id === item.id),
    stretch,
  );
  const isShown = highest?.value.type === "action-unit" && highest.value.presence !== "absent";
  return isShown ? { ...item, value: { ...item.value, presence: "uncertain" } } : item;
}

/** What is known of a face in a whole clip, or in a window of it, as if it were an image: action units as they are at their highest. */
export function withEverything(view: EvidenceView, faceId: string, window: TimeWindow | null = null): EvidenceView {
  const within = withItems(view, faceId, (items) => itemsWithin(items, window));
  return window === null ? within : withHeard(within, window);
}

function withItems(
  view: EvidenceView,
  faceId: string,
  change: (items: readonly EvidenceItem[]) => EvidenceItem[],
): EvidenceView {
  const own = change(view.ofFace(faceId));
  const items = [...view.items.filter((item) => item.faceId !== faceId), ...own];
  return { ...view, items, ofFace: (id) => (id === faceId ? own : view.ofFace(id)) };
}
