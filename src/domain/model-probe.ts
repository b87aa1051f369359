import { z } from "zod";
import { TokenUse } from "./token-use.ts";

/**
 * How a server holds an answer to a schema: also in a request that offers tools, only in one without tools, as the
 * arguments of one more tool, or not at all.
 */
export const StructuredOutput = z.enum(["beside-tools", "without-tools", "as-tool", "none"]);
export type StructuredOutput = z.infer<typeof StructuredOutput>;

/** What a server does for one model: as it declares or was seen to do, until it turns something down. */
export const ModelCapabilities = z.strictObject({
  tools: z.boolean(),
  vision: z.boolean(),
  /** Whether one request may hold more than one image. */
  severalImages: z.boolean(),
  /** Whether it sees images that come after the results of tools. */
  imagesAfterTools: z.boolean(),
  /** Whether it takes clips as video; left out where its protocol has no way to send one. */
  video: z.boolean().exactOptional(),
  structuredOutput: StructuredOutput,
  /** Tokens that a conversation may have, its answer included; `null` when nobody says. */
  contextTokens: z.number().nullable(),
});
export type ModelCapabilities = Readonly<z.infer<typeof ModelCapabilities>>;

export const ProbedFeature = z.enum([
  "structured output",
  "vision",
  "several images",
  "video",
  "tools",
  "parallel calls",
  "images of tools",
  "context length",
]);
export type ProbedFeature = z.infer<typeof ProbedFeature>;

/** One thing that was tried on an engine. */
export const ProbeCheck = z.strictObject({
  feature: ProbedFeature,
  /** `fails`: taken, and nothing came of it. `refused`: turned down. `untried`: the engine says no, or no call was left. */
  outcome: z.enum(["works", "fails", "refused", "untried"]),
  /** What the engine did, one phrase. */
  engine: z.string(),
});
export type ProbeCheck = z.infer<typeof ProbeCheck>;

/** What an engine was seen to do, in a few calls with material of our own. */
export const ModelProbe = z.strictObject({
  model: z.string(),
  checks: z.array(ProbeCheck),
  capabilities: ModelCapabilities,
  /** Requests that it took. */
  calls: z.number(),
  tokens: TokenUse,
  /** Characters of evidence to a token; `null` when the server counts none. */
  charactersPerToken: z.number().nullable(),
  /** Tokens of an image as large as an ask shows it; `null` when it sees none or counts none. */
  imageTokens: z.number().nullable(),
});
export type ModelProbe = z.infer<typeof ModelProbe>;
