import { groupBy } from "../../domain/group-by.ts";
import { openJournal } from "../../runs/journal.ts";
import type { RunFolder } from "../../runs/run-folder.ts";
import { NO_COUNTS } from "../../runs/run-rows.ts";
import { SHARD_FILE, type Shard, type ShardPart, shardEntryLine, shardHeadLine, shareOut } from "../../runs/shard.ts";
import type { EvaluationDependencies, PreparedEvaluation } from "../evaluation-dependencies.ts";
import { judgedScorers } from "../judge/judge-calls.ts";
import type { Sample } from "../sample.ts";
import type { Call } from "../solver.ts";
import { recordingAnswers } from "./answer-cache.ts";
import { judgmentIds, linesByCall } from "./ordered-lines.ts";
import type { RunOutcome } from "./run-state.ts";
import { judgmentsPath, RESULT_FILES, resultsPath } from "./stored-run.ts";

/** Whole answers of a shard, which merging takes along: its cache may be another machine's. */
export const KEPT_ANSWERS = "answers.jsonl";

/** What decides the shard of a sample: the faces of one image are asked about at once, and paid once. */
function keyOf({ image, id }: Sample): string {
  return image ?? id;
}

/** Samples of one image one after another, images in the order in which they are first named. */
export function imageByImage(samples: readonly Sample[]): readonly Sample[] {
  return [...groupBy(samples, keyOf).values()].flat();
}

/** Shares the images of an evaluation out. */
export function shareOutImages(samples: readonly Sample[], shard: Shard): ShardPart {
  return shareOut([...groupBy(samples, keyOf).keys()], shard);
}

/** The calls that are made here: all of them where it is no shard. */
export function callsOfPart(calls: readonly Call[], part: ShardPart | undefined): readonly Call[] {
  return part === undefined ? calls : calls.filter(({ sample }) => part.places.has(keyOf(sample)));
}

type ShardOfEvaluation = Pick<PreparedEvaluation, "calls" | "loaded"> & {
  readonly part: ShardPart;
  readonly place: RunFolder;
  readonly dependencies: EvaluationDependencies;
};

/** Runs a shard, with what merging it takes: its whole answers, and which lines are about which image. */
export async function keepShard(
  { part, place, calls, loaded, dependencies }: ShardOfEvaluation,
  run: (parts: EvaluationDependencies) => Promise<RunOutcome>,
): Promise<RunOutcome> {
  const [results, judgments] = RESULT_FILES;
  const tables = judgedScorers(loaded.file).length === 0 ? [results] : [results, judgments];
  const head = shardHeadLine(part, tables);
  await place.write(SHARD_FILE, head);
  await place.claim(KEPT_ANSWERS);
  const answers = await openJournal(`${place.folder}/${KEPT_ANSWERS}`);
  const cache = recordingAnswers(dependencies.cache, answers);
  const outcome = await run({ ...dependencies, cache }).finally(() => answers.close());
  if (outcome.stopped === null) {
    await place.write(SHARD_FILE, head + (await entriesOf(place.folder, callsOfPart(calls, part), part)).join(""));
  }
  return outcome;
}

/** What each image added to the results, whose lines stand in the order of the calls. */
async function entriesOf(folder: string, calls: readonly Call[], { places }: ShardPart): Promise<string[]> {
  const results = await linesByCall(resultsPath(folder));
  const judgments = await linesByCall(judgmentsPath(folder));
  const [resultsFile, judgmentsFile] = RESULT_FILES;
  return [...groupBy(calls, ({ sample }) => keyOf(sample))].map(([key, own]) => {
    const ids = own.map(({ id }) => id);
    const textOf = (lines: ReadonlyMap<string, readonly string[]>, of: readonly string[]) =>
      of.flatMap((id) => lines.get(id) ?? []).join("");
    const last = ids.flatMap((id) => results.get(id)?.at(-1) ?? []);
    const failures = last.filter((line) => JSON.parse(line).failure !== null).length;
    const text = new Map([
      [resultsFile, textOf(results, ids)],
      [judgmentsFile, textOf(judgments, judgmentIds(ids))],
    ]);
    const counts = { ...NO_COUNTS, images: last.length - failures, failures };
    return shardEntryLine({ done: key, inProgress: null, text, counts }, places);
  });
}
