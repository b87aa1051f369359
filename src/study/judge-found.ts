import { z } from "zod";
import { ask } from "../ask.ts";
import type { AskDependencies } from "../ask-dependencies.ts";
import { sameCategory } from "../domain/category.ts";
import { KuleshovError } from "../domain/errors.ts";
import type { Report } from "../domain/report.ts";
import type { FoundFace } from "./found-faces.ts";

/** What a model says of one found face, with what it rests on. */
export const FoundVerdict = z.strictObject({
  path: z.string(),
  faceId: z.string(),
  /** `null`: it abstained, or failed. */
  same: z.boolean().nullable(),
  /** Probability that it gives the category; `null` when it abstained or failed. */
  probability: z.number().nullable(),
  /** Cues that speak for what it read, each with the statements it cites. */
  cues: z.array(z.strictObject({ statement: z.string(), evidence: z.array(z.string()).readonly() })).readonly(),
  model: z.string(),
  /** Why there is no verdict; `null` when there is one. */
  reason: z.string().nullable(),
});
export type FoundVerdict = Readonly<z.infer<typeof FoundVerdict>>;

/** What a model is asked to call a face that shows something else. */
const OTHERWISE = "another expression";

interface JudgeFoundOptions {
  readonly dependencies: AskDependencies;
  /** Other categories of the examples: what the face may show instead. */
  readonly rivals: readonly string[];
  readonly onProgress?: (done: number) => void;
  readonly signal?: AbortSignal | undefined;
}

/** Asks the model about the best faces, one image after the other; a failure is a verdict that is missing. */
export async function judgeFound(
  faces: readonly FoundFace[],
  category: string,
  options: JudgeFoundOptions,
): Promise<FoundVerdict[]> {
  const { dependencies, signal } = options;
  const labels = [category, ...options.rivals, OTHERWISE];
  const reports = new Map<string, Report | KuleshovError>();
  const verdicts: FoundVerdict[] = [];
  for (const face of faces) {
    signal?.throwIfAborted();
    const report = reports.get(face.path) ?? (await askAbout(face.path, labels, { dependencies, signal }));
    reports.set(face.path, report);
    verdicts.push(verdictOf(face, labels, { report, asked: dependencies.model.id }));
    options.onProgress?.(verdicts.length);
  }
  return verdicts;
}

async function askAbout(
  path: string,
  labels: readonly string[],
  { dependencies, signal }: { readonly dependencies: AskDependencies; readonly signal: AbortSignal | undefined },
): Promise<Report | KuleshovError> {
  const question = `For each face: does it show the same expression as the examples labelled ${JSON.stringify(labels[0])}, and which facial cues tell you?`;
  try {
    return await ask({ image: path, question, labels }, dependencies, signal);
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof KuleshovError) return error;
    throw error;
  }
}

function verdictOf(
  { path, faceId }: FoundFace,
  [category = "", ...rivals]: readonly string[],
  { report, asked }: { readonly report: Report | KuleshovError; readonly asked: string },
): FoundVerdict {
  const model = report instanceof KuleshovError ? asked : report.provenance.model.id;
  const none = { path, faceId, same: null, probability: null, cues: [], model };
  if (report instanceof KuleshovError) return { ...none, reason: report.message };
  const subject = report.judgment.subjects.find((one) => one.faceId === faceId);
  if (subject === undefined) return { ...none, reason: "The model did not judge this face" };
  const { distribution, abstention } = subject.faceOnly;
  if (abstention !== null) return { ...none, reason: abstention };
  const of = (label: string) => distribution.find((entry) => sameCategory(entry.label, label))?.probability;
  const given = of(category);
  const against = rivals.flatMap((rival) => of(rival) ?? []);
  if (given === undefined && against.length === 0)
    return { ...none, reason: "The model used none of the labels it was given" };
  const statements = new Map(report.evidence.map(({ id, statement }) => [id, `${id} ${statement}`]));
  return {
    path,
    faceId,
    // Labels beyond those given, which a model may have made up, say nothing on which of these it is.
    same: given !== undefined && against.every((rival) => given > rival),
    // A label that a distribution leaves out has no probability in it, which is 0 and not unknown.
    probability: given ?? 0,
    cues: subject.cues
      .filter(({ direction }) => direction === "for")
      .map(({ statement, evidenceIds }) => ({
        statement,
        evidence: evidenceIds.flatMap((id) => statements.get(id) ?? []),
      })),
    model,
    reason: null,
  };
}
