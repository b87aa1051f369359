import type { EvidenceItem } from "../../domain/evidence.ts";
import { evidenceLines } from "../../evidence/render-evidence.ts";

/** Items of the scene as a model reads them; where there are none, that nobody looked, which is no absence. */
export function sceneText(items: readonly EvidenceItem[], what: string): string {
  if (items.length > 0) return evidenceLines(items);
  return `${what}: the ledger has nothing about it, as nobody looked. That does not mean that there is nothing.`;
}
