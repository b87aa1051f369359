import { z } from "zod";
import { PixelBox } from "./geometry.ts";
import { LabelProbability } from "./labels.ts";
import { ActionUnitName, FaceId, Presence, Scale, Side } from "./measurement.ts";

export const EvidenceKind = z.enum([
  "face",
  "quality",
  "head-pose",
  "gaze",
  "eye-openness",
  "action-unit",
  "expression",
  /** Something that happens over time in a clip: a rise and fall, a blink, a nod, a look. */
  "episode",
  "not-supported",
  "context-text",
  /** Something that somebody says, by a transcript. It is about no face, also where it is known who says it. */
  "utterance",
  /** What is measured of sound: speech, pitch, loudness, or that there is none. It is about no face, also where it is known whose. */
  "voice",
  "observation",
  "object",
  "posture",
  /** Who is near whom, who looks where. */
  "relation",
  "consensus",
  /** Words and the face of who says them that do not go together. */
  "contradiction",
  /** What rules over action units make of a face: derived from its measurements, never one itself. */
  "facs-rule",
  "exemplar",
]);
export type EvidenceKind = z.infer<typeof EvidenceKind>;

/** What is measured of a voice. */
export const VoiceMeasure = z.enum([
  "speech",
  "pitch",
  "pitch above own",
  "pitch range",
  "pitch slope",
  "loudness",
  "loudness above own",
  "loudness variation",
  "syllable rate",
  "syllable rate to own",
  "harmonicity",
  "pauses",
  "typical pause",
]);
export type VoiceMeasure = z.infer<typeof VoiceMeasure>;

/** What was found, in a form that a program can check. Absence has values of its own and is never a zero. */
export const EvidenceValue = z.union([
  z.strictObject({
    type: z.literal("action-unit"),
    au: ActionUnitName,
    side: Side,
    value: z.number(),
    scale: Scale,
    presence: Presence,
    weight: z.number().nullable(),
  }),
  /** One action unit of a person through a clip, frame by frame; frames in which it was not measured are left out. */
  z.strictObject({
    type: z.literal("timeline"),
    au: ActionUnitName,
    side: Side,
    scale: Scale,
    samples: z
      .array(
        z.strictObject({ timeS: z.number(), value: z.number(), presence: Presence, weight: z.number().nullable() }),
      )
      .min(1),
  }),
  z.strictObject({ type: z.literal("distribution"), distribution: z.array(LabelProbability) }),
  /** How like an example, or what many have in common, the measured faces are, each 0..1. */
  z.strictObject({
    type: z.literal("likeness"),
    category: z.string().min(1),
    /** Whether it was labelled as what the category is not. */
    isNot: z.boolean(),
    faces: z.array(z.strictObject({ faceId: FaceId, similarity: z.number().min(0).max(1) })).min(1),
  }),
  z.strictObject({ type: z.literal("quantity"), value: z.number(), unit: z.string() }),
  z.strictObject({
    type: z.literal("quantities"),
    /** Of an episode, what rises and falls: `AU12`, `happiness`. */
    of: z.string().min(1).exactOptional(),
    values: z.array(z.strictObject({ name: z.string(), value: z.number(), unit: z.string() })),
  }),
  /** Something of a known name that was found in the scene: an object, a posture, a relation between people. */
  z.strictObject({
    type: z.literal("finding"),
    /** `wine glass`, `arms raised`, `looks at`. */
    name: z.string().min(1),
    /** 0..1, from the scores of the network and how clearly the thresholds are passed; not a calibrated probability. */
    confidence: z.number().min(0).max(1),
    /** What it relates to: face ids, the name of an object, a part of the face. */
    to: z.array(z.string().min(1)),
    measures: z.array(z.strictObject({ name: z.string(), value: z.number(), unit: z.string() })),
  }),
  /** Places in source pixels with the network's score for each, 0..1. */
  z.strictObject({
    type: z.literal("points"),
    points: z.array(z.strictObject({ name: z.string(), xPx: z.number(), yPx: z.number(), score: z.number() })),
  }),
  z.strictObject({ type: z.literal("text"), text: z.string() }),
  z.strictObject({
    type: z.literal("utterance"),
    text: z.string().min(1),
    /** As the transcript names them; `null` where it names nobody. */
    speaker: z.string().min(1).nullable(),
    /** The face that says it, `null` where that is not known. */
    spokenBy: FaceId.nullable(),
    /** By what: the transcript, or the user, says whose name it is, or these lips move while it is said. */
    knownBy: z.enum(["name", "lips"]).nullable(),
  }),
  z.strictObject({
    type: z.literal("voice"),
    /** The face whose voice it is, `null` where that is not known; by what, as of utterances. */
    spokenBy: FaceId.nullable(),
    knownBy: z.enum(["name", "lips"]).nullable(),
    /** Those that end in `above own` or `to own` compare with the same voice throughout the clip. */
    measures: z.array(z.strictObject({ name: VoiceMeasure, value: z.number(), unit: z.string() })).min(1),
  }),
  z.strictObject({
    type: z.literal("contradiction"),
    spokenBy: FaceId,
    /** What the words say of how it is for their speaker; the face is read as the other. */
    words: z.enum(["pleasant", "unpleasant"]),
    /** Of the reading of the face, what speaks for that other side, 0..1. */
    share: z.number().min(0).max(1),
    /** The words first, then what was measured of the face. */
    evidenceIds: z.array(z.string()).min(2),
  }),
  z.strictObject({ type: z.literal("not-supported"), actionUnits: z.array(ActionUnitName) }),
  z.strictObject({
    type: z.literal("not-measured"),
    reason: z.string(),
    /** Of a clip, what cannot be told of it: what its frames come too slowly for (`blinks`), or `mutual gaze`. */
    what: z.array(z.string().min(1)).min(1).exactOptional(),
  }),
]);
export type EvidenceValue = z.infer<typeof EvidenceValue>;

