import { type EvidenceItem, type NewEvidence, PROTOTYPE_UNIT } from "../domain/evidence.ts";
import type { ActionUnitMeasurement, Face, FaceMeasurement, Scale } from "../domain/measurement.ts";
import { ACTIVATION_MAPPING, activationVectors } from "../facs/activation.ts";
import { type CompoundMatch, matchCompounds } from "../facs/compound-emotions.ts";
import { type RuleScore, scoreRules } from "../facs/emotion-rules.ts";
import { type PainScore, painScore } from "../facs/pain.ts";
import { bestPrototype, type PrototypeMatch, prototypeText } from "../facs/prototypes.ts";
import { readSmiles, type SmileReading } from "../facs/smile-types.ts";

/** A rule that fits less than this is left out of the sentence; its score is in the value. */
const WORTH_SAYING = 0.3;

/**
 * What FACS knowledge makes of a face, one group of items for each toolbox and scale: emotion rules, compound emotions,
 * smile types and pain. They are derived from the action units and say so; nothing measured is counted twice by them.
 */
export function facsEvidence(face: Face): NewEvidence[] {
  return face.measurements.flatMap(readFacs).flatMap((reading) => {
    const over = `over action units (${reading.scale})`;
    const item = (statement: string, value: EvidenceItem["value"]): NewEvidence => ({
      kind: "facs-rule",
      faceId: face.faceId,
      region: null,
      statement,
      value,
      source: { type: "toolbox", name: reading.toolbox },
    });
    return [
      ...emotionItem(reading, over, item),
      ...prototypeItem(reading, over, item),
      ...compoundItem(reading, over, item),
      ...smileItem(reading, over, item),
      ...painItem(reading, over, item),
    ];
  });
}

type MakeItem = (statement: string, value: EvidenceItem["value"]) => NewEvidence;

function emotionItem({ emotions }: FacsReading, over: string, item: MakeItem): NewEvidence[] {
  const scored = emotions.flatMap((rule) => (rule.score === null ? [] : [{ ...rule, score: rule.score }]));
  if (scored.length === 0) return [];
  const fitting = scored.filter(({ score }) => score >= WORTH_SAYING).sort((a, b) => b.score - a.score);
  const shown = fitting.map((rule) => `${rule.emotion} ${rule.score.toFixed(2)}${seenOf(rule)}`);
  const unscored = emotions.filter(({ score }) => score === null).map(({ emotion }) => emotion);
  const blind = unscored.length === 0 ? "" : `; too little is measured for ${unscored.join(", ")}`;
  const values = scored.map(({ emotion, score }) => ({
    name: emotion,
    value: score,
    unit: `score by ${ACTIVATION_MAPPING}`,
  }));
  const fits = shown.length === 0 ? "none fits" : shown.join(", ");
  return [item(`Derived by emotion rules ${over}: ${fits}${blind}`, { type: "quantities", values })];
}

function prototypeItem({ prototype }: FacsReading, over: string, item: MakeItem): NewEvidence[] {
  if (prototype === undefined) return [];
  const { emotion, agreement } = prototype;
  const values = [{ name: emotion, value: agreement, unit: PROTOTYPE_UNIT }];
  const how = `agreement ${agreement.toFixed(2)} of 1; what is shown, not what observers perceive`;
  return [item(`Closest FACS prototype ${over}: ${prototypeText(prototype)}, ${how}`, { type: "quantities", values })];
}

function seenOf({ seenShare }: RuleScore): string {
  return seenShare === 1 ? "" : ` (sees ${Math.round(seenShare * 100)} % of the rule)`;
}

function compoundItem({ compounds }: FacsReading, over: string, item: MakeItem): NewEvidence[] {
  const labels = compounds.best.map(({ label }) => label);
  if (labels.length === 0) return [];
  const tie = labels.length > 1 ? ", equally well" : "";
  const seen = Math.min(...compounds.best.map(({ seenShare }) => seenShare));
  const blind = seen === 1 ? "" : ` (at least ${Math.round(seen * 100)} % of each is measured)`;
  const statement = `Derived by Du and Martinez's compounds ${over}: ${labels.join(", ")} fit${labels.length > 1 ? "" : "s"}${tie}${blind}`;
  return [item(statement, { type: "text", text: labels.join(", ") })];
}

function smileItem({ smiles }: FacsReading, over: string, item: MakeItem): NewEvidence[] {
  const of = (verdict: (typeof smiles)[number]["verdict"]) =>
    smiles.filter((smile) => smile.verdict === verdict).map(({ type }) => type);
  const shown = of("shown");
  if (shown.length === 0) return [];
  const open = of("cannot be told");
  const rest = open.length === 0 ? "" : `; cannot be told: ${open.join(", ")}`;
  return [item(`Derived by smile types ${over}: ${shown.join(", ")}${rest}`, { type: "text", text: shown.join(", ") })];
}

/** On other scales pain is refused, which is no evidence about a face. */
function painItem({ pain }: FacsReading, over: string, item: MakeItem): NewEvidence[] {
  if (pain.type === "refused") return [];
  const { low, high, unseen } = pain;
  const missing = unseen.length === 0 ? "" : `, as ${unseen.join(", ")} was not measured`;
  const range = low === high ? `${low.toFixed(1)}` : `${low.toFixed(1)} to ${high.toFixed(1)}`;
  const value: EvidenceItem["value"] = {
    type: "quantities",
    values: [
      { name: "low", value: low, unit: "PSPI 0..16" },
      { name: "high", value: high, unit: "PSPI 0..16" },
    ],
  };
  return [item(`Derived pain score (PSPI) ${over}: ${range} of 16${missing}`, value)];
}

/** What every rule makes of one toolbox's action units on one scale. */
interface FacsReading {
  readonly toolbox: string;
  readonly scale: Scale;
  readonly emotions: readonly RuleScore[];
  /** The prototype that the units present come closest to; `undefined` when none of any is present. */
  readonly prototype: PrototypeMatch | undefined;
  readonly compounds: CompoundMatch;
  readonly smiles: readonly SmileReading[];
  readonly pain: PainScore;
}

/**
 * Applies all FACS rules to what one toolbox measured on a face, each of its scales apart. Every reading says which of a
 * rule's action units the toolbox cannot see.
 */
function readFacs(measurement: Pick<FaceMeasurement, "actionUnits" | "headPose" | "gaze">): FacsReading[] {
  return activationVectors(measurement.actionUnits).map((vector) => ({
    toolbox: vector.toolbox,
    scale: vector.scale,
    emotions: scoreRules(vector),
    prototype: bestPrototype(vector),
    compounds: matchCompounds(vector),
    smiles: readSmiles(vector, measurement),
    pain: painScore(painUnits(measurement.actionUnits, vector.scale)),
  }));
}

/** Pain adds one scale's numbers; only the closing of the eyes may come from a presence model. */
function painUnits(measured: readonly ActionUnitMeasurement[], scale: Scale): ActionUnitMeasurement[] {
  return measured.filter((one) => one.scale === scale || (one.au === "AU43" && one.scale === "binary"));
}
