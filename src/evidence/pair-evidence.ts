import { capitalised } from "../domain/capitalised.ts";
import { type EvidenceItem, MUTUAL_GAZE_UNIT, type NewEvidence, type TimeWindow } from "../domain/evidence.ts";
import { spanText } from "../domain/timeline.ts";
import type { ClipDynamics } from "../dynamics/clip-dynamics.ts";
import { type CurveSynchrony, leaderOf, type PairDynamics, SYNCHRONOUS_P } from "../dynamics/pair-dynamics.ts";
import type { Synchrony } from "../dynamics/synchrony.ts";
import { nameWithCode } from "../facs/action-units.ts";

interface Together {
  readonly dynamics: Pick<ClipDynamics, "clock" | "pairs">;
  /** What a person is called, by track. */
  nameOf(trackId: string): string;
  readonly source: EvidenceItem["source"];
}

const MOST_SPELLS = 4;

/** What each two people of a clip do with regard to each other, as far as it can be told. */
export function pairEvidence({ dynamics: { clock, pairs }, nameOf, source }: Together): NewEvidence[] {
  return pairs.flatMap(({ trackIds, synchrony, gaze }) => {
    const [first, second] = [nameOf(trackIds[0]), nameOf(trackIds[1])];
    const item = (statement: string, value: EvidenceItem["value"], by = source): NewEvidence => {
      return { kind: "episode", faceId: null, region: null, statement, value, source: by };
    };
    return [
      ...synchronyItems(synchrony, [first, second], item),
      gazeItem(gaze, { who: `${first} and ${second}`, clock }, item),
    ];
  });
}

type Item = (statement: string, value: EvidenceItem["value"], by?: EvidenceItem["source"]) => NewEvidence;

function synchronyItems(
  synchrony: PairDynamics["synchrony"],
  [first, second]: readonly [string, string],
  item: Item,
): NewEvidence[] {
  const refused = synchrony.find(({ found }) => "reason" in found)?.found;
  if (refused !== undefined && "reason" in refused) {
    const statement = `Whether ${first} and ${second} move together cannot be told: ${refused.reason}`;
    return [item(statement, { type: "not-measured", reason: refused.reason })];
  }
  const told = synchrony.flatMap((one) => ("reason" in one.found ? [] : [{ ...one, found: one.found }]));
  const beyond = told.filter(({ found }) => found.corrected <= SYNCHRONOUS_P);
  const others = told.filter((one) => !beyond.includes(one)).map(({ curve }) => curve.name);
  return [
    ...beyond.map(({ curve, found }) => {
      const { r, byChance, corrected, windows } = found;
      const type = curve.kind === "expression" ? "network" : "toolbox";
      const numbers = `r ${r.toFixed(2)}, by chance ${byChance.toFixed(2)}, corrected p ${corrected.toFixed(3)}, ${windows} windows`;
      return item(
        `${followText({ curve, found }, [first, second])} (${numbers}): they may answer each other, or both something else`,
        {
          type: "quantities",
          values: [
            { name: "lag of the second", value: found.lagS, unit: "s" },
            { name: "r", value: r, unit: "correlation" },
            { name: "corrected p", value: corrected, unit: "probability" },
          ],
        },
        { type, name: curve.source },
      );
    }),
    ...(others.length === 0
      ? []
      : [
          item(`${others.join(", ")} of ${first} and ${second} go together no further than by chance`, {
            ...{ type: "quantity", value: others.length, unit: "curves that were held against chance" },
          }),
        ]),
  ];
}

function followText(
  { curve, found }: Pick<CurveSynchrony, "curve"> & { readonly found: Synchrony & { readonly corrected: number } },
  names: readonly [string, string],
): string {
  const what = curve.kind === "action unit" ? nameWithCode(curve.name) : curve.name;
  const leader = leaderOf(found);
  if (leader === null) return `${what} of ${names.join(" and ")} goes together; who goes first cannot be told`;
  const [from, to] = [found.lagFromS, found.lagToS].map(Math.abs).sort((a, b) => a - b) as [number, number];
  const lag = `${Math.abs(found.lagS).toFixed(1)} s (${from.toFixed(1)} to ${to.toFixed(1)} s)`;
  return `${capitalised(what)} of ${names[1 - leader]} follows that of ${names[leader]} by ${lag}`;
}

function gazeItem(
  gaze: PairDynamics["gaze"],
  { who, clock }: { readonly who: string; readonly clock: ClipDynamics["clock"] },
  item: Item,
): NewEvidence {
  if ("reason" in gaze) {
    const statement = `Whether ${who} look at each other cannot be told: ${gaze.reason}`;
    return item(statement, { type: "not-measured", reason: gaze.reason, what: ["mutual gaze"] });
  }
  const spells = gaze.spells.map(({ first, last }): TimeWindow => {
    return { fromS: clock.timesS[first] as number, toS: clock.timesS[last] as number };
  });
  const more = spells.length > MOST_SPELLS ? ` and ${spells.length - MOST_SPELLS} times more` : "";
  const when = spells.slice(0, MOST_SPELLS).map(spanText).join(", ");
  return item(
    spells.length === 0
      ? `${who} never look toward each other in the ${gaze.frames} frames in which it could be told`
      : `${who} look toward each other ${when}${more}`,
    { type: "quantity", value: gaze.mutual / gaze.frames, unit: MUTUAL_GAZE_UNIT },
  );
}
