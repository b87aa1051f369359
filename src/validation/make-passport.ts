import { groupBy } from "../domain/group-by.ts";
import type { Passport, PassportRow } from "../domain/passport.ts";
import type { WeightedStatistic } from "../domain/statistics/weighted-statistic.ts";
import {
  actionUnitRows,
  agreementOf,
  atRest,
  falseCalls,
  isCoded,
  type Measurer,
  unitsOf,
} from "./action-unit-rows.ts";
import { expressionRows, rightness } from "./expression-rows.ts";
import { judgesOf, type LabelledFace, ofToolbox, readingsOf, rowMaker } from "./labelled-faces.ts";
import { notesOn, paragraphOf } from "./passport-words.ts";
import type { TruthTable } from "./read-truth.ts";
import { asymmetryRows, retestRows } from "./retest-rows.ts";

interface PassportOptions {
  readonly toolboxes: readonly Measurer[];
  readonly kuleshovVersion: string;
  readonly seed: number;
}

/** Every number of a validation, from what people said and what was measured. */
export function makePassport(
  faces: readonly LabelledFace[],
  { namesSubjects, otherLabels, problems }: Pick<TruthTable, "namesSubjects" | "otherLabels" | "problems">,
  { toolboxes, kuleshovVersion, seed }: PassportOptions,
): Passport {
  const judges = judgesOf(faces);
  const sources = [...new Set(faces.flatMap(({ measured }) => [...readingsOf(measured).keys()]))].sort(
    (a, b) => Number(judges.has(b)) - Number(judges.has(a)) || a.localeCompare(b),
  );
  const read = sources.map((source) => expressionRows(faces, source, seed));
  const figures = figuresOf(toolboxes, sources);
  const rows = [
    ...toolboxes.flatMap((toolbox) => actionUnitRows(faces, toolbox, seed)),
    ...figures.filter(({ section }) => section === "FACS agreement").flatMap((one) => overall(one, faces, seed)),
    ...read.flatMap((one) => one.rows),
    ...toolboxes.flatMap((toolbox) => retestRows(faces, toolbox, seed)),
    ...toolboxes.flatMap((toolbox) => asymmetryRows(faces, toolbox, seed)),
    ...figures.flatMap((one) => byHeadTurn(one, faces, seed)),
    ...toolboxes.flatMap((toolbox) => atRestRows(faces, toolbox, seed)),
    ...figures.flatMap((one) => byGroup(one, faces, seed)),
  ];
  const subjects = namesSubjects ? new Set(faces.map(({ truth }) => truth.subject)).size : null;
  const notFound = faces.filter(({ measured }) => measured.measurements.length === 0).length;
  const counts = { faces: faces.length, subjects, notFound, kuleshovVersion };
  const notes = notesOn(faces, { ...counts, otherLabels, problems: problems.length });
  const tables = read.flatMap((one) => one.tables);
  return { ...counts, rows, tables, notes, paragraph: paragraphOf({ ...counts, rows, judges }) };
}

/** A number of each face that is looked at over head turns and groups. */
interface Figure {
  readonly section: PassportRow["section"];
  readonly source: string;
  readonly measure: string;
  readonly of: (face: LabelledFace) => number | null;
}

function figuresOf(toolboxes: readonly Measurer[], sources: readonly string[]): Figure[] {
  return [
    ...toolboxes.map(
      (toolbox): Figure => ({
        section: "FACS agreement",
        source: toolbox.id,
        measure: "agreement index",
        of: (face) => agreementOf(face, toolbox),
      }),
    ),
    ...sources.map(
      (source): Figure => ({
        section: "expressions",
        source,
        measure: "accuracy",
        of: (face) => rightness(face, source),
      }),
    ),
  ];
}

function overall(
  { section, source, measure, of }: Figure,
  faces: readonly LabelledFace[],
  seed: number,
): PassportRow[] {
  const coded = faces.filter(({ truth }) => truth.codes !== null);
  return coded.length === 0 ? [] : [rowMaker(section, source, seed).mean("", measure, coded, coded.map(of))];
}

