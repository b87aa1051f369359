import { meanStatistic } from "../../domain/statistics/weighted-statistic.ts";
import type { Answer } from "../answer.ts";
import type { Assertion } from "../file/assertion.ts";
import { defineScorer, scored, unscored } from "../score.ts";

interface Held {
  /** By the place of the assertion in the file. */
  readonly held: readonly boolean[];
}

/** Whether every answer is as the evaluation file says that answers are; 1 where all assertions hold, else 0. */
export function createAssertionsScorer(assertions: readonly Assertion[]) {
  return defineScorer<Held>({
    name: "assertions",
    description: "Whether answers are as the file asserts: words, patterns, values",
    requires: [],
    score(answer) {
      if (answer.abstention !== null) return unscored("abstained", answer.abstention);
      const held = assertions.map((assertion) => holds(assertion, answer));
      const broken = assertions.filter((_one, i) => held[i] === false).map(inWords);
      return scored(
        broken.length === 0 ? 1 : 0,
        { held },
        broken.length === 0 ? "all hold" : `not so: ${broken.join("; ")}`,
      );
    },
    metrics: () => [
      {
        name: "assertions_held",
        better: "higher",
        share: true,
        statistic: (rows) => meanStatistic(rows.map(({ value }) => value)),
      },
    ],
    tables: (rows) => [
      {
        type: "table",
        title: "Assertion by assertion",
        headers: ["assertion", "answers", "holds"],
        rows: assertions.map((assertion, i) => [
          inWords(assertion),
          rows.length,
          rows.filter(({ metadata }) => metadata.held[i]).length,
        ]),
      },
    ],
  });
}

function holds({ not = false, ...assertion }: Assertion, answer: Answer): boolean {
  return isSo(assertion, answer) !== not;
}

function isSo({ contains, regex, path, equals, atLeast, atMost }: Assertion, answer: Answer): boolean {
  if (contains !== undefined) return wordsOf(answer).toLowerCase().includes(contains.toLowerCase());
  if (regex !== undefined) return new RegExp(regex, "iu").test(wordsOf(answer));
  const value = valueAt(answer, path ?? "");
  if (equals !== undefined) return value === equals;
  return typeof value === "number" && value >= (atLeast ?? -Infinity) && value <= (atMost ?? Infinity);
}

/** What a model wrote; of a judgment, which is kept by its hash, the answer and its cues. */
function wordsOf({ text, explanation }: Answer): string {
  return text.startsWith("sha256 ") ? explanation : text;
}

function valueAt(value: unknown, path: string): unknown {
  return path
    .split(".")
    .reduce<unknown>(
      (inner, key) =>
        typeof inner === "object" && inner !== null ? (inner as Record<string, unknown>)[key] : undefined,
      value,
    );
}

function inWords({ not, contains, regex, path, equals, atLeast, atMost }: Assertion): string {
  const denied = not === true ? "not " : "";
  if (contains !== undefined) return `${denied}contains "${contains}"`;
  if (regex !== undefined) return `${denied}matches /${regex}/`;
  if (equals !== undefined) return `${path} is ${denied}${JSON.stringify(equals)}`;
  const limits = [
    ...(atLeast === undefined ? [] : [`at least ${atLeast}`]),
    ...(atMost === undefined ? [] : [`at most ${atMost}`]),
  ];
  return `${path} is ${denied}${limits.join(" and ")}`;
}
