import { MODEL_PROVIDERS } from "./models.ts";

/** A model that can be asked now, by the name that `--model` takes. */
interface JudgeAtHand {
  readonly model: string;
  /** Whether it is shown the image. */
  readonly sees: boolean;
  /** Whether images and words leave this machine when it is used. */
  readonly remote: boolean;
}

export interface JudgesAtHand {
  readonly models: readonly JudgeAtHand[];
  /** Providers whose models must be named, since a key or an address is set: `openai`. */
  readonly byName: readonly string[];
}

/** An answer that takes longer is not worth waiting for. */
const TIMEOUT_MS = 1_500;

/** Which judges are ready: the rules always, the models of servers on this machine, and those that a key is set for. */
export async function judgesAtHand(signal?: AbortSignal, env: Readonly<NodeJS.ProcessEnv> = process.env) {
  const timeout = AbortSignal.timeout(TIMEOUT_MS);
  const either = signal === undefined ? timeout : AbortSignal.any([signal, timeout]);
  const models: JudgeAtHand[] = [];
  const byName: string[] = [];
  for (const provider of MODEL_PROVIDERS) {
    if (!provider.severalModels) models.push({ model: provider.name, sees: false, remote: false });
    else if (provider.list !== undefined) models.push(...(await provider.list(env, either).catch(() => [])));
    else if ((await provider.check(env, either)).state === "ready") byName.push(provider.name);
  }
  const judges: JudgesAtHand = { models, byName };
  return judges;
}
