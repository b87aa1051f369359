import type { ReadingName } from "../answer.ts";
import type { LabelReader } from "../label-reader.ts";
import type { EmotionWheel, Lemmas } from "../metrics/emotion-wheels.ts";
import type { Scorer } from "../score.ts";
import { createAccuracyScorer } from "./accuracy.ts";
import { createActionUnitsScorer } from "./action-units.ts";
import { createAffectScorer } from "./affect.ts";
import { createCalibrationScorer } from "./calibration.ts";
import { createChoiceScorer } from "./choice.ts";
import { createFaithfulnessScorer } from "./faithfulness.ts";
import { createFixedValuesScorer } from "./fixed-values.ts";
import { createLabelSetsScorer } from "./label-sets.ts";
import { createOpenVocabularyScorer } from "./open-vocabulary.ts";
import { createRankingScorer } from "./ranking.ts";
import { createRatersScorer } from "./raters.ts";
import { createRegeScorer } from "./rege.ts";
import { createReproducibilityScorer } from "./reproducibility.ts";
import { createRougeLScorer } from "./rouge-l.ts";

/** Scorers that need nothing but the answer and the truth, by the names an evaluation file uses. */
export const SCORER_NAMES = [
  "accuracy",
  "ranking",
  "label-sets",
  "open-vocabulary",
  "valence",
  "arousal",
  "action-units",
  "calibration",
  "faithfulness",
  "fixed-values",
  "reproducibility",
  "rouge-l",
  "rege",
  "raters",
  "choice",
] as const;
export type ScorerName = (typeof SCORER_NAMES)[number];

/** What scorers share. */
export interface ScoringContext {
  readonly reader: LabelReader;
  readonly reading: ReadingName;
  readonly wheels: readonly EmotionWheel[];
  readonly lemmas: Lemmas;
}

/** The scorer of a name. */
export function createScorer(name: ScorerName, { reader, reading, wheels, lemmas }: ScoringContext): Scorer {
  const makers: Readonly<Record<ScorerName, () => Scorer>> = {
    accuracy: () => createAccuracyScorer(reader, reading),
    ranking: () => createRankingScorer(reader, reading),
    "label-sets": () => createLabelSetsScorer(reader, reading),
    "open-vocabulary": () => createOpenVocabularyScorer(wheels, lemmas, { reading }),
    valence: () => createAffectScorer("valence", reading),
    arousal: () => createAffectScorer("arousal", reading),
    "action-units": () => createActionUnitsScorer(),
    calibration: () => createCalibrationScorer(reader, reading),
    faithfulness: () => createFaithfulnessScorer(),
    "fixed-values": () => createFixedValuesScorer(reader, reading),
    reproducibility: () => createReproducibilityScorer(reader, reading),
    "rouge-l": () => createRougeLScorer(),
    rege: () => createRegeScorer(reader, reading),
    raters: () => createRatersScorer(reader, reading),
    choice: () => createChoiceScorer(),
  };
  return makers[name]();
}
