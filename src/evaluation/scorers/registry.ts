import type { ReadingName } from "../answer.ts";
import type { Analysis } from "../file/analysis.ts";
import type { Rubric } from "../file/rubric.ts";
import type { PersonGrade } from "../judge/person-grades.ts";
import type { LabelReader } from "../label-reader.ts";
import type { EmotionWheel, Lemmas } from "../metrics/emotion-wheels.ts";
import type { Scorer } from "../score.ts";
import { createAccuracyScorer } from "./accuracy.ts";
import { createActionUnitsScorer } from "./action-units.ts";
import { createAffectScorer } from "./affect.ts";
import { createAmbiguityScorer } from "./ambiguity.ts";
import { createCalibrationScorer } from "./calibration.ts";
import { createChoiceScorer } from "./choice.ts";
import { createCorrectedEstimatesScorer } from "./corrected-estimates.ts";
import { createEmerScorer } from "./emer.ts";
import { createEventsScorer } from "./events.ts";
import { createFairnessScorer } from "./fairness.ts";
import { createFaithfulnessScorer } from "./faithfulness.ts";
import { createFixedValuesScorer } from "./fixed-values.ts";
import { createLabelSetsScorer } from "./label-sets.ts";
import { createOpenVocabularyScorer } from "./open-vocabulary.ts";
import { createAffectOverTimeScorer } from "./over-time.ts";
import { createRankingScorer } from "./ranking.ts";
import { createRaterEquivalenceScorer } from "./rater-equivalence.ts";
import { createRatersScorer } from "./raters.ts";
import { createRegeScorer } from "./rege.ts";
import { createReproducibilityScorer } from "./reproducibility.ts";
import { createRougeLScorer } from "./rouge-l.ts";
import { createRubricScorer } from "./rubric.ts";

/** What scorers share. */
interface ScoringContext {
  readonly analysis: Analysis;
  readonly reader: LabelReader;
  readonly reading: ReadingName;
  readonly wheels: readonly EmotionWheel[];
  readonly lemmas: Lemmas;
  /** How far an event may begin and end beside the coded one. */
  readonly toleranceS: number;
  readonly rubric: Rubric;
  /** What people made of the same answers. */
  readonly grades: readonly PersonGrade[];
}

/** Every scorer, by the name that an evaluation file uses. */
const SCORERS = {
  accuracy: ({ reader, reading }) => createAccuracyScorer(reader, reading),
  ranking: ({ reader, reading }) => createRankingScorer(reader, reading),
  "label-sets": ({ reader, reading }) => createLabelSetsScorer(reader, reading),
  "open-vocabulary": ({ wheels, lemmas, reading }) => createOpenVocabularyScorer(wheels, lemmas, { reading }),
  valence: ({ reading }) => createAffectScorer("valence", reading),
  arousal: ({ reading }) => createAffectScorer("arousal", reading),
  "valence-over-time": ({ reading }) => createAffectOverTimeScorer("valence", reading),
  "arousal-over-time": ({ reading }) => createAffectOverTimeScorer("arousal", reading),
  events: ({ reader, reading, toleranceS }) => createEventsScorer(reader, reading, toleranceS),
  "action-units": createActionUnitsScorer,
  calibration: ({ reader, reading }) => createCalibrationScorer(reader, reading),
  fairness: ({ reader, analysis }) => createFairnessScorer(reader, analysis),
  faithfulness: createFaithfulnessScorer,
  "fixed-values": ({ reader, analysis }) => createFixedValuesScorer(reader, analysis),
  reproducibility: ({ reader, reading }) => createReproducibilityScorer(reader, reading),
  "rouge-l": createRougeLScorer,
  rege: ({ reader, reading }) => createRegeScorer(reader, reading),
  raters: ({ reader, reading }) => createRatersScorer(reader, reading),
  "rater-equivalence": ({ reader, analysis }) => createRaterEquivalenceScorer(reader, analysis),
  ambiguity: ({ reader, reading }) => createAmbiguityScorer(reader, reading),
  "corrected-estimates": ({ reader, analysis }) => createCorrectedEstimatesScorer(reader, analysis),
  choice: createChoiceScorer,
  emer: createEmerScorer,
  rubric: ({ rubric, grades }) => createRubricScorer(rubric, grades),
} as const satisfies Readonly<Record<string, (context: ScoringContext) => Scorer>>;

type ScorerName = keyof typeof SCORERS;
export const SCORER_NAMES = Object.keys(SCORERS) as [ScorerName, ...ScorerName[]];

/** The scorer of a name. */
export function createScorer(name: ScorerName, context: ScoringContext): Scorer {
  return SCORERS[name](context);
}
