import { variantsOf } from "../few-shot/exemplar-variant.ts";
import type { EvalFile } from "../file/eval-file.ts";
import type { Sample } from "../sample.ts";
import type { Call, Condition } from "../solver.ts";

/** What of a few-shot audit makes cells. */
type Audit = NonNullable<EvalFile["fewShot"]>["audit"];

/** A condition with its short name, e.g. `judge | rules | 0 shots | mesh | full`. */
export interface Cell {
  readonly id: string;
  readonly condition: Condition;
}

/** All cells of a matrix, in the order written. */
export function cellsOf(matrix: EvalFile["matrix"], audit?: Audit): Cell[] {
  const { prompts, models, evidence, arms } = matrix;
  return prompts.flatMap((prompt) =>
    models.flatMap((model) =>
      shownExamples(matrix).flatMap(({ shots, ...shown }) =>
        evidence.flatMap((choice) =>
          arms.flatMap((arm) =>
            variantsOf(shots, audit).map((variant) => {
              const condition = { prompt, model, shots, ...shown, evidence: choice, arm, variant };
              return { id: cellId(condition), condition };
            }),
          ),
        ),
      ),
    ),
  );
}

/** Every number of examples in every way of showing them; without any there is nothing to show in several ways. */
function shownExamples({ shots, examples }: EvalFile["matrix"]): Pick<Condition, "shots" | "examples">[] {
  return shots.flatMap((count) =>
    count === 0 || examples === undefined
      ? [{ shots: count }]
      : examples.map((one) => ({ shots: count, examples: one })),
  );
}

/** The short name of a condition. */
export function cellId({ prompt, model, shots, examples, evidence, arm, variant }: Condition): string {
  const toolboxes = evidence === "none" ? "no evidence" : evidence.join("+");
  const varied = variant === "as chosen" ? [] : [variant];
  const shown = examples === undefined ? `${shots} shots` : `${shots} shots as ${examples}`;
  return [prompt, model, shown, toolboxes, arm, ...varied].join(" | ");
}

/** The arm in the id of a cell. */
export function armOf(cell: string): string {
  return cell.split(" | ")[4] as string;
}

/**
 * All calls of a run, sample by sample, so that a run that stops early has judged the same samples under every
 * condition.
 */
export function callsOf(samples: readonly Sample[], matrix: EvalFile["matrix"], audit?: Audit): Call[] {
  const cells = cellsOf(matrix, audit);
  return samples.flatMap((sample) =>
    matrix.seeds.flatMap((seed) =>
      Array.from({ length: matrix.repeats }, (_, index) => index + 1).flatMap((repeat) =>
        cells.map(({ id, condition }) => ({
          id: `${id} | ${sample.id} | seed ${seed} | repeat ${repeat}`,
          condition,
          sample,
          seed,
          repeat,
        })),
      ),
    ),
  );
}

/** Names of cells without the parts that all of them share, for tables and plots: `full`, `face-only`; the model's where there is one cell. */
export function shortNames(cells: readonly Cell[]): ReadonlyMap<string, string> {
  const parts = cells.map(({ id }) => id.split(" | "));
  const varying = (parts[0] ?? []).flatMap((part, i) => (parts.every((own) => own[i] === part) ? [] : [i]));
  return new Map(
    cells.map(({ id, condition }, row) => [
      id,
      varying.length === 0 ? condition.model : varying.map((i) => parts[row]?.[i]).join(" | "),
    ]),
  );
}
