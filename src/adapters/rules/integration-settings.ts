import { z } from "zod";
import { BASIC_LABELS, type LabelProbability } from "../../domain/labels.ts";
import { knowledgeFile } from "../../facs/knowledge-file.ts";

const Share = z.number().min(0).max(1);

const IntegrationSettings = z.strictObject({
  about: z.string(),
  prior: z.strictObject(Object.fromEntries(BASIC_LABELS.map((label) => [label, z.number().positive()]))),
  witnessWeights: z.strictObject({ expression: z.number().positive(), rules: z.number().positive() }),
  disagreementWidens: Share,
  poorQualityWidens: Share,
  exemplarShare: Share,
  contextWidens: Share,
  kindStrength: z.record(z.string(), Share),
  /** A face narrower than this is not read. */
  minimumFacePx: z.number(),
  /** Nor is one whose overall quality is below this. */
  minimumQuality: Share,
});
export type IntegrationSettings = z.infer<typeof IntegrationSettings>;

/** `models/rules/integration.json`: the prior and how witnesses are weighed. */
export const integrationSettings = knowledgeFile(["rules", "integration.json"], IntegrationSettings);

/** p(e): what is assumed before anything is seen. */
export function priorDistribution(): LabelProbability[] {
  const { prior } = integrationSettings();
  return Object.entries(prior).map(([label, probability]) => ({ label, probability: Number(probability) }));
}
