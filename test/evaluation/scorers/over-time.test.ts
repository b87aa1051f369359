import { describe, expect, it } from "vitest";
import { concordance, pearson } from "../../../src/domain/statistics/correlation.ts";
import { createRandom } from "../../../src/domain/statistics/random.ts";
import type { Answer } from "../../../src/evaluation/answer.ts";
import type { AnswerOverTime } from "../../../src/evaluation/answer-over-time.ts";
import { sampleOf } from "../../../src/evaluation/dataset/dataset.ts";
import { createLabelReader } from "../../../src/evaluation/label-reader.ts";
import { countEvents } from "../../../src/evaluation/metrics/events.ts";
import type { Truth } from "../../../src/evaluation/sample.ts";
import type { ScoredRow, Scorer } from "../../../src/evaluation/score.ts";
import { createEventsScorer } from "../../../src/evaluation/scorers/events.ts";
import { createAffectOverTimeScorer } from "../../../src/evaluation/scorers/over-time.ts";

const answer = (overTime?: AnswerOverTime) => ({ ...(overTime && { overTime }) }) as unknown as Answer;
const silent = { label: null, valence: null, arousal: null };

/** What is read from one time to another, as an answer has it. */
function reading(fromS: number, toS: number, given: { readonly label?: string; readonly valence?: number }) {
  return { fromS, toS, integrated: { ...silent, ...given }, faceOnly: silent, contextOnly: silent };
}

function rowOf(scorer: Scorer, given: AnswerOverTime | undefined, truth: Partial<Truth>): ScoredRow {
  const score = scorer.score(answer(given), sampleOf({ id: "a", truth }), null);
  if (score.value === null) throw new Error(score.explanation);
  return { sampleId: "a", cluster: "a", value: score.value, metadata: score.metadata };
}

const metricsOf = (scorer: Scorer, rows: readonly ScoredRow[], weights = rows.map(() => 1)) =>
  Object.fromEntries(
    scorer.metrics(rows).map(({ name, statistic }) => [name, statistic(rows)(Float64Array.from(weights))]),
  );

describe("valence over time", () => {
  const scorer = createAffectOverTimeScorer("valence", "integrated");
  const random = createRandom(3);
  const clip = (length: number) => {
    const stretches = Array.from({ length }, (_, i) => reading(i, i + 0.8, { valence: random.real() * 2 - 1 }));
    const values = stretches.map(({ integrated }) => Math.max(-1, Math.min(1, (integrated.valence ?? 0) / 2 + 0.3)));
    const moments = values.map((valence, i) => ({ timeS: i + 0.85, valence, arousal: null }));
    return { given: { stepS: 0.2, stretches, actionUnits: [] }, moments };
  };

  it("is Lin's concordance, r, agreement of signs and error over the moments of all clips, as pairs would give them", () => {
    const clips = [clip(9), clip(14)];
    const rows = clips.map(({ given, moments }) => rowOf(scorer, given, { moments }));
    const pairsOf = (of: typeof clips) =>
      of.flatMap(({ given, moments }) =>
        moments.map(({ valence }, i) => [valence, given.stretches[i]?.integrated.valence ?? 0] as const),
      );
    const expected = (of: typeof clips) => {
      const pairs = pairsOf(of);
      const [x, y] = [pairs.map(([truth]) => truth), pairs.map(([, told]) => told)];
      return {
        valence_over_time_ccc: expect.closeTo(concordance(x, y) as number, 9),
        valence_over_time_r: expect.closeTo(pearson(x, y) as number, 9),
        valence_over_time_sagr: expect.closeTo(pairs.filter(([a, b]) => a * b > 0).length / pairs.length, 9),
        valence_over_time_mae: expect.closeTo(
          pairs.reduce((sum, [a, b]) => sum + Math.abs(a - b), 0) / pairs.length,
          9,
        ),
        valence_over_time_told: 1,
      };
    };
    expect(metricsOf(scorer, rows)).toEqual(expected(clips));
    // A clip that is drawn twice counts twice.
    expect(metricsOf(scorer, rows, [2, 1])).toEqual(expected([clips[0], clips[0], clips[1]] as typeof clips));
  });

  it("leaves moments out at which nothing is read, says how many, and is undefined where nothing varies", () => {
    const given = { stepS: 0.2, stretches: [reading(0, 1, { valence: 0.5 })], actionUnits: [] };
    const moments = [0, 1.1, 1.2, 3].map((timeS) => ({ timeS, valence: 0.5, arousal: null }));
    expect(metricsOf(scorer, [rowOf(scorer, given, { moments })])).toEqual({
      ...{ valence_over_time_ccc: null, valence_over_time_r: null, valence_over_time_sagr: 1 },
      ...{ valence_over_time_mae: 0, valence_over_time_told: 0.5 },
    });
    const score = (overTime: AnswerOverTime | undefined, truth: Partial<Truth>) =>
      scorer.score(answer(overTime), sampleOf({ id: "a", truth }), null).unscored;
    expect(score(undefined, { moments })).toBe("not measured");
    expect(score({ ...given, stretches: [] }, { moments })).toBe("abstained");
    expect(score(given, {})).toBe("no truth");
  });
});

