import type { EvalFile } from "../file/eval-file.ts";
import type { RunHeader } from "../runner/stored-run.ts";
import { referencesIn } from "./prompt-changes.ts";

/** A model as the file names it, with the settings that it was asked with: `lab [openai:qwen2.5-vl, temperature 0]`. */
export function modelInWords(
  name: string,
  { models }: Pick<EvalFile, "models">,
  header: Pick<RunHeader, "modelOptions">,
) {
  const { model, temperature, maxTokens, reasoningEffort } = models[name] ?? {};
  const { modelOptions } = header;
  const settings = [
    ...(model === undefined ? [] : [model]),
    ...told("temperature", temperature ?? modelOptions.temperature),
    ...told("most tokens of an answer", maxTokens ?? modelOptions.maxTokens),
    ...told("reasoning effort", reasoningEffort),
    ...told("samples drawn for each answer", modelOptions.samples),
  ];
  return settings.length === 0 ? name : `${name} [${settings.join(", ")}]`;
}

function told(what: string, value: number | string | undefined): readonly string[] {
  return value === undefined ? [] : [`${what} ${value}`];
}

/** A prompt with its version, as the run asked with it: `judge@7`. */
export function promptInWords(name: string, { identities }: Pick<RunHeader, "identities">): string {
  const asked = Object.values(identities).flatMap(referencesIn);
  const found = asked.find(({ id }) => id === name || name.endsWith(`${id}.prompt.md`));
  return found === undefined ? name : `${found.id}@${found.version}`;
}
