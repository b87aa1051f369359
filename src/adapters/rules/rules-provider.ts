import type { ModelProvider } from "../model-provider.ts";

/** The built-in baseline. */
export const rulesProvider: ModelProvider = {
  name: "rules",
  severalModels: false,
  free: true,
  async open() {
    const { createRulesModel } = await import("./rules-model.ts");
    return createRulesModel();
  },
  check: async () => ({
    group: "models",
    name: "rules",
    state: "ready",
    detail: "the built-in baseline: Bayesian cue integration, no language model",
    remedy: null,
  }),
};
