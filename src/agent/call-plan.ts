import type { ProviderError } from "../domain/errors.ts";
import type { JudgeModel } from "../ports/chat-model.ts";
import type { AnswerFormat } from "./answer-format.ts";

/** With tools, or everything in one prompt. */
export type ModelMode = "agent" | "single-pass";

/** How a model is addressed. */
export interface Stance {
  readonly mode: ModelMode;
  readonly vision: boolean;
  readonly format: AnswerFormat;
  /** What the report has to say of it. */
  readonly warnings: readonly string[];
}

/** The first attempt: what the server says it can do, or what the user insists on. */
export function stanceFor({ id, capabilities, structuredOutput }: JudgeModel, forced: ModelMode | null): Stance {
  const mode = forced ?? (capabilities.tools ? "agent" : "single-pass");
  return {
    mode,
    vision: capabilities.vision,
    format: structuredOutput,
    warnings: [
      ...(capabilities.vision ? [] : [`${id} cannot see pictures: it judged from the evidence alone`]),
      ...(mode === "agent" || forced !== null ? [] : [`${id} takes no tools: it got all evidence in one prompt`]),
    ],
  };
}

/** The next attempt when the server turned something down; `undefined` when there is nothing left to do without. */
export function retreat(
  stance: Stance,
  { rejects }: Pick<ProviderError, "rejects">,
  forced: ModelMode | null,
): { readonly stance: Stance; readonly warning: string } | undefined {
  if (rejects === "tools") return withoutTools(stance, forced);
  if (rejects === "pictures" && stance.vision) {
    const warning = "The server turned pictures down: the model judged from the evidence alone";
    return { stance: { ...stance, vision: false }, warning };
  }
  if (rejects === "schema" && stance.format === "provider") {
    const format = stance.mode === "agent" ? "tool" : "text";
    const warning = "The server enforces no schema: the judgment's form was asked for in another way";
    return { stance: { ...stance, format }, warning };
  }
  return undefined;
}

function withoutTools(stance: Stance, forced: ModelMode | null) {
  if (stance.mode === "agent" && forced !== "agent") {
    const format = stance.format === "tool" ? "text" : stance.format;
    const warning = "The server turned tools down: the model got all evidence in one prompt";
    return { stance: { ...stance, mode: "single-pass" as const, format }, warning };
  }
  if (stance.mode === "single-pass" && stance.format === "tool") {
    const warning = "The server enforces no schema: the judgment's form was asked for in another way";
    return { stance: { ...stance, format: "text" as const }, warning };
  }
  return undefined;
}
