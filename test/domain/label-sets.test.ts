import { describe, expect, it } from "vitest";
import { type Calibration, calibrationFor, labelSetsOf } from "../../src/domain/label-sets.ts";
import { abstained, judgment, reading, subject } from "../support/builders.ts";

const LABELS = ["anger", "fear", "joy"];
const scored = (scores: readonly number[], missing = 0) => ({ scores: [...scores], abstained: missing });
const nine = [0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45];
const calibration: Calibration = {
  model: "openai:m",
  temperature: 0,
  prompt: { id: "judge", version: "4", sha256: "a".repeat(64) },
  labels: LABELS,
  toolboxes: ["mesh@5"],
  shots: 0,
  samples: 1,
  faceOnly: scored(nine),
  contextOnly: scored([0.5], 8),
  integrated: scored(nine.map((score) => 2 * score)),
};
const { faceOnly: _face, contextOnly: _context, integrated: _both, ...asked } = calibration;
const file = { format: 1 as const, evaluation: "faces", kuleshovVersion: "0", conditions: [calibration] };

describe("a calibration", () => {
  it("is taken where all was asked in the same way, labels in any order and case", () => {
    expect(calibrationFor(file, { ...asked, labels: ["Joy", "anger", "fear"] }, 0.1)).toBe(calibration);
  });

  it.each([
    ["another model", { model: "rules" }, "made with model openai:m, and this asks with rules"],
    [
      "another prompt",
      { prompt: { ...asked.prompt, version: "5" } },
      "made with prompt judge@4 (aaaaaaaa), and this asks with judge@5",
    ],
    [
      "the same version changed",
      { prompt: { ...asked.prompt, sha256: "b".repeat(64) } },
      "this asks with judge@4 (bbbbbbbb)",
    ],
    ["other labels", { labels: ["joy", "pride"] }, "made with labels anger, fear, joy"],
    ["no labels", { labels: [] }, "and this asks with none"],
    ["another toolbox", { toolboxes: [] }, "made with toolboxes mesh@5, and this asks with none"],
    ["examples", { shots: 8 }, "made with number of examples 0, and this asks with 8"],
    ["samples", { samples: 5 }, "made with number of samples 1, and this asks with 5"],
    ["another temperature", { temperature: null }, "made with temperature 0, and this asks with the server's"],
  ])("is refused for %s", (_case, other, sentence) => {
    expect(() => calibrationFor(file, { ...asked, ...other }, 0.1)).toThrow(sentence);
  });

  it("is refused with too few answers for the level", () => {
    expect(() => calibrationFor(file, asked, 0.05)).toThrow(
      "The calibration has 9 answers, and 95 % takes at least 19: evaluate on more images, or ask for a lower level",
    );
  });
});

describe("label sets", () => {
  const setsOf = (shares: Readonly<Record<string, number>>) => {
    const own = reading(shares);
    const judged = judgment(subject({ faceOnly: own, contextOnly: own, integrated: own }));
    return labelSetsOf(judged, calibration, 0.1)[0];
  };

  it("are a verdict, leave several open, or abstain, each reading by its own threshold", () => {
    // Thresholds at 90 %: .45 for the face, so labels from .55 on; .9 integrated, so from .1 on.
    expect(setsOf({ joy: 0.85, fear: 0.15 })).toEqual({
      faceId: "F1",
      faceOnly: { labels: ["joy"], outcome: "verdict", statement: "joy at 90 %" },
      contextOnly: {
        ...{ labels: null, outcome: "abstains" },
        statement: "not calibrated at 90 %: it has 1 answers of the 9 that this takes",
      },
      integrated: {
        ...{ labels: ["joy", "fear"], outcome: "undecided" },
        statement: "cannot tell between joy and fear at 90 %",
      },
    });
    expect(setsOf({ joy: 0.5, fear: 0.3, anger: 0.2 })).toMatchObject({
      faceOnly: { labels: [], outcome: "abstains", statement: "abstains: no label is probable enough at 90 %" },
      integrated: {
        labels: ["joy", "fear", "anger"],
        outcome: "abstains",
        statement: "abstains: no label is ruled out at 90 %",
      },
    });
  });

  it("abstain where the reading does", () => {
    const judged = judgment(subject({ faceOnly: abstained("Too dark") }));
    expect(labelSetsOf(judged, calibration, 0.1)[0]?.faceOnly).toEqual({
      ...{ labels: null, outcome: "abstains", statement: "abstained: Too dark" },
    });
  });
});
