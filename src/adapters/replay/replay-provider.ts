import type { ModelProvider } from "../model-provider.ts";

/** What models replied before, as a report or the bundle of an evaluation holds it: no model is asked. */
export const replayProvider: ModelProvider = {
  name: "replay",
  severalModels: true,
  form: "<bundle>",
  wellKnown: /\.zip(#.+)?$/i,
  free: true,
  async open(bundle, { temperature = null, seed = null }) {
    const { openReplay } = await import("./replay-model.ts");
    return openReplay(bundle, { temperature, seed });
  },
  check: async () => ({
    group: "models",
    name: "replay",
    state: "ready",
    detail: "gives again what models replied, from a report or a bundle (`kuleshov eval export <run> --bundle <file>`)",
    remedy: null,
  }),
  // Which bundles there are, nobody knows but the user.
  list: async () => [],
};
