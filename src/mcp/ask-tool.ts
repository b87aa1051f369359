import { z } from "zod";
import { type AskQuery, ask } from "../ask.ts";
import type { AskDependencies } from "../ask-dependencies.ts";
import { Grounding, supportShares } from "../domain/grounding.ts";
import { Judgment } from "../domain/judgment.ts";
import { Provenance, type Report } from "../domain/report.ts";

/** Arguments of the `ask` tool. */
export const AskInput = z.strictObject({
  image: z.string().min(1).describe("Path of an image file on the server's machine"),
  question: z.string().min(1).optional().describe("What to judge; what emotions are shown, unless told"),
  context: z.string().optional().describe("What is known of the situation, in words"),
  labels: z.array(z.string().min(1)).min(1).optional().describe("Labels to choose from; open unless told"),
});
export type AskInput = z.infer<typeof AskInput>;

/** A report without landmarks, trace and evidence list, which a client reads through the other tools. */
export const AskOutput = z.strictObject({
  judgment: Judgment,
  grounding: Grounding,
  warnings: z.array(z.string()),
  provenance: Provenance,
});
export type AskOutput = z.infer<typeof AskOutput>;

/** Lets Kuleshov's own model judge the image. */
export async function runAsk(input: AskInput, dependencies: AskDependencies, signal?: AbortSignal): Promise<AskOutput> {
  const { image, ...rest } = input;
  const query: AskQuery = { image: image, ...rest };
  const { judgment, grounding, warnings, provenance } = await ask(query, dependencies, signal);
  return { judgment, grounding, warnings, provenance };
}

/** The judgment as a few plain lines: the answer, the integrated readings, and how well the claims hold. */
export function askText({
  judgment,
  grounding,
  warnings,
}: Pick<Report, "judgment" | "grounding" | "warnings">): string {
  const readings = judgment.subjects.map(({ faceId, integrated }) => {
    const labels = integrated.distribution.map(({ label, probability }) => `${label} ${probability.toFixed(2)}`);
    return `${faceId ?? "The scene"}: ${labels.length > 0 ? labels.join(", ") : `abstained (${integrated.abstention})`}`;
  });
  const { agreesWithMeasurements, citesEvidence } = supportShares(grounding);
  const percent = (share: number) => `${Math.round(100 * share)} %`;
  const held =
    grounding.shares === null
      ? "Ungrounded: it makes no claim that could be checked"
      : `Of its claims ${percent(agreesWithMeasurements)} agree with measurements, ${percent(citesEvidence)} cite evidence`;
  const contradicted = grounding.claims
    .filter(({ verdict }) => verdict === "contradicted")
    .map(({ statement, reason }) => `Contradicted: "${statement}" (${reason})`);
  return [judgment.answer, ...readings, held, ...contradicted, ...warnings].join("\n");
}
