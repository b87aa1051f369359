import { basename, resolve } from "node:path";
import { openExemplarSession } from "../compose/exemplars.ts";
import { acceptProposal } from "../discovery/accept-proposal.ts";
import { readSheet, scoreSheet, withScore } from "../discovery/score-sheet.ts";
import {
  portraitsOf,
  readCheckKey,
  readDiscovery,
  type WriteFile,
  writeDiscovery,
} from "../discovery/write-discovery.ts";
import type { Estimate } from "../domain/statistics/estimate.ts";
import { importExemplars } from "../exemplars/import-exemplars.ts";
import { aloneInRun } from "../runs/run-folder.ts";
import { keepInRun } from "../runs/run-manifest.ts";
import { EXIT, interruptSignal } from "./exit.ts";
import { note, outputStyle, print } from "./output.ts";

export async function score(
  sheets: readonly string[],
  options: { readonly in: string; readonly json?: true },
): Promise<void> {
  await readDiscovery(options.in); // says what is wrong with the folder before it is locked
  await aloneInRun(options.in, () => scoreAlone(sheets, options));
}

async function scoreAlone(
  sheets: readonly string[],
  options: { readonly in: string; readonly json?: true },
): Promise<void> {
  const [discovery, key] = [await readDiscovery(options.in), await readCheckKey(options.in)];
  const ratings = (await Promise.all(sheets.map(readSheet))).flat();
  const scores = scoreSheet(ratings, key);
  const scored = new Map(scores.map((one) => [one.proposal, one]));
  const proposals = discovery.proposals.map((proposal) => withScore(proposal, scored.get(proposal.id)));
  const updated = { ...discovery, proposals };
  await writeDiscovery(writingInto(options.in), updated, portraitsOf(updated, interruptSignal()));
  if (options.json === true) return await print(`${JSON.stringify(scores, null, 2)}\n`);
  const style = outputStyle();
  const number = ({ value, low, high }: Estimate) =>
    value === null ? "not defined" : `${value.toFixed(2)} [${low?.toFixed(2) ?? "–"}, ${high?.toFixed(2) ?? "–"}]`;
  for (const one of scores) {
    const word = { confirmed: style.good, rejected: style.bad, undecided: style.doubtful }[one.verdict];
    await print(
      `${style.bold(one.proposal)}  ${word(one.verdict)}\n    ${one.explanation}\n    Krippendorff's alpha ${number(one.agreement)}, told apart ${number(one.toldApart)}, ${one.raters} raters\n`,
    );
  }
}

/** The discovery's folder remembers that it wrote what it is given. */
function writingInto(folder: string): WriteFile {
  return (name, content) => keepInRun(folder, name, content);
}

interface AcceptOptions {
  readonly in: string;
  readonly name?: string;
  readonly store?: string;
  readonly unconfirmed?: true;
}

export async function accept(id: string, options: AcceptOptions): Promise<void> {
  await readDiscovery(options.in); // as above
  await aloneInRun(options.in, () => acceptAlone(id, options));
}

async function acceptAlone(id: string, options: AcceptOptions): Promise<void> {
  const signal = interruptSignal();
  const discovery = await readDiscovery(options.in);
  const accepted = acceptProposal(discovery, id, { ...options, discovery: basename(resolve(options.in)) });
  // A store outlives the folder that a discovery was started in.
  const candidates = accepted.map((one) => ({ ...one, path: resolve(one.path), name: resolve(one.path) }));
  const toolContext = await openExemplarSession(options);
  try {
    const outcome = await importExemplars(toolContext.store, candidates, {
      space: toolContext.space,
      measure: toolContext.measure,
      duplicates: "refuse",
      keepViews: true,
      textEmbedder: null,
      concurrency: toolContext.concurrency,
      now: () => new Date(),
      signal,
    });
    for (const { path, reason } of [...outcome.failures, ...outcome.duplicates]) note(`${path}: ${reason}`);
    if (outcome.added.length + outcome.duplicates.length === 0) {
      process.exitCode = EXIT.nothingDone;
      return;
    }
    const category = candidates[0]?.label.category ?? id;
    const verdict = `It is the category "${category}" in ${toolContext.store.location}.`;
    const proposals = discovery.proposals.map((proposal) =>
      proposal.id === id ? { ...proposal, status: "accepted" as const, verdict } : proposal,
    );
    const updated = { ...discovery, proposals };
    await writeDiscovery(writingInto(options.in), updated, portraitsOf(updated, signal));
    note(`"${category}": ${outcome.added.length} exemplars added to ${toolContext.store.location}`);
    if (outcome.failures.length > 0) process.exitCode = EXIT.doneWithFailures;
  } finally {
    await toolContext.close();
  }
}
