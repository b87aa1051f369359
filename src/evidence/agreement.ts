import type { IntensityAgreement, PairAgreement, UnitAgreement } from "../domain/agreement.ts";
import type { ActionUnitMeasurement, Scale } from "../domain/measurement.ts";
import { fleissStatistic } from "../domain/statistics/fleiss-kappa.ts";
import { icc21, icc31 } from "../domain/statistics/intraclass-correlation.ts";
import { toolboxVotes } from "./consensus.ts";

/** Collects faces one by one; the whole study is never held as objects. */
interface AgreementCounter {
  /** All that was measured on one face, by all toolboxes. */
  addFace(measured: readonly ActionUnitMeasurement[]): void;
  /** How many faces were added. */
  readonly faces: number;
  /** By action unit in FACS order. */
  table(): UnitAgreement[];
}

export function createAgreementCounter(): AgreementCounter {
  const units = new Map<string, UnitCounter>();
  let faces = 0;
  return {
    addFace(measured) {
      faces += 1;
      const named = new Set(measured.map(({ au }) => au));
      for (const au of named) {
        const counter = units.get(au) ?? createUnitCounter();
        units.set(au, counter);
        counter.add(measured.filter((one) => one.au === au));
      }
    },
    get faces() {
      return faces;
    },
    table() {
      const inOrder = [...units].sort(([a], [b]) => Number(a.slice(2)) - Number(b.slice(2)));
      return inOrder.map(([au, counter]) => counter.result(au));
    },
  };
}

interface UnitCounter {
  add(measured: readonly ActionUnitMeasurement[]): void;
  result(au: string): UnitAgreement;
}

type Tally = { measured: number; present: number; absent: number; uncertain: number; scales: Set<Scale> };

function createUnitCounter(): UnitCounter {
  const tallies = new Map<string, Tally>();
  /** How often each set of decisions occurred, e.g. `mesh@5 present|openface@2.2 absent`. */
  const patterns = new Map<string, number>();
  const intensities = createIntensityCounter();
  return {
    add(measured) {
      const votes = toolboxVotes(measured);
      for (const { toolbox, presence, scales } of votes) {
        const tally = tallies.get(toolbox) ?? { measured: 0, present: 0, absent: 0, uncertain: 0, scales: new Set() };
        tallies.set(toolbox, tally);
        tally.measured += 1;
        tally[presence] += 1;
        for (const { scale } of scales) tally.scales.add(scale);
      }
      const decided = votes.filter(({ presence }) => presence !== "uncertain");
      const pattern = decided.map(({ toolbox, presence }) => `${toolbox} ${presence}`).join("|");
      if (decided.length > 1) patterns.set(pattern, (patterns.get(pattern) ?? 0) + 1);
      intensities.add(measured);
    },
    result(au) {
      const toolboxes = [...tallies].sort(([a], [b]) => (a < b ? -1 : 1));
      return {
        au,
        toolboxes: toolboxes.map(([toolbox, { scales, ...counts }]) => ({ toolbox, scales: [...scales], ...counts })),
        presence: presenceAgreement(
          patterns,
          toolboxes.map(([toolbox]) => toolbox),
        ),
        intensity: intensities.results(),
      };
    },
  };
}

function presenceAgreement(
  patterns: ReadonlyMap<string, number>,
  toolboxes: readonly string[],
): UnitAgreement["presence"] {
  const rows = [...patterns].map(([pattern, count]) => ({ said: decisionsIn(pattern), count }));
  const { n, share, kappa } = agreementOver(rows);
  const pairs = pairsOf(toolboxes).map(([a, b]): PairAgreement => {
    const both = rows.flatMap(({ said, count }) => {
      const [first, second] = [said.get(a), said.get(b)];
      if (first === undefined || second === undefined) return [];
      return [
        {
          said: new Map([
            [a, first],
            [b, second],
          ]),
          count,
        },
      ];
    });
    return { toolboxes: [a, b], ...agreementOver(both) };
  });
  return {
    n,
    unanimousShare: share,
    contradictions: share === null ? 0 : Math.round(n * (1 - share)),
    fleissKappa: kappa,
    pairs: pairs.filter((pair) => pair.n > 0),
  };
}

function decisionsIn(pattern: string): Map<string, string> {
  return new Map(
    pattern.split("|").map((vote) => {
      const at = vote.lastIndexOf(" ");
      return [vote.slice(0, at), vote.slice(at + 1)] as const;
    }),
  );
}

/** Fleiss' kappa counts every pattern as often as it occurred, so a study of any length has few rows. */
function agreementOver(rows: readonly { said: ReadonlyMap<string, string>; count: number }[]) {
  const n = rows.reduce((sum, { count }) => sum + count, 0);
  if (n === 0) return { n, share: null, kappa: null };
  const counted = rows.map(({ said, count }) => {
    const present = [...said.values()].filter((presence) => presence === "present").length;
    return { present, absent: said.size - present, count };
  });
  const unanimous = counted
    .filter(({ present, absent }) => present === 0 || absent === 0)
    .reduce((sum, { count }) => sum + count, 0);
  const statistic = fleissStatistic(counted.map(({ present, absent }) => [present, absent]));
  return { n, share: unanimous / n, kappa: statistic(Float64Array.from(counted, ({ count }) => count)) };
}

function pairsOf(toolboxes: readonly string[]): [string, string][] {
  return toolboxes.flatMap((a, at) => toolboxes.slice(at + 1).map((b): [string, string] => [a, b]));
}

/** Numbers of toolboxes on one scale, kept flat by the set of toolboxes that measured a face together. */
function createIntensityCounter() {
  const columns = new Map<string, { scale: Scale; toolboxes: string[]; values: number[] }>();

  function add(measured: readonly ActionUnitMeasurement[]): void {
    // A binary code has no intensity, and sides are compared by their whole-face value alone.
    const whole = measured.filter(({ side, scale }) => side === "both" && scale !== "binary");
    for (const scale of new Set(whole.map((one) => one.scale))) {
      const own = whole.filter((one) => one.scale === scale).sort((a, b) => (a.toolbox < b.toolbox ? -1 : 1));
      if (own.length < 2) continue;
      const toolboxes = own.map(({ toolbox }) => toolbox);
      const key = `${scale} ${toolboxes.join("|")}`;
      const column = columns.get(key) ?? { scale, toolboxes, values: [] };
      columns.set(key, column);
      column.values.push(...own.map(({ value }) => value));
    }
  }

  function ratingsOf(scale: Scale, toolboxes: readonly string[]): number[][] {
    return [...columns.values()].flatMap((column) => {
      const places = toolboxes.map((toolbox) => column.toolboxes.indexOf(toolbox));
      if (column.scale !== scale || places.includes(-1)) return [];
      const width = column.toolboxes.length;
      return Array.from({ length: column.values.length / width }, (_, row) =>
        places.map((place) => column.values[row * width + place] as number),
      );
    });
  }

  function results(): IntensityAgreement[] {
    const scales = new Set([...columns.values()].map(({ scale }) => scale));
    return [...scales].flatMap((scale) => {
      const named = [...columns.values()].filter((column) => column.scale === scale);
      const toolboxes = [...new Set(named.flatMap((column) => column.toolboxes))].sort();
      const together = toolboxes.length > 2 ? [toolboxes] : [];
      return [...together, ...pairsOf(toolboxes)].flatMap((group) => {
        const ratings = ratingsOf(scale, group);
        if (ratings.length === 0) return [];
        return [{ scale, toolboxes: group, n: ratings.length, icc21: icc21(ratings), icc31: icc31(ratings) }];
      });
    });
  }

  return { add, results };
}
