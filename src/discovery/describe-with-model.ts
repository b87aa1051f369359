import { HumanMessage } from "@langchain/core/messages";
import type { StudyFace } from "../domain/discovery.ts";
import { ProviderError } from "../domain/errors.ts";
import { presenceOf } from "../domain/presence.ts";
import { fillIn, type PromptLibrary } from "../judging/prompt-library.ts";
import { mapInOrder } from "../platform/map-in-order.ts";
import type { JudgeModel } from "../ports/chat-model.ts";
import type { CutPortraits } from "./write-discovery.ts";

export interface DescribeOptions {
  readonly model: JudgeModel;
  readonly prompts: PromptLibrary;
  readonly cut: CutPortraits;
  readonly concurrency: number;
  /** Told of each face that is described, so that it can be kept. */
  readonly onDescribed?: (face: StudyFace) => Promise<void>;
  readonly signal?: AbortSignal;
}

/** Longest description that is kept. */
const LONGEST = 1000;

/**
 * Has a model describe each face in open vocabulary, with its image when the model sees, and with what was measured on
 * it. Faces that have a description keep it; a face that the model fails on has none.
 */
export async function describeFaces(
  faces: readonly StudyFace[],
  options: DescribeOptions,
): Promise<{
  readonly faces: StudyFace[];
  readonly failures: readonly { readonly face: string; readonly reason: string }[];
}> {
  const described: StudyFace[] = [];
  const failures: { face: string; reason: string }[] = [];
  const work = async (face: StudyFace) => (face.description === null ? await describe(face, options) : face);
  for await (const result of mapInOrder(faces, work, options)) {
    if ("reason" in result) {
      failures.push({ face: result.face.id, reason: result.reason });
      described.push(result.face);
    } else {
      if (result.description !== null) await options.onDescribed?.(result);
      described.push(result);
    }
  }
  return { faces: described, failures };
}

async function describe(
  face: StudyFace,
  { model, prompts, cut, signal }: DescribeOptions,
): Promise<StudyFace | { readonly face: StudyFace; readonly reason: string }> {
  signal?.throwIfAborted();
  const portrait = model.capabilities.vision ? (await cut([face.id])).get(face.id) : undefined;
  const text = fillIn(prompts.prompt("describe-face"), {
    measured: measuredWords(face),
    image: portrait === undefined ? "You are not shown the image." : "The image follows.",
  });
  const image =
    portrait === undefined
      ? []
      : [{ type: "image" as const, mimeType: "image/jpeg", data: Buffer.from(portrait).toString("base64") }];
  try {
    const message = new HumanMessage({ contentBlocks: [{ type: "text", text }, ...image] });
    const answer = await model.chat.invoke([message], signal === undefined ? {} : { signal });
    const words = answer.text.replace(/\s+/g, " ").trim().slice(0, LONGEST);
    if (words === "") return { face, reason: "the model answered with nothing" };
    return { ...face, description: { text: words, model: model.id } };
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof ProviderError) return { face, reason: error.message };
    throw error;
  }
}

/** `AU6 0.82, AU12 0.95; expression network: happiness 0.93`. */
function measuredWords({ measurement }: StudyFace): string {
  const units = measurement.actionUnits
    .filter((unit) => unit.side === "both" && presenceOf(unit) === "present")
    .map((unit) => `${unit.au} ${unit.value.toFixed(2)}`);
  const readings = measurement.expressions.map(({ source, distribution }) => {
    const top = [...distribution].sort((a, b) => b.probability - a.probability).slice(0, 3);
    return `${source}: ${top.map(({ label, probability }) => `${label} ${probability.toFixed(2)}`).join(", ")}`;
  });
  return [units.length === 0 ? "no action unit present" : units.join(", "), ...readings].join("; ");
}
