import type { ToolContext } from "./agent/agent-tool.ts";
import { consult } from "./agent/consult.ts";
import type { ToolProgress } from "./agent/trace-recorder.ts";
import { type AskDependencies, identityOfAsk, judgesOf, overheard } from "./ask-dependencies.ts";
import { type InputQuery, inWords, openInput } from "./ask-input.ts";
import { DEFAULT_QUESTION, type Question } from "./domain/question.ts";
import type { Report } from "./domain/report.ts";
import { fillLedger, observeScene } from "./evidence/fill-ledger.ts";
import { speakerWarnings } from "./evidence/utterance-evidence.ts";
import { chooseExemplars } from "./exemplars/choose-exemplars.ts";
import { announceTransfer } from "./judging/announce-transfer.ts";
import { calibrationOf } from "./judging/find-calibration.ts";
import { answerKey, keepReport, keptReport } from "./judging/kept-answer.ts";
import { recordReplies } from "./judging/record-replies.ts";
import { writeReport } from "./judging/write-report.ts";
import { type StepEvent, startStopwatch } from "./platform/stopwatch.ts";
import { nextTurn } from "./platform/turns.ts";

/** One question about one image or one clip. */
export interface AskQuery extends InputQuery {
  /** What the user states of the situation. */
  readonly context?: string | null;
  /** Labels to choose from; open when not given. */
  readonly labels?: readonly string[] | null;
  /** Told when decoding, measuring, observing and judging begin and end. */
  readonly onProgress?: (event: StepEvent) => void;
  /** Told which tool is being called, and on which face. */
  readonly onTool?: (call: ToolProgress) => void;
}

/**
 * One image or clip from bytes to report: what the faces show as measured, what the scene tells, and what a model makes of
 * both, with every claim held against the measurements. Of a clip one frame, which tells most, stands where an image does;
 * people take the place of faces, and what is measured of them has times.
 *
 * @throws {ImageDecodeError} if the image cannot be read. @throws {InferenceError} if a toolbox fails.
 * @throws {ProviderError} if the model's server fails. @throws {JudgmentError} if its answer stays unusable.
 */
export async function ask(query: AskQuery, dependencies: AskDependencies, stop?: AbortSignal): Promise<Report> {
  // Of its own: of many questions at once each step would listen to the one of all, for which Node warns of a leak.
  const signal = stop && AbortSignal.any([stop]);
  const watch = startStopwatch(query.onProgress);
  const question = questionOf(query);
  const calibration = calibrationOf(dependencies, question.labels);

  const input = await openInput(query, dependencies, { watch, models: judgesOf(dependencies), signal });
  const { image, clip, faces, present } = input;

  await nextTurn();
  const ledger = fillLedger({
    faces,
    toolboxes: dependencies.toolboxes,
    context: question.context,
    clip,
    said: input.said,
    sound: input.sound,
  });
  await watch.time("observe", () => observeScene({ image, faces: present, ledger }, dependencies.observers, signal));
  const { exemplars, warnings } = await chooseExemplars(
    { image, faces: present, question, ledger },
    dependencies.exemplars,
    signal,
  );

  const { answers = null } = dependencies;
  const asked = { ...query, image, isFile: typeof query.image === "string", question, ledger, exemplars };
  const key = answers === null ? "" : answerKey(identityOfAsk(dependencies), asked);
  const kept = answers && (await keptReport(answers, key, { faces, image, timingsMs: watch.timingsMs() }));
  if (kept) return kept;

  const leaving = { withWords: input.said !== null, isClip: clip !== null, notify: dependencies.notify };
  const transfer = judgesOf(dependencies).flatMap((model) => announceTransfer(model, leaving));
  const toolContext: ToolContext = {
    image: input.visible,
    ...(input.atHand && { clip: input.atHand }),
    ledger,
    question: question.text,
    labels: question.labels,
    observer: { type: "model", name: dependencies.model.id },
  };
  const recorder = recordReplies();
  const { consultation, unsent } = await watch.time("judge", async () => {
    const [shown, { video, unsent }] = [await input.shown(), await input.asVideo()];
    await nextTurn();
    const asked = { question, toolContext, shown, clip: clip && { ...inWords(clip), video }, exemplars };
    const parts = overheard(dependencies, recorder);
    return { consultation: await consult({ ...asked, onTool: query.onTool }, parts, signal), unsent };
  });

  const report = writeReport({
    question,
    image,
    clip,
    faces,
    ledger,
    exemplars,
    consultation,
    calibration,
    dependencies,
    replies: recorder.replies(),
    warnings: [
      ...aboutToolboxes(dependencies),
      ...input.warnings,
      ...speakerWarnings(ledger.ofKind("utterance")),
      ...transfer,
      ...unsent,
      ...warnings,
      ...consultation.warnings,
    ],
    timingsMs: watch.timingsMs(),
  });
  if (answers !== null) await keepReport(answers, key, report, transfer);
  return report;
}

function questionOf({ question, context = null, labels = null, face = null }: AskQuery): Question {
  const text = question?.trim() ? question : DEFAULT_QUESTION;
  return { text: face === null ? text : `${face}: ${text}`, context: context?.trim() ? context : null, labels };
}

function aboutToolboxes({ toolboxes }: AskDependencies): readonly string[] {
  return toolboxes.flatMap(({ warnings = [] }) => warnings);
}
