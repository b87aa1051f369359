import { z } from "zod";
import type { EvidenceItem } from "../../domain/evidence.ts";
import { APPRAISAL_DIMENSIONS } from "../../domain/judgment.ts";
import { BASIC_LABELS } from "../../domain/labels.ts";
import { knowledgeFile } from "../../facs/knowledge-file.ts";
import type { FoundCue } from "../../situations/word-table.ts";

const SceneCue = z.strictObject({
  id: z.string().min(1),
  says: z.string().min(1),
  objects: z.array(z.string().min(1)),
  postures: z.array(z.string().min(1)),
  likelihood: z.partialRecord(z.enum(BASIC_LABELS), z.number().positive()),
  appraisals: z.partialRecord(z.enum(APPRAISAL_DIMENSIONS), z.number().min(-1).max(1)),
});

/** `models/rules/scene-cues.json`: what objects and postures tell of a situation. */
export const sceneCueTable = knowledgeFile(
  ["rules", "scene-cues.json"],
  z.strictObject({
    about: z.string(),
    sureFrom: z.number().positive().max(1),
    objectsFrom: z.number().min(0).max(1),
    saysFrom: z.number().min(1),
    cues: z.array(SceneCue).min(1),
  }),
);

/** The situation that something found in the scene tells of; `undefined` when the table knows none or it is too unsure. */
export function findSceneCue({ kind, value }: EvidenceItem): FoundCue | undefined {
  if (value.type !== "finding") return undefined;
  const { cues, sureFrom, objectsFrom } = sceneCueTable();
  if (kind === "object" && value.confidence < objectsFrom) return undefined;
  const found = cues.find(({ objects, postures }) => {
    return (kind === "object" && objects.includes(value.name)) || (kind === "posture" && postures.includes(value.name));
  });
  if (found === undefined) return undefined;
  const { objects, postures, ...cue } = found;
  return {
    cue: { ...cue, words: [...objects, ...postures], opposite: null },
    strength: Math.min(1, value.confidence / sureFrom),
    words: value.name,
  };
}
