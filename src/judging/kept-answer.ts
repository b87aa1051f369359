import type { EvidenceLedger } from "../domain/evidence-ledger.ts";
import type { DecodedImage } from "../domain/image.ts";
import type { Face } from "../domain/measurement.ts";
import type { Question, ShownExemplar } from "../domain/question.ts";
import { Report } from "../domain/report.ts";
import { type ContentStore, contentKey } from "../platform/content-store.ts";
import { sha256 } from "../platform/hash.ts";

/** Answers by the hash of everything that determined them. */
export type AnswerStore = Pick<ContentStore, "get" | "put">;

/** What one answer is an answer to, beside the parts that it was made with. */
interface AskedOf {
  readonly question: Question;
  /** A name of a file, of whose bytes the hash is known; of an image in memory the pixels are hashed. */
  readonly image: DecodedImage;
  readonly isFile: boolean;
  /** Whether a model is shown the faces blurred that the question is not about. */
  readonly blurOthers?: boolean;
  readonly ledger: Pick<EvidenceLedger, "items">;
  readonly exemplars: readonly ShownExemplar[];
}

/** Raised when the meaning of a kept answer changes. */
const FORMAT = 1;

/** @param parts model, prompts, tools and toolboxes, as plain JSON. */
export function answerKey(parts: unknown, { question, image, isFile, blurOthers = false, ledger, exemplars }: AskedOf) {
  const { widthPx, heightPx, frame } = image;
  const pixels = isFile ? { file: image.sha256, frame } : { rgb: sha256(image.rgb) };
  const views = exemplars.map(({ id, view }) => [id, view === null ? null : sha256(view.data)]);
  const asked = { question, image: { ...pixels, widthPx, heightPx }, blurOthers, evidence: ledger.items(), views };
  return contentKey({ format: FORMAT, kind: "ask", parts, asked });
}

/** Measured faces are kept by their own store. */
const KeptAnswer = Report.omit({ faces: true });

/** A report of a question that was answered before: nothing was sent or paid now. `undefined` when it was not. */
export async function keptReport(
  store: AnswerStore,
  key: string,
  {
    faces,
    image,
    timingsMs,
  }: { faces: readonly Face[]; image: DecodedImage; timingsMs: Report["provenance"]["timingsMs"] },
): Promise<Report | undefined> {
  const kept = KeptAnswer.safeParse(await store.get(key));
  if (!kept.success) return undefined;
  const { provenance, warnings, ...rest } = kept.data;
  const since = provenance.keptSince ?? provenance.createdAt;
  const said = `The answer was given at ${since} and kept: nothing was asked now (--no-cache asks again)`;
  return {
    ...rest,
    faces: [...faces],
    warnings: [...warnings, said],
    provenance: {
      ...provenance,
      createdAt: new Date().toISOString(),
      keptSince: since,
      image: { ...provenance.image, path: image.path },
      timingsMs,
      sent: [],
      tokens: { input: 0, output: 0 },
    },
  };
}

/** Keeps a report for whoever asks the same, unless a judge or a sample of it failed, which may pass; `passing` are its words about this one time. */
export async function keepReport(
  store: AnswerStore,
  key: string,
  { faces: _faces, ...report }: Report,
  passing: readonly string[],
): Promise<void> {
  const { samples, panel } = report;
  const parts = [...(samples?.runs ?? []), ...(panel?.judges ?? []), ...(panel?.chair ? [panel.chair] : [])];
  const inside = panel?.judges.flatMap((judge) => judge.samples?.runs ?? []) ?? [];
  if ([...parts, ...inside].some(({ failure }) => failure !== null)) return;
  await store.put(key, { ...report, warnings: report.warnings.filter((warning) => !passing.includes(warning)) });
}
