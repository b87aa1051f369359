import { z } from "zod";
import { ModelCapabilities } from "./model-probe.ts";
import { TokenUse } from "./token-use.ts";

const Sha256 = z.string().regex(/^[0-9a-f]{64}$/);

/** What of a request decides its reply. Of each part only the hash: what differs can be named, and nothing be read. */
export const RecordedRequest = z.strictObject({
  system: Sha256,
  /** Tools, and the schema of the answer. */
  form: Sha256,
  images: Sha256,
  /** All that was said, by either side. */
  words: Sha256,
  temperature: z.number().nullable(),
  seed: z.number().nullable(),
});
export type RecordedRequest = Readonly<z.infer<typeof RecordedRequest>>;

const Call = { id: z.string(), name: z.string() };

/** All replies of one model to one question, in their order, with which the question can be asked again without it. */
export const RecordedReplies = z.strictObject({
  model: z.string(),
  /** What the model was found to do, as requests are made by it. */
  capabilities: ModelCapabilities,
  replies: z.array(
    z.strictObject({
      request: RecordedRequest,
      reply: z.strictObject({
        text: z.string(),
        calls: z.array(z.strictObject({ ...Call, args: z.record(z.string(), z.unknown()) })),
        malformedCalls: z.array(z.strictObject({ ...Call, written: z.string() })),
        tokens: TokenUse,
        fingerprint: z.string().nullable(),
      }),
    }),
  ),
});
export type RecordedReplies = z.infer<typeof RecordedReplies>;
