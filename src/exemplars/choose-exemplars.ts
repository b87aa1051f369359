import type { EvidenceLedger } from "../domain/evidence-ledger.ts";
import type { DecodedImage } from "../domain/image.ts";
import type { Face } from "../domain/measurement.ts";
import type { Question, ShownExemplar } from "../domain/question.ts";
import type { ExemplarSource } from "../ports/exemplar-source.ts";

interface ExemplarRequest {
  readonly image: DecodedImage;
  readonly faces: readonly Face[];
  readonly question: Question;
  readonly ledger: EvidenceLedger;
}

/** Chooses labelled examples and enters them into the ledger; none without a source. */
export async function chooseExemplars(
  { ledger, ...query }: ExemplarRequest,
  source: ExemplarSource | null,
  signal?: AbortSignal,
): Promise<{ readonly exemplars: readonly ShownExemplar[]; readonly warnings: readonly string[] }> {
  if (source === null) return { exemplars: [], warnings: [] };
  const { exemplars, warnings } = await source.choose(query, signal);
  return { exemplars: exemplars.map((chosen) => ({ ...chosen, item: ledger.add(chosen.item) })), warnings };
}
