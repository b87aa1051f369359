/** Packs that ship, by their names: `fewshot/<name>.jsonl`. Also what the studio's page offers, which reads no folder. */
export const STARTER_PACKS: readonly string[] = ["smiles", "posed-faces", "near-misses"];