/** Of a clip, how often two people look toward each other. */
export const MUTUAL_GAZE_UNIT = "share of the frames in which it could be told";

/** From which score on a point counts as seen; below, a network guesses. MoveNet's authors draw from 0.2 to 0.3 on. */
export const POINT_SEEN_FROM = 0.3;

/** From when to when in a clip, seconds from its start, both ends included. */
export const TimeWindow = z.strictObject({ fromS: z.number(), toS: z.number() });
export type TimeWindow = z.infer<typeof TimeWindow>;

/** Who says so. */
export const EvidenceSource = z.strictObject({
  type: z.enum(["toolbox", "network", "model", "user", "store"]),
  /** With version where there is one: `mesh@5`, `openai:gpt-4.1`, `user`. */
  name: z.string().min(1),
});
export type EvidenceSource = z.infer<typeof EvidenceSource>;

/** One thing that a claim can cite. */
export const EvidenceItem = z.strictObject({
  /** `E1`, `E2`, ... in the order of entry. */
  id: z.string().regex(/^E[1-9][0-9]*$/),
  kind: EvidenceKind,
  /** The face it is about, `null` when it is about the scene or was given. */
  faceId: z.string().nullable(),
  region: PixelBox.nullable(),
  /** One plain sentence. */
  statement: z.string().min(1),
  value: EvidenceValue,
  source: EvidenceSource,
  /** Of a clip, when it holds; left out for what holds all the time, and for images. */
  time: TimeWindow.exactOptional(),
});
export type EvidenceItem = z.infer<typeof EvidenceItem>;

/** An item before the ledger gives it an id. */
export const NewEvidence = EvidenceItem.omit({ id: true });
export type NewEvidence = z.infer<typeof NewEvidence>;

/** The unit of the quantity by which evidence tells the closest FACS prototype. */
export const PROTOTYPE_UNIT = "agreement index 0..1";

/** From here on a face counts as showing a prototype: more of both sets is shared than not, as in two of three units. */
export const PROTOTYPE_FROM = 0.66;
