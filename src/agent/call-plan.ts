import type { ProviderError } from "../domain/errors.ts";
import type { JudgeModel } from "../ports/chat-model.ts";
import type { AnswerFormat } from "./answer-format.ts";

/** With tools, or everything in one prompt. */
export type ModelMode = "agent" | "single-pass";

/** How a model is addressed. */
export interface CallPlan {
  readonly mode: ModelMode;
  readonly vision: boolean;
  readonly format: AnswerFormat;
  /** What the report has to say of it. */
  readonly warnings: readonly string[];
}

/** The first attempt: what the server says it can do, or what the user insists on. */
export function callPlanFor({ id, capabilities, structuredOutput }: JudgeModel, forced: ModelMode | null): CallPlan {
  const mode = forced ?? (capabilities.tools ? "agent" : "single-pass");
  return {
    mode,
    vision: capabilities.vision,
    format: structuredOutput,
    warnings: [
      ...(capabilities.vision ? [] : [`${id} cannot see images: it judged from the evidence alone`]),
      ...(mode === "agent" || forced !== null ? [] : [`${id} takes no tools: it got all evidence in one prompt`]),
    ],
  };
}

/** The next attempt when the server turned something down; `undefined` when there is nothing left to do without. */
export function downgrade(
  plan: CallPlan,
  { rejects }: Pick<ProviderError, "rejects">,
  forced: ModelMode | null,
): { readonly plan: CallPlan; readonly warning: string } | undefined {
  if (rejects === "tools") return withoutTools(plan, forced);
  if (rejects === "images" && plan.vision) {
    const warning = "The server turned images down: the model judged from the evidence alone";
    return { plan: { ...plan, vision: false }, warning };
  }
  if (rejects === "schema" && plan.format === "provider") {
    const format = plan.mode === "agent" ? "tool" : "text";
    const warning = "The server enforces no schema: the judgment's form was asked for in another way";
    return { plan: { ...plan, format }, warning };
  }
  return undefined;
}

function withoutTools(plan: CallPlan, forced: ModelMode | null) {
  if (plan.mode === "agent" && forced !== "agent") {
    const format = plan.format === "tool" ? "text" : plan.format;
    const warning = "The server turned tools down: the model got all evidence in one prompt";
    return { plan: { ...plan, mode: "single-pass" as const, format }, warning };
  }
  if (plan.mode === "single-pass" && plan.format === "tool") {
    const warning = "The server enforces no schema: the judgment's form was asked for in another way";
    return { plan: { ...plan, format: "text" as const }, warning };
  }
  return undefined;
}
