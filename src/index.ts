/**
 * Kuleshov as a library: measure faces, ask about them, compare models, and bring toolboxes and scorers of your own.
 *
 * @example A question about one image, with a toolbox of your own beside the one that comes along
 * const { dependencies, close } = await openDependencies({ model: "rules", toolboxes: ["mesh"] });
 * const toolboxes = [...dependencies.toolboxes, mine];
 * const report = await ask({ image: "final.jpg", context: "She has just won the final" }, { ...dependencies, toolboxes });
 * await close();
 *
 * @example Faces of many images, in order
 * const toolboxes = await createToolboxes(["mesh", "openface"]);
 * for await (const outcome of measureImages(paths, { toolboxes })) console.log(outcome);
 *
 * Light parts can be had without the rest: `kuleshov/toolbox`, `kuleshov/scorer`, `kuleshov/errors` and
 * `kuleshov/statistics/*` load no model and no network.
 */

// The stories.
export { type AskQuery, ask } from "./ask.ts";
export type { AskDependencies } from "./ask-dependencies.ts";
export { type AskedMany, type AskManyDependencies, type AskManyQuery, askMany } from "./ask-many.ts";
export { askWithout, type Counterfactual } from "./ask-without.ts";
// What they are told with, picked by name.
export { type AskOptions, type OpenedDependencies, openDependencies } from "./compose/ask.ts";
export { type EvaluationOptions, type OpenedEvaluation, openEvaluation } from "./compose/evaluation.ts";
export { openEvidenceFile } from "./compose/evidence.ts";
export { type ExemplarSession, type ExemplarSessionOptions, openExemplarSession } from "./compose/exemplars.ts";
export { type ModelOptions, openModel } from "./compose/models.ts";
export { type OpenedStudyTools, openStudyTools, type StudyToolOptions } from "./compose/study.ts";
export { createToolboxes, type ToolboxOptions, toolboxNames } from "./compose/toolboxes.ts";
export { validationTools } from "./compose/validate.ts";
export { type DiscoverDependencies, type Discovered, type DiscoverQuery, discover } from "./discover.ts";
// Errors.
export * from "./domain/errors.ts";
// What is measured, found and judged.
export { type EvidenceItem, EvidenceKind, type NewEvidence } from "./domain/evidence.ts";
export type { Exemplar } from "./domain/exemplar.ts";
export type { PixelBox } from "./domain/geometry.ts";
export { type Grounding, GroundingVerdict } from "./domain/grounding.ts";
export type { DecodedImage, ImageView } from "./domain/image.ts";
export { Judgment } from "./domain/judgment.ts";
export { BASIC_LABELS } from "./domain/labels.ts";
export { type ActionUnitMeasurement, Face, FaceMeasurement, Scale, type ToolboxSupport } from "./domain/measurement.ts";
export type { Passport, PassportRow } from "./domain/passport.ts";
export { presenceOf } from "./domain/presence.ts";
export { Report } from "./domain/report.ts";
// Evaluations, and scorers of one's own.
export { meanStatistic, type WeightedStatistic } from "./domain/statistics/weighted-statistic.ts";
export { type Evaluated, type EvaluateQuery, evaluate, resumeEvaluation } from "./evaluate.ts";
export type { Answer } from "./evaluation/answer.ts";
export { type ScoredRun, scoreRun, writeReport } from "./evaluation/report/write-report.ts";
// Progress.
export type { RunProgress } from "./evaluation/runner/progress.ts";
export type { Sample } from "./evaluation/sample.ts";
export {
  defineScorer,
  type Metric,
  type Score,
  type ScoredRow,
  type Scorer,
  type ScorerDefinition,
  scored,
  unscored,
} from "./evaluation/score.ts";
export { type PeopleEffects, peopleEffects, writeExperiment } from "./experiment.ts";
export { type FindDependencies, type FindQuery, type Found, find } from "./find.ts";
export { type ImportDependencies, type ImportedStudy, type ImportQuery, importFiles } from "./import.ts";
export { type LabDependencies, type LabQuery, lab } from "./lab.ts";
export { type MeasureDependencies, type MeasuredStudy, type MeasureQuery, measure } from "./measure.ts";
// Measuring, and toolboxes of one's own.
export { decodeImage } from "./measuring/decode-image.ts";
export { type DefinedFace, type DefinedToolbox, defineToolbox } from "./measuring/define-toolbox.ts";
export { type ImageOutcome, type MeasureOptions, measureImages } from "./measuring/measure-image.ts";
export { MeasureOutput, toRecord } from "./measuring/measurement-json.ts";
export type { Step, StepEvent } from "./platform/stopwatch.ts";
// What can be put in the place of ours: every port, with the types that it is made of.
export type * from "./ports/call-ledger.ts";
export type * from "./ports/chat-model.ts";
export type { JudgeModel as ChatModel } from "./ports/chat-model.ts";
export type * from "./ports/clip-encoder.ts";
export type * from "./ports/embedder.ts";
export type { TextEmbedder as Embedder } from "./ports/embedder.ts";
export type * from "./ports/evidence-file.ts";
export type * from "./ports/exemplar-source.ts";
export type * from "./ports/exemplar-store.ts";
export type * from "./ports/face-identity.ts";
export type * from "./ports/fer-toolbox.ts";
export type * from "./ports/fleet-queue.ts";
export type * from "./ports/person-segmenter.ts";
export type * from "./ports/scene-observer.ts";
export type * from "./ports/sound-reader.ts";
export type * from "./ports/speech-detector.ts";
export type * from "./ports/transcriber.ts";
export type * from "./ports/transcript-reader.ts";
export type * from "./ports/video-reader.ts";
export { renderOverlay } from "./render/overlay.ts";
export type { StepProgress } from "./runs/record-steps.ts";
export { readSituation, type SituationOptions, type SituationReading } from "./situations/read-situation.ts";
export { listInputs, type StudyInput } from "./study/study-inputs.ts";
export { type ValidateDependencies, type Validated, type ValidateQuery, validate } from "./validate.ts";