/** Degrees: of yaw to either side, of pitch with the chin down (-) or up. */
const HEAD_TURNS = [
  { axis: "yaw", of: "0 to 10°", from: 0, to: 10 },
  { axis: "yaw", of: "10 to 20°", from: 10, to: 20 },
  { axis: "yaw", of: "20 to 30°", from: 20, to: 30 },
  { axis: "yaw", of: "30 to 90°", from: 30, to: 90 },
  { axis: "pitch", of: "down 20 to 90°", from: -90, to: -20 },
  { axis: "pitch", of: "down 10 to 20°", from: -20, to: -10 },
  { axis: "pitch", of: "level, up to 10°", from: -10, to: 10 },
  { axis: "pitch", of: "up 10 to 20°", from: 10, to: 20 },
  { axis: "pitch", of: "up 20 to 90°", from: 20, to: 90 },
] as const;

function byHeadTurn({ source, measure, of }: Figure, faces: readonly LabelledFace[], seed: number): PassportRow[] {
  const { mean } = rowMaker("head turn", source, seed);
  return HEAD_TURNS.flatMap(({ axis, of: band, from, to }) => {
    const inside = faces.filter((face) => {
      const degrees = turnOf(face, axis);
      return degrees >= from && degrees < to;
    });
    const values = inside.map(of);
    return values.every((value) => value === null) ? [] : [mean(`${axis} ${band}`, measure, inside, values)];
  });
}

/** Not a number where no toolbox tells. */
function turnOf({ measured }: LabelledFace, axis: (typeof HEAD_TURNS)[number]["axis"]): number {
  const pose = measured.measurements.find(({ headPose }) => headPose !== null)?.headPose;
  if (pose === undefined || pose === null) return Number.NaN;
  return ((axis === "yaw" ? Math.abs(pose.yawRad) : pose.pitchRad) * 180) / Math.PI;
}

function atRestRows(faces: readonly LabelledFace[], toolbox: Measurer, seed: number): PassportRow[] {
  const { mean } = rowMaker("faces at rest", toolbox.id, seed);
  const resting = faces.filter(atRest);
  const called = resting.map((face) => falseCalls(face, toolbox));
  if (called.every((units) => units === null)) return [];
  const measured = (au: string) => (face: LabelledFace) =>
    ofToolbox(face.measured.measurements, toolbox.id)?.actionUnits.some((unit) => unit.au === au) === true;
  return [
    mean(
      "",
      "any action unit called present",
      resting,
      called.map((units) => (units === null ? null : Number(units.length > 0))),
    ),
    mean(
      "",
      "action units called present",
      resting,
      called.map((units) => units?.length ?? null),
    ),
    ...unitsOf(toolbox).flatMap((au) => {
      // Whoever is labelled neutral and coded with it shows it: there is nothing to be called wrongly.
      const values = resting.map((face, index) =>
        measured(au)(face) && !isCoded(face, au) ? Number(called[index]?.includes(au)) : null,
      );
      return values.every((value) => value === null) ? [] : [mean(au, "called present", resting, values)];
    }),
  ];
}

/** The figure in each group, and how far it is from that of all others together. */
function byGroup({ source, measure, of }: Figure, faces: readonly LabelledFace[], seed: number): PassportRow[] {
  const { mean, row } = rowMaker("groups", source, seed);
  const scored = faces.flatMap((face) => {
    const value = of(face);
    return value === null || face.truth.group === null ? [] : [{ face, value, group: face.truth.group }];
  });
  const groups = groupBy(scored, ({ group }) => group);
  if (groups.size < 2) return [];
  const all = scored.map(({ face }) => face);
  return [...groups]
    .sort(([a], [b]) => a.localeCompare(b))
    .flatMap(([group, members]) => [
      mean(
        group,
        measure,
        members.map(({ face }) => face),
        members.map(({ value }) => value),
      ),
      row(group, `${measure}, less that of the others`, all, differenceStatistic(scored, group)),
    ]);
}

function differenceStatistic(
  scored: readonly { readonly value: number; readonly group: string }[],
  of: string,
): WeightedStatistic {
  return (weights) => {
    let [own, owns, others, rest] = [0, 0, 0, 0];
    scored.forEach(({ value, group }, index) => {
      const weight = weights[index] as number;
      if (group === of) {
        own += weight * value;
        owns += weight;
      } else {
        others += weight * value;
        rest += weight;
      }
    });
    return owns > 0 && rest > 0 ? own / owns - others / rest : null;
  };
}
