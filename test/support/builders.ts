import type { EvidenceItem } from "../../src/domain/evidence.ts";
import { createEvidenceLedger, type EvidenceLedger } from "../../src/domain/evidence-ledger.ts";
import type { Cue, Judgment, Reading, SubjectJudgment } from "../../src/domain/judgment.ts";
import type { ActionUnitMeasurement, Face, FaceMeasurement, Scale, Side } from "../../src/domain/measurement.ts";
import { presenceOf } from "../../src/domain/presence.ts";

/** An item before the ledger gives it an id. */
export type NewEvidence = Omit<EvidenceItem, "id">;

export interface MeasuredBy {
  faceId?: string;
  toolbox?: string;
  scale?: Scale;
  weight?: number | null;
}

/** `"AU12"` is the whole face, `"AU12:left"` the subject's left half. */
function auAndSide(key: string): { au: string; side: Side } {
  const [au = key, side] = key.split(":");
  return { au, side: side === "left" || side === "right" ? side : "both" };
}

/** Measurements of one toolbox on one scale: `actionUnits({ AU12: 0.93, "AU14:left": 0.1 })`. */
export function actionUnits(values: Readonly<Record<string, number>>, by: MeasuredBy = {}): ActionUnitMeasurement[] {
  return Object.entries(values).map(([key, value]) => ({
    ...auAndSide(key),
    value,
    scale: by.scale ?? "probability",
    estimated: true,
    weight: by.weight ?? null,
    toolbox: by.toolbox ?? "mesh@5",
  }));
}

/** The same measurements as ledger items: `faceEvidence({ AU12: 0.93 })`. */
export function faceEvidence(values: Readonly<Record<string, number>>, by: MeasuredBy = {}): NewEvidence[] {
  return actionUnits(values, by).map(({ au, side, value, scale, weight, toolbox }) => ({
    kind: "action-unit",
    faceId: by.faceId ?? "F1",
    region: null,
    statement: `${au} (${side}) is ${value} on ${scale}`,
    value: { type: "action-unit", au, side, value, scale, presence: presenceOf({ value, scale, weight }), weight },
    source: { type: "toolbox", name: toolbox },
  }));
}

/** One classifier's distribution as a ledger item: `expressionEvidence({ happiness: 0.9, neutral: 0.1 })`. */
export function expressionEvidence(
  distribution: Readonly<Record<string, number>>,
  by: { faceId?: string; source?: string } = {},
): NewEvidence {
  return {
    kind: "expression",
    faceId: by.faceId ?? "F1",
    region: null,
    statement: "The expression network's distribution",
    value: {
      type: "distribution",
      distribution: Object.entries(distribution).map(([label, probability]) => ({ label, probability })),
    },
    source: { type: "network", name: by.source ?? "face-api-expression@1.7.15" },
  };
}

export function notSupportedEvidence(aus: readonly string[], by: MeasuredBy = {}): NewEvidence {
  return {
    kind: "not-supported",
    faceId: by.faceId ?? "F1",
    region: null,
    statement: `${by.toolbox ?? "mesh@5"} cannot measure ${aus.join(", ")}`,
    value: { type: "not-supported", actionUnits: [...aus] },
    source: { type: "toolbox", name: by.toolbox ?? "mesh@5" },
  };
}

export function foundFaceEvidence(faceId = "F1"): NewEvidence {
  return {
    kind: "face",
    faceId,
    region: { leftPx: 0, topPx: 0, widthPx: 200, heightPx: 200 },
    statement: `${faceId} is a face`,
    value: { type: "quantity", value: 0.98, unit: "probability" },
    source: { type: "toolbox", name: "mesh@5" },
  };
}

export function qualityEvidence(values: Readonly<Record<string, number>>, faceId = "F1"): NewEvidence {
  return {
    kind: "quality",
    faceId,
    region: null,
    statement: "How far the face can be trusted",
    value: {
      type: "quantities",
      values: Object.entries(values).map(([name, value]) => ({ name, value, unit: name.endsWith("Px") ? "px" : "" })),
    },
    source: { type: "toolbox", name: "mesh@5" },
  };
}

