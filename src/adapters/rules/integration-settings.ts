import { z } from "zod";
import type { LabelProbability } from "../../domain/labels.ts";
import { poolPrior } from "../../facs/expression-pool.ts";
import { knowledgeFile } from "../../facs/knowledge-file.ts";

const Share = z.number().min(0).max(1);

const IntegrationSettings = z.strictObject({
  about: z.string(),
  sourceWeights: z.strictObject({ expression: z.number().positive(), rules: z.number().positive() }),
  disagreementWidens: Share,
  poorQualityWidens: Share,
  exemplarMatch: z.strictObject({ half: Share, width: z.number().positive() }),
  contextWidens: Share,
  shownAs: z.record(z.string(), z.record(z.string(), Share)),
  kindStrength: z.record(z.string(), Share),
  /** A face narrower than this is not read. */
  minimumFacePx: z.number(),
  /** Nor is one whose overall quality is below this. */
  minimumQuality: Share,
});

/** `models/rules/integration.json`: how sources are weighed that the fitted pool does not know, and cues of the context. */
export const integrationSettings = knowledgeFile(["rules", "integration.json"], IntegrationSettings);

/** p(e): what is assumed before anything is seen, and what integration divides by, once. */
export function priorDistribution(): LabelProbability[] {
  return poolPrior();
}
