import type { ModelProvider } from "../model-provider.ts";

/** Deployments of Azure OpenAI. */
export const azureProvider: ModelProvider = {
  name: "azure",
  severalModels: true,
  form: "<deployment>",
  free: false,
  async open(deployment, options) {
    const { createAzureJudge } = await import("./azure-judge.ts");
    return createAzureJudge(deployment, options);
  },
  async check({ AZURE_OPENAI_ENDPOINT: address, AZURE_OPENAI_API_KEY: key }) {
    const check = { group: "models", name: "azure" } as const;
    if (address && key)
      return { ...check, state: "ready", detail: `AZURE_OPENAI_ENDPOINT is ${address}`, remedy: null };
    const remedy =
      "set AZURE_OPENAI_ENDPOINT and AZURE_OPENAI_API_KEY; AZURE_OPENAI_API_VERSION where it is not the v1 API";
    return {
      ...check,
      state: "missing",
      detail: `${address ? "AZURE_OPENAI_API_KEY" : "AZURE_OPENAI_ENDPOINT"} is not set`,
      remedy,
    };
  },
};
