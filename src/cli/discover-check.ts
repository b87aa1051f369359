import { acceptInto, scoreInto } from "../compose/check-discovery.ts";
import type { Estimate } from "../domain/statistics/estimate.ts";
import { EXIT, interruptSignal } from "./exit.ts";
import { note, outputStyle, print } from "./output.ts";

export async function score(
  sheets: readonly string[],
  options: { readonly in: string; readonly json?: true },
): Promise<void> {
  const scores = await scoreInto(options.in, sheets, interruptSignal());
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

interface AcceptOptions {
  readonly in: string;
  readonly name?: string;
  readonly store?: string;
  readonly unconfirmed?: true;
}

export async function accept(id: string, { in: folder, ...options }: AcceptOptions): Promise<void> {
  const { category, store, outcome } = await acceptInto(folder, id, options, interruptSignal());
  for (const { path, reason } of [...outcome.failures, ...outcome.duplicates]) note(`${path}: ${reason}`);
  if (outcome.added.length + outcome.duplicates.length === 0) {
    process.exitCode = EXIT.nothingDone;
    return;
  }
  note(`"${category}": ${outcome.added.length} exemplars added to ${store}`);
  if (outcome.failures.length > 0) process.exitCode = EXIT.doneWithFailures;
}
