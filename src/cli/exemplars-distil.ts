import { distilExemplars } from "../compose/distil-exemplars.ts";
import type { ModelFlags } from "../compose/model-settings.ts";
import { type FilterOptions, filterOf } from "./exemplars-read.ts";
import { EXIT, interruptSignal } from "./exit.ts";
import { note } from "./output.ts";

interface DistilOptions extends FilterOptions, ModelFlags {
  readonly force?: true;
}

/** `kuleshov exemplars distil <file>`: definitions of the store's categories, by rule or in a model's words, to be read and changed. */
export async function distil(file: string, given: DistilOptions): Promise<void> {
  const listeners = { notify: note, signal: interruptSignal() };
  const { count, told, notes } = await distilExemplars(file, { ...given, filter: filterOf(given) }, listeners);
  note(...notes, told);
  if (count === 0) process.exitCode = EXIT.nothingDone;
  else if (notes.length > 0) process.exitCode = EXIT.doneWithFailures;
}
