import type { EvidenceItem, NewEvidence, TimeWindow } from "../domain/evidence.ts";
import type { EvidenceLedger } from "../domain/evidence-ledger.ts";
import type { LabelProbability } from "../domain/labels.ts";
import { measuredItems } from "../domain/presence.ts";
import { itemsWithin, spanText } from "../domain/timeline.ts";
import { nameWithCode } from "../facs/action-units.ts";
import { activationVectors } from "../facs/activation.ts";
import { basicLabelOf } from "../facs/basic-label.ts";
import { poolReadings } from "../facs/cue-integration.ts";
import { emotionRules, rulesAsDistribution, scoreRules } from "../facs/emotion-rules.ts";
import { isExpressionPool } from "../facs/expression-pool.ts";
import { quoted } from "../judging/prompt-library.ts";
import { saidPleasantness } from "../situations/read-utterance.ts";

const PLEASANT: readonly string[] = ["happiness"];
const UNPLEASANT: readonly string[] = ["anger", "contempt", "disgust", "fear", "sadness"];
/** Share of the reading of a face from which on it is pleasant or unpleasant; below, it contradicts no words. */
const CLEAR_FROM = 0.6;
/** Terms of a rule that count less are no sign of their own. */
const SIGN_FROM = 0.75;

/**
 * Words and faces that do not go together: somebody says that it is pleasant, or that they are well, while their face is read
 * as unpleasant and shows signs of it, or the other way round. A face at rest contradicts nothing, and neither do words whose
 * speaker is not known. Items cite both sides, and are about no face: they belong to neither reading alone.
 */
export function contradictions(ledger: Pick<EvidenceLedger, "ofKind" | "ofFace">): NewEvidence[] {
  return ledger.ofKind("utterance").flatMap((said): NewEvidence[] => {
    if (said.value.type !== "utterance" || said.value.spokenBy === null) return [];
    const faceId = said.value.spokenBy;
    const words = saidPleasantness(said.value.text);
    const face = words && facePleasantness(ledger.ofFace(faceId), said.time ?? null);
    if (words === null || face === null || words.pleasant === face.pleasant) return [];
    const when = said.time === undefined ? "" : ` ${spanText(said.time)}`;
    const told = `${words.pleasant ? "pleasant" : "unpleasant"} words over ${face.pleasant ? "a pleasant" : "an unpleasant"} face`;
    return [
      {
        ...{ kind: "contradiction", faceId: null, region: null, source: { type: "toolbox", name: "words-and-face@1" } },
        statement: `Words and face contradict each other${when}: what ${faceId} says, ${quoted(said.value.text)}, and its face, read as ${face.label} ${face.share.toFixed(2)} with ${face.signs.map(nameWithCode).join(", ")} (${told})`,
        value: {
          ...{ type: "contradiction", spokenBy: faceId, words: words.pleasant ? "pleasant" : "unpleasant" },
          ...{ share: face.share, evidenceIds: [said.id, ...face.evidenceIds] },
        },
        ...(said.time === undefined ? {} : { time: said.time }),
      },
    ];
  });
}

interface FacePleasantness {
  readonly pleasant: boolean;
  /** The label that is read most of that side, and the share of all of that side. */
  readonly label: string;
  readonly share: number;
  /** Action units that show it. */
  readonly signs: readonly string[];
  readonly evidenceIds: readonly string[];
}

/** What a face is read as while something is said; `null` where that is neither clearly pleasant nor clearly unpleasant. */
function facePleasantness(all: readonly EvidenceItem[], time: TimeWindow | null): FacePleasantness | null {
  const items = itemsWithin(all, time, "typical");
  const networks = items.filter(({ kind }) => kind === "expression");
  const pooled = networks.filter(({ source }) => isExpressionPool(source.name));
  const readings = pooled.length > 0 ? pooled : networks;
  const distribution = meanOf(readings, time) ?? byRules(items);
  if (distribution === null) return null;
  for (const labels of [PLEASANT, UNPLEASANT]) {
    const own = distribution.filter(({ label }) => labels.includes(label));
    const share = own.reduce((sum, { probability }) => sum + probability, 0);
    if (share < CLEAR_FROM) continue;
    const signs = signsOf(labels, items);
    const [top] = [...own].sort((a, b) => b.probability - a.probability);
    if (signs.length === 0 || top === undefined) return null;
    const evidenceIds = [...signs.flatMap(({ ids }) => ids), ...readings.map(({ id }) => id)];
    return {
      ...{ pleasant: labels === PLEASANT, label: top.label, share, signs: signs.map(({ au }) => au) },
      evidenceIds: [...new Set(evidenceIds)],
    };
  }
  return null;
}

/** Each reading counts as long as it holds while something is said; one reading for each source. */
function meanOf(readings: readonly EvidenceItem[], time: TimeWindow | null): LabelProbability[] | null {
  const sums = new Map<string, number>();
  let total = 0;
  for (const reading of readings) {
    if (reading.value.type !== "distribution") continue;
    const from = Math.max(reading.time?.fromS ?? 0, time?.fromS ?? 0);
    const to = Math.min(reading.time?.toS ?? Number.MAX_VALUE, time?.toS ?? Number.MAX_VALUE);
    const weight = reading.time === undefined || time === null ? 1 : Math.max(LEAST_S, to - from);
    total += weight;
    for (const { label, probability } of reading.value.distribution) {
      const basic = basicLabelOf(label) ?? label;
      sums.set(basic, (sums.get(basic) ?? 0) + weight * probability);
    }
  }
  return total === 0 ? null : [...sums].map(([label, sum]) => ({ label, probability: sum / total }));
}

/** A frame has no length, and counts as little as it lasts. */
const LEAST_S = 0.04;

/** Where no network read the face, as among what toolboxes wrote: the emotion rules. */
function byRules(items: readonly EvidenceItem[]): LabelProbability[] | null {
  const measured = items.flatMap(({ value, source }) => {
    if (value.type !== "action-unit") return [];
    const { au, side, scale, weight } = value;
    return [{ au, side, scale, weight, value: value.value, toolbox: source.name }];
  });
  const distributions = activationVectors(measured)
    .map((vector) => rulesAsDistribution(scoreRules(vector)))
    .filter(({ length }) => length > 1);
  return poolReadings(distributions.map((distribution) => ({ distribution, weight: 1 })));
}

/** Action units that are typically present and speak for one of these emotions. */
function signsOf(labels: readonly string[], items: readonly EvidenceItem[]): { au: string; ids: string[] }[] {
  const units = emotionRules()
    .filter(({ emotion }) => labels.includes(basicLabelOf(emotion) ?? ""))
    .flatMap(({ supporting }) => supporting.filter(({ weight, oneSided }) => weight >= SIGN_FROM && oneSided !== true))
    .flatMap(({ anyOf }) => anyOf);
  return [...new Set(units)].flatMap((au) => {
    const present = measuredItems(items, au).filter(
      ({ value }) => value.presence === "present" && value.side === "both",
    );
    return present.length === 0 ? [] : [{ au, ids: present.map(({ item }) => item.id) }];
  });
}
