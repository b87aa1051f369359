import { z } from "zod";
import { BASIC_LABELS, type LabelProbability } from "../../domain/labels.ts";
import { poolPrior } from "../../facs/expression-pool.ts";
import { knowledgeFile } from "../../facs/knowledge-file.ts";

const Share = z.number().min(0).max(1);

const IntegrationSettings = z.strictObject({
  about: z.string(),
  sourceWeights: z.strictObject({ expression: z.number().positive(), rules: z.number().positive() }),
  disagreementWidens: Share,
  poorQualityWidens: Share,
  exemplarMatch: z.strictObject({ half: Share, width: z.number().positive() }),
  exemplarContrast: z.strictObject({ bias: z.number(), like: z.number(), nearer: z.number() }),
  exemplarSay: Share,
  contextWidens: Share,
  contextPrior: z.record(z.enum(BASIC_LABELS), z.number().positive().max(1)),
  shownAs: z.record(z.string(), z.record(z.string(), Share)),
  kindStrength: z.record(z.string(), Share),
  /** A face narrower than this is not read. */
  minimumFacePx: z.number(),
  /** Nor is one whose overall quality is below this. */
  minimumQuality: Share,
});

/** `models/rules/integration.json`: how sources are weighed that the fitted pool does not know, and cues of the context. */
export const integrationSettings = knowledgeFile(["rules", "integration.json"], IntegrationSettings);

/** What the situation reader says of situations at large: what integration divides by, once. */
export function expectedAtLarge(): LabelProbability[] {
  const { contextPrior } = integrationSettings();
  return BASIC_LABELS.map((label) => ({ label, probability: contextPrior[label] }));
}

/** p(e) of faces: what is assumed of a face before anything is seen. */
export function priorDistribution(): LabelProbability[] {
  return poolPrior();
}
