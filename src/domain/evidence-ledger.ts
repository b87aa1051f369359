import type { EvidenceItem, EvidenceKind, NewEvidence } from "./evidence.ts";
import type { Face } from "./measurement.ts";

/**
 * The list of everything a judgment may cite. It grows (the agent measures and observes) and never forgets or changes
 * an item, so an id means the same thing for as long as the report lives.
 */
export interface EvidenceLedger extends EvidenceQueries {
  /** Adds an item and gives it the next id. The same fact from the same source keeps its first id. */
  add(item: NewEvidence): EvidenceItem;
  /** The faces found in the image, left to right. */
  faces(): readonly Face[];
  face(faceId: string): Face | undefined;
}

interface EvidenceQueries {
  get(id: string): EvidenceItem | undefined;
  items(): readonly EvidenceItem[];
  ofFace(faceId: string, kind?: EvidenceKind): readonly EvidenceItem[];
  /** Items of a kind, about any face or none. */
  ofKind(kind: EvidenceKind): readonly EvidenceItem[];
}

export function createEvidenceLedger(faces: readonly Face[]): EvidenceLedger {
  const items: EvidenceItem[] = [];
  const known = new Map<string, EvidenceItem[]>();
  return {
    ...queriesOf(() => items),
    add(item) {
      // What says the same in words is rare, so only that is compared as a whole.
      const alike = known.get(item.statement) ?? [];
      const earlier = alike.find((each) => factOf(each) === factOf(item));
      if (earlier !== undefined) return earlier;
      const entry: EvidenceItem = { id: `E${items.length + 1}`, ...item };
      items.push(entry);
      known.set(item.statement, [...alike, entry]);
      return entry;
    },
    faces: () => faces,
    face: (faceId) => faces.find((face) => face.faceId === faceId),
  };
}

/**
 * A ledger for one of several judges, with the items that all of them know. What is added enters the ledger too, so that an
 * id means one thing in all of them, and only whoever added it sees it.
 */
export function forkedLedger(ledger: EvidenceLedger, known: readonly EvidenceItem[]): EvidenceLedger {
  const seen = new Set(known.map(({ id }) => id));
  return {
    ...ledger,
    ...queriesOf(() => ledger.items().filter(({ id }) => seen.has(id))),
    add(item) {
      const entry = ledger.add(item);
      seen.add(entry.id);
      return entry;
    },
  };
}

function queriesOf(items: () => readonly EvidenceItem[]): EvidenceQueries {
  return {
    items,
    get: (id) => items().find((item) => item.id === id),
    ofFace: (faceId, kind) =>
      items().filter((item) => item.faceId === faceId && (kind === undefined || item.kind === kind)),
    ofKind: (kind) => items().filter((item) => item.kind === kind),
  };
}

function factOf({ kind, faceId, region, value, source, time }: NewEvidence): string {
  return JSON.stringify([kind, faceId, region, value, source, time]);
}
