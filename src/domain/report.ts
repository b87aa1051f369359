import { z } from "zod";
import { EvidenceItem } from "./evidence.ts";
import { Grounding } from "./grounding.ts";
import { Judgment } from "./judgment.ts";
import { LabelSets } from "./label-sets.ts";
import { Face, ToolboxId } from "./measurement.ts";
import { RecordedReplies } from "./recorded-replies.ts";
import { JudgeReference, Panel, SelfConsistency } from "./several-judges.ts";
import { TokenUse } from "./token-use.ts";

/** One step of the conversation with the model, as it happened. */
export const TraceStep = z.strictObject({
  /** `model` answered, a `tool` answered, or the pipeline `complained` and asked again. */
  type: z.enum(["model", "tool", "complaint"]),
  /** Tool name, or the model id. */
  name: z.string(),
  /** Tool arguments as JSON, `null` for other steps. */
  input: z.string().nullable(),
  /** What came back, as text. Images are named, not included. */
  output: z.string(),
  /** Since the conversation began; `null` in reports from before this was kept. */
  startedMs: z.number().nullable().default(null),
  durationMs: z.number().nullable(),
  /** Of a model's answer, where its server counts them. */
  tokens: TokenUse.nullable().default(null),
  /** Captions of the images that a tool returned. */
  images: z.array(z.string()).default([]),
  /** Whose conversation it belongs to where there were several, e.g. `sample 2` or `rules`. */
  of: z.string().exactOptional(),
});
export type TraceStep = z.infer<typeof TraceStep>;

/** A prompt or tool description file, as it was used. */
export const PromptReference = z.strictObject({ id: z.string(), version: z.string(), sha256: z.string() });
export type PromptReference = z.infer<typeof PromptReference>;

/** Which published bytes a network stands for, and on what it ran where that is not the processor. */
export const NetworkReference = z.strictObject({ id: z.string(), sha256: z.string(), device: z.string().optional() });
export type NetworkReference = z.infer<typeof NetworkReference>;

/** What one server was sent in one judgment, all attempts included. */
export const Sent = z.strictObject({
  server: z.string(),
  requests: z.number(),
  /** Of all requests together: images and words go along with every turn of a conversation. */
  bytes: z.number(),
  /** Each image once, with a small copy of it as a `data:` address. */
  images: z.array(
    z.strictObject({
      caption: z.string(),
      widthPx: z.number(),
      heightPx: z.number(),
      bytes: z.number(),
      /** `null` when the image is damaged, and of a clip. */
      thumbnail: z.string().nullable(),
    }),
  ),
});
export type Sent = z.infer<typeof Sent>;

/** What must be known to repeat this judgment. */
export const Provenance = z.strictObject({
  kuleshovVersion: z.string(),
  createdAt: z.string(),
  image: z.strictObject({ path: z.string(), sha256: z.string(), widthPx: z.number(), heightPx: z.number() }),
  question: z.string(),
  context: z.string().nullable(),
  /** The labels that were given to choose from, `null` when they were left open. */
  labels: z.array(z.string()).nullable(),
  /** Of a panel, `panel of <ids>` with what its judges have in common. */
  model: JudgeReference,
  prompts: z.array(PromptReference),
  toolboxes: z.array(z.strictObject({ id: ToolboxId, networks: z.array(NetworkReference) })),
  /** What looked at the scene around the faces; empty when nothing did. */
  observers: z.array(z.strictObject({ id: z.string(), networks: z.array(NetworkReference) })),
  /** Ids of the exemplars shown before the query, in order. */
  exemplars: z.array(z.string()),
  timingsMs: z.strictObject({
    decode: z.number(),
    measure: z.number(),
    observe: z.number(),
    judge: z.number(),
    total: z.number(),
  }),
  /** Empty when no server was asked; also in reports from before this was kept. */
  sent: z.array(Sent).default([]),
  tokens: TokenUse,
  /** When the answer was given, where it was kept from before and nothing was asked for it now. */
  keptSince: z.string().optional(),
});
export type Provenance = z.infer<typeof Provenance>;

/** How a clip was looked at. */
export const ClipInReport = z.strictObject({
  /** Frames per second that were asked for, how many were measured, and when the last of them is shown. */
  fps: z.number(),
  frames: z.int().min(1),
  untilS: z.number(),
  /** When another shot begins. */
  cutsS: z.array(z.number()),
  /** The frames that tell most, which models that see are shown, and what each was chosen for. */
  shown: z.array(z.strictObject({ frame: z.int().min(0), timeS: z.number(), why: z.string() })),
  /** The one that stands for the clip where there is room for one image, and who is in it. */
  keyFrame: z.int().min(0),
  inKeyFrame: z.array(z.string()),
  /** The probability of each label frame by frame, person by person; left out in reports from before this was kept. */
  expressions: z
    .array(
      z.strictObject({
        ...{ faceId: z.string(), source: z.string(), label: z.string() },
        samples: z.array(z.strictObject({ timeS: z.number(), value: z.number() })),
      }),
    )
    .exactOptional(),
});
export type ClipInReport = z.infer<typeof ClipInReport>;

/** Judgment + evidence + grounding + provenance: everything `ask --json` prints. */
export const Report = z.strictObject({
  judgment: Judgment,
  evidence: z.array(EvidenceItem),
  faces: z.array(Face),
  grounding: Grounding,
  trace: z.array(TraceStep),
  warnings: z.array(z.string()),
  provenance: Provenance,
  /** Where several samples of one model were asked for. */
  samples: SelfConsistency.exactOptional(),
  /** Where several judges were asked for. */
  panel: Panel.exactOptional(),
  /** Where a clip was asked about. */
  clip: ClipInReport.exactOptional(),
  /** Where a level was asked for that the labels are to hold at. */
  labelSets: LabelSets.exactOptional(),
  /** What the models that were asked replied, word for word, so that `replay:` can ask again without them. */
  replies: z.array(RecordedReplies).exactOptional(),
});
export type Report = z.infer<typeof Report>;