describe("events", () => {
  it.each([
    ["begins and ends within the tolerance", [0.6, 2.4], 1],
    ["begins too early", [0.4, 2], 0],
    ["ends late, but by less than half of its length", [1, 2.5], 1],
    ["ends later than that", [1, 2.6], 0],
  ])("counts one that %s", (_case, [fromS = 0, toS = 0], same) => {
    expect(countEvents([{ fromS, toS }], [{ fromS: 1, toS: 2 }], 0.5)).toEqual({ same, told: 1, coded: 1 });
  });

  it("takes each event once", () => {
    const [coded, told] = [
      { fromS: 1, toS: 2 },
      { fromS: 1.1, toS: 2 },
    ];
    expect(countEvents([told], [coded, coded], 0.5)).toEqual({ same: 1, told: 1, coded: 2 });
    expect(countEvents([told, told], [coded], 0.5)).toEqual({ same: 1, told: 2, coded: 1 });
  });

  it("holds action units as measured and labels as read against the coded ones, frame by frame too", () => {
    const scorer = createEventsScorer(createLabelReader([], new Map()), "integrated", 0.5);
    const seen = [{ fromS: 0, toS: 4 }];
    const given = {
      stepS: 0.5,
      stretches: [
        reading(0, 1.5, { label: "neutral" }),
        ...[reading(2, 3, { label: "happy" }), reading(3.5, 4, { label: "happy" })], // one event of two stretches
      ],
      actionUnits: [
        { toolbox: "mesh@5", au: "AU12", measured: seen, present: [{ fromS: 2, toS: 3 }] },
        { toolbox: "mesh@5", au: "AU4", measured: seen, present: [{ fromS: 0, toS: 0.5 }] },
      ],
    };
    const found = [
      { what: "AU12", fromS: 2.5, toS: 3 },
      { what: "happy", fromS: 2, toS: 4 },
    ];
    const row = rowOf(scorer, given, { events: { coded: ["AU12", "AU4", "AU9", "happy"], found } });
    // AU9 is measured by nobody. Of 9 frames for AU12 2 are right and 1 is too much, for AU4 2 are too much, for happy 5 are right.
    expect(metricsOf(scorer, [row])).toEqual({
      ...{ event_precision: expect.closeTo(2 / 3), event_recall: 1, event_f1: expect.closeTo(0.8) },
      ...{ frame_f1: expect.closeTo(14 / 17), frame_kappa: expect.closeTo(0.7461, 4) },
    });
    const none = scorer.score(
      answer(given),
      sampleOf({ id: "a", truth: { events: { coded: ["AU9"], found: [] } } }),
      null,
    );
    expect(none).toMatchObject({ value: null, unscored: "not measured" });
  });
});
