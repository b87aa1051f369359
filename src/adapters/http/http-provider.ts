import type { ModelProvider } from "../model-provider.ts";

/** Any endpoint that takes JSON and gives JSON, by a template of one's own. */
export const httpProvider: ModelProvider = {
  name: "http",
  severalModels: true,
  form: "<template.http.yaml>",
  free: false,
  async open(path, options) {
    const { createHttpJudge } = await import("./http-judge.ts");
    return createHttpJudge(path, options);
  },
  check: async () => ({
    group: "models",
    name: "http",
    state: "ready",
    detail: "any endpoint, by a template that says what it is sent and where its answer stands",
    remedy: null,
  }),
  // Which templates there are, nobody knows but the user.
  list: async () => [],
};
