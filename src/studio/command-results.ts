import { join } from "node:path";
import type { z } from "zod";
import { StudyAgreement } from "../domain/agreement.ts";
import { ConfigurationError } from "../domain/errors.ts";
import { Passport } from "../domain/passport.ts";
import type { AgreementView } from "../pages/agreement-figure.tsx";
import type { AnswersView } from "../pages/answers-view.tsx";
import type { FoundView } from "../pages/found-view.tsx";
import type { PassportView } from "../pages/passport-view.tsx";
import { agreementView, passportView } from "../pages/result-pages.tsx";
import { readText } from "../platform/read-file.ts";
import { reversiblyVisible } from "../platform/visible-text.ts";
import { createPurse } from "../runs/purse.ts";
import type { RunHistory } from "../runs/run-history.ts";
import { answersView, keyTimeOf, readAnswers, readTries, SHOWN } from "../study/asked-answers.ts";
import { readFoundView } from "../study/write-found.ts";
import { shownFrom } from "./runs.ts";

/** What a command found, for the component that its own page is made of. Images have addresses within the studio. */
export type CommandResult =
  | { readonly command: "agreement"; readonly view: AgreementView }
  | { readonly command: "validate"; readonly view: PassportView }
  | { readonly command: "ask"; readonly view: AnswersView }
  | { readonly command: "find"; readonly view: FoundView };

interface Finished {
  /** The studio's folder. */
  readonly root: string;
  /** The run's real place, and its path as pages know it. */
  readonly place: string;
  readonly path: string;
  readonly history: RunHistory;
}

/**
 * `null` where the command has a page of its own, or has found nothing yet.
 *
 * @throws {ConfigurationError} if its files are gone, damaged, or of another version.
 */
export async function resultOf(run: Finished): Promise<CommandResult | null> {
  try {
    return await readResult(run);
  } catch (cause) {
    const isGone = (cause as NodeJS.ErrnoException).code === "ENOENT";
    const reason = isGone ? "a file of it is gone" : "its files are damaged, or of another version";
    throw new ConfigurationError(`Cannot show the result as ${reason}: \`${run.path}\``, { cause });
  }
}

async function readResult(run: Finished): Promise<CommandResult | null> {
  const { place, history } = run;
  const { command } = history.began;
  const has = (name: string) => history.written.has(name);
  if (command === "agreement" && has("agreement.json")) {
    return { command, view: agreementView(await readJson(join(place, "agreement.json"), StudyAgreement)) };
  }
  if (command === "validate" && has("passport.json")) {
    return { command, view: passportView(await readJson(join(place, "passport.json"), Passport)) };
  }
  if (command === "ask" && has("answers.html")) return { command, view: await answersIn(run) };
  if (command === "find" && has("found.html")) return { command, view: await foundIn(run) };
  return null;
}

async function readJson<T>(path: string, schema: z.ZodType<T>): Promise<T> {
  return schema.parse(JSON.parse(await readText(path)));
}

async function answersIn({ root, place, history }: Finished): Promise<AnswersView> {
  const items = await readAnswers(place);
  const spent = createPurse({}, await readTries(place)).spent();
  const images = items.slice(0, SHOWN).map((item) => {
    const path = shownFrom(root, history.began.workingFolder, item.path);
    if (path === null) return null;
    const keyS = item.report === null ? null : keyTimeOf(item.report);
    const at = keyS === null ? [] : [["at", String(keyS)]];
    return `/api/pixels?${new URLSearchParams([["path", path], ["side", "480"], ...at])}`;
  });
  return answersView(items, spent, images);
}

function foundIn({ root, place, path, history }: Finished): Promise<FoundView> {
  return readFoundView(place, ({ path: image, box }) => {
    if (shownFrom(root, history.began.workingFolder, image) === null) return null;
    const corners = [box.leftPx, box.topPx, box.widthPx, box.heightPx].join();
    return `/api/run/portrait?${new URLSearchParams({ path, image: reversiblyVisible(image), box: corners })}`;
  });
}
