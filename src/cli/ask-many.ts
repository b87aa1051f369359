import type { AskedMany, AskManyQuery } from "../ask-many.ts";
import type { Asked } from "../compose/asked.ts";
import { ConfigurationError } from "../domain/errors.ts";
import { EXIT } from "./exit.ts";
import { note, print } from "./output.ts";
import { progressNotes, showProgress } from "./progress.ts";
import { shardOutOf } from "./run-options.ts";

/** `kuleshov ask <folder or list>`: every image of it, into a folder that a rerun goes on with. */
export async function askManyCommand(asked: Asked, signal: AbortSignal): Promise<void> {
  const { askListInto } = await import("../compose/ask-list.ts");
  const folder = folderOf(asked);
  let end = () => {};
  const begin = (total: number) => {
    const progress = progressOf(total);
    end = progress.end;
    return progress.update;
  };
  const done = await askListInto(folder, asked, { notify: note, begin }, signal).finally(() => end());
  await report(done, asked, folder);
}

function folderOf({ out, face, shard }: Asked): string {
  if (face !== undefined) throw new ConfigurationError("--face is for one image: a list has a column face");
  if (out !== undefined) return shardOutOf(out, shard);
  throw new ConfigurationError("Many images are asked about into a folder: name it with --out <folder>");
}

function progressOf(total: number) {
  const bar = showProgress(total);
  const line = progressNotes("images asked about");
  const update: NonNullable<AskManyQuery["onProgress"]> = (progress) => {
    const { done, failed, secondsLeft, tokens, usd, unpriced } = progress;
    const remainingMs = secondsLeft === null ? null : secondsLeft * 1000;
    bar.update({ total, done, cached: 0, failed, underWay: 0, tokens, usd, unpriced, remainingMs });
    if (process.stderr.isTTY !== true) line(progress);
  };
  return { update, end: bar.end };
}

async function report(done: AskedMany, asked: Asked, folder: string) {
  const { answers, notes, tokens, estimated, usd, unpriced, left, exhausted } = done;
  const failures = answers.filter(({ failure }) => failure !== null);
  if (asked.json) await print(`${JSON.stringify(answers, null, 2)}\n`);
  else {
    const cost = unpriced === answers.length && unpriced > 0 ? "cost unknown" : `${usd.toFixed(4)} USD`;
    const reckoned = estimated === 0 ? "" : ` (${estimated} of them an estimate)`;
    await print(
      `${answers.length - failures.length} answered, ${failures.length} failed, ${tokens} tokens${reckoned}, ${cost}\n`,
    );
  }
  for (const { id, failure } of failures) note(`${id}: ${failure}`);
  for (const sentence of notes) note(sentence);
  if (exhausted !== null) note(`${left} are left, as ${exhausted}: a rerun with a larger budget goes on`);
  note(`Everything is in ${folder}: answers.csv, answers.jsonl, answers.html`);
  // A shard may hold nothing, or nothing but what fails, and is done all the same.
  if (failures.length === answers.length && asked.shard === undefined) process.exitCode = EXIT.nothingDone;
  else if (failures.length > 0 || exhausted !== null) process.exitCode = EXIT.doneWithFailures;
}
