import type { EvidenceItem, EvidenceKind } from "./evidence.ts";
import type { Face } from "./measurement.ts";

/**
 * The list of everything a judgment may cite. It grows (the agent measures and observes) and never forgets or changes
 * an item, so an id means the same thing for as long as the report lives.
 */
export interface EvidenceLedger {
  /** Adds an item and gives it the next id. The same fact from the same source keeps its first id. */
  add(item: Omit<EvidenceItem, "id">): EvidenceItem;
  get(id: string): EvidenceItem | undefined;
  items(): readonly EvidenceItem[];
  ofFace(faceId: string, kind?: EvidenceKind): readonly EvidenceItem[];
  /** Items of a kind, about any face or none. */
  ofKind(kind: EvidenceKind): readonly EvidenceItem[];
  /** The faces found in the image, left to right. */
  faces(): readonly Face[];
  face(faceId: string): Face | undefined;
}

export function createEvidenceLedger(faces: readonly Face[]): EvidenceLedger {
  const items: EvidenceItem[] = [];
  const known = new Map<string, EvidenceItem>();
  return {
    add(item) {
      const key = JSON.stringify([item.kind, item.faceId, item.region, item.statement, item.value, item.source]);
      const earlier = known.get(key);
      if (earlier !== undefined) return earlier;
      const entry: EvidenceItem = { id: `E${items.length + 1}`, ...item };
      items.push(entry);
      known.set(key, entry);
      return entry;
    },
    get: (id) => items.find((item) => item.id === id),
    items: () => items,
    ofFace: (faceId, kind) =>
      items.filter((item) => item.faceId === faceId && (kind === undefined || item.kind === kind)),
    ofKind: (kind) => items.filter((item) => item.kind === kind),
    faces: () => faces,
    face: (faceId) => faces.find((face) => face.faceId === faceId),
  };
}
