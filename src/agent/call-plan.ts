import type { RejectedFeature } from "../domain/rejected-feature.ts";
import type { JudgeModel, StructuredOutput } from "../ports/chat-model.ts";

/** With tools, or everything in one prompt. */
export type ModelMode = "agent" | "single-pass";

/** How a model is addressed. */
export interface CallPlan {
  readonly mode: ModelMode;
  readonly vision: boolean;
  /** Whether it is shown more than one image. */
  readonly severalImages: boolean;
  /** Whether it is shown a clip as video, beside frames of it. */
  readonly video: boolean;
  /** Whether tools may show it images. */
  readonly imagesAfterTools: boolean;
  readonly format: StructuredOutput;
  /** What the report has to say of it. */
  readonly warnings: readonly string[];
}

/** What the server says it can do, or what the user insists on. */
export function callPlanFor({ id, capabilities }: JudgeModel, forced: ModelMode | null): CallPlan {
  const mode = forced ?? (capabilities.tools ? "agent" : "single-pass");
  return {
    mode,
    vision: capabilities.vision,
    severalImages: capabilities.severalImages,
    video: capabilities.video === true,
    imagesAfterTools: capabilities.imagesAfterTools,
    format: capabilities.structuredOutput,
    warnings: [
      // Of the rules, the line that names the judge says what they go by.
      ...(capabilities.vision || id === "rules" ? [] : [`${id} cannot see images: it judged from the evidence alone`]),
      ...(mode === "agent" || forced !== null ? [] : [`${id} takes no tools: it got all evidence in one prompt`]),
    ],
  };
}

const TURNED_DOWN: Partial<Readonly<Record<RejectedFeature, string>>> = {
  tools: "The server turned tools down: the model got all evidence in one prompt",
  images: "The server turned images down: the model judged from the evidence alone",
  video: "The server turned the clip down as video: the model got frames of it",
  "several-images": "The server takes one image at a time: examples and views were given in words",
  schema: "The server holds no answer to a schema in this way: the form of the judgment was asked for in another",
};

/**
 * The next attempt after the server turned something down: the plan for what is left of its capabilities. `undefined`
 * when that is no other plan, or the user insists on what was turned down.
 */
export function downgrade(
  plan: CallPlan,
  rejects: RejectedFeature | undefined,
  { model, forced }: { readonly model: JudgeModel; readonly forced: ModelMode | null },
): { readonly plan: CallPlan; readonly warning: string } | undefined {
  const warning = rejects === undefined ? undefined : TURNED_DOWN[rejects];
  if (warning === undefined || (rejects === "tools" && forced === "agent")) return undefined;
  const able = callPlanFor(model, forced);
  const next = { ...able, video: plan.video && able.video, warnings: plan.warnings };
  return samePlan(next, plan) ? undefined : { plan: next, warning };
}

function samePlan(a: CallPlan, b: CallPlan): boolean {
  const isSame = (name: "mode" | "vision" | "severalImages" | "video" | "format") => a[name] === b[name];
  return (["mode", "vision", "severalImages", "video", "format"] as const).every(isSame);
}
