import type { HealthCheck } from "../../domain/health.ts";
import { findInstalledPackage } from "../../platform/package-paths.ts";
import type { ModelProvider } from "../model-provider.ts";

/** A model file, run by llama.cpp in a process of its own. */
export const ggufProvider: ModelProvider = {
  name: "gguf",
  severalModels: true,
  form: "<model.gguf>[+<mmproj.gguf>]",
  wellKnown: /\.gguf$/i,
  free: true,
  async open(model, { env: _env, baseUrl: _address, apiKey: _key, ...options }, signal) {
    const { createGgufJudge } = await import("./gguf-judge.ts");
    return createGgufJudge(model, options, { signal });
  },
  async check() {
    const { GGUF_PACKAGE } = await import("./gguf-judge.ts");
    return checkGguf(GGUF_PACKAGE);
  },
};

function checkGguf(name: string): HealthCheck {
  const check = { group: "models", name: "gguf" } as const;
  const found = findInstalledPackage(name);
  if (found === undefined) {
    const detail = `${name} is not installed, which runs model files`;
    return { ...check, state: "missing", detail, remedy: `npm install ${name}` };
  }
  return { ...check, state: "ready", detail: `${name} ${found.version} runs model files`, remedy: null };
}