/** Context that the user gave in words. */
export function contextEvidence(text: string): NewEvidence {
  return {
    kind: "context-text",
    faceId: null,
    region: null,
    statement: text,
    value: { type: "text", text },
    source: { type: "user", name: "user" },
  };
}

/** Something that a model noted about the scene, or about one face. */
export function observationEvidence(text: string, faceId: string | null = null): NewEvidence {
  return {
    kind: "observation",
    faceId,
    region: null,
    statement: text,
    value: { type: "text", text },
    source: { type: "model", name: "openai:test" },
  };
}

/** Something that networks found in the scene: `findingEvidence("object", "cake")`. */
export function findingEvidence(
  kind: "object" | "posture" | "relation",
  name: string,
  more: { faceId?: string | null; confidence?: number; to?: string[] } = {},
): NewEvidence {
  const { faceId = kind === "object" ? null : "F1", confidence = 0.6, to = [] } = more;
  return {
    kind,
    faceId,
    region: { leftPx: 10, topPx: 20, widthPx: 30, heightPx: 40 },
    statement: `${faceId ?? "The scene"}: ${name}`,
    value: { type: "finding", name, confidence, to, measures: [] },
    source: { type: "network", name: "human-centernet@3.3.6" },
  };
}

/** A face that one toolbox measured: `face({ AU12: 0.93 })`. */
export function face(values: Readonly<Record<string, number>> = {}, by: MeasuredBy = {}): Face {
  const box = { leftPx: 10, topPx: 10, widthPx: 200, heightPx: 200 };
  const measurement: FaceMeasurement = {
    toolbox: by.toolbox ?? "mesh@5",
    box,
    score: 0.98,
    landmarks: null,
    quality: null,
    headPose: null,
    gaze: null,
    eyeOpenness: null,
    actionUnits: actionUnits(values, by),
    expressions: [],
  };
  return { faceId: by.faceId ?? "F1", box, measurements: [measurement] };
}

/** A ledger with these items in this order, and a face for every face id they name. */
export function ledgerOf(...items: readonly (NewEvidence | readonly NewEvidence[])[]): EvidenceLedger {
  const flat = items.flat();
  const faceIds = new Set(flat.map((item) => item.faceId).filter((id) => id !== null));
  const ledger = createEvidenceLedger([...faceIds].sort().map((faceId) => face({}, { faceId })));
  for (const item of flat) ledger.add(item);
  return ledger;
}

/** A reading: `reading({ happiness: 0.9, neutral: 0.1 })`. */
export function reading(distribution: Readonly<Record<string, number>>): Reading {
  return {
    distribution: Object.entries(distribution).map(([label, probability]) => ({ label, probability, novel: false })),
    valence: null,
    arousal: null,
    abstention: null,
  };
}

export function abstained(reason = "Nothing is known about it"): Reading {
  return { distribution: [], valence: null, arousal: null, abstention: reason };
}

/** `cue("The lip corners are raised", { evidenceIds: ["E1"] })` speaks for happiness. */
export function cue(statement: string, parts: Partial<Omit<Cue, "statement">> = {}): Cue {
  return {
    statement,
    claimType: "perceived",
    label: "happiness",
    direction: "for",
    actionUnits: [],
    evidenceIds: [],
    ...parts,
  };
}

export function subject(parts: Partial<SubjectJudgment> = {}): SubjectJudgment {
  return {
    faceId: "F1",
    faceOnly: reading({ happiness: 0.9, neutral: 0.1 }),
    contextOnly: abstained("No context was given"),
    integrated: reading({ happiness: 0.9, neutral: 0.1 }),
    cues: [],
    congruence: {
      verdict: "not assessable",
      kind: null,
      statement: "There is no context to compare with",
      evidenceIds: [],
    },
    appraisals: [],
    alternatives: [],
    ...parts,
  };
}

/** A judgment with one subject per argument, or one plain subject: `judgment(subject({ cues: [cue("...")] }))`. */
export function judgment(...subjects: SubjectJudgment[]): Judgment {
  return {
    answer: "The person is perceived as happy.",
    subjects: subjects.length === 0 ? [subject()] : subjects,
  };
}
