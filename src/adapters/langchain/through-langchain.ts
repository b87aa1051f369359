import { ConfigurationError } from "../../domain/errors.ts";
import type { HealthCheck } from "../../domain/health.ts";
import { findInstalledPackage, optionalPackage } from "../../platform/package-paths.ts";
import { givenSetting, type ModelProvider } from "../model-provider.ts";
import type { Vendor } from "./langchain-judge.ts";

/** A provider that is reached through one of LangChain's packages, which people install when they want it. */
export interface LangChainProvider {
  readonly name: string;
  /** As people say it: `Anthropic`. */
  readonly title: string;
  readonly package: string;
  readonly wellKnown: RegExp;
  /** Where its key may stand; the first that is set is taken. */
  readonly keyVariables: readonly [string, ...string[]];
  readonly addressVariable: string;
  /** Its own address, without a version. */
  readonly address: string;
  readonly vendor: () => Promise<Vendor>;
}

export function throughLangChain(about: LangChainProvider): ModelProvider {
  const { name, title, wellKnown, keyVariables, addressVariable } = about;
  return {
    name,
    severalModels: true,
    wellKnown,
    free: false,
    async open(model, { env = {}, baseUrl = env[addressVariable], apiKey = keyIn(about, env), ...options }, signal) {
      const { version } = optionalPackage(about.package, `"${name}:${model}"`);
      const key = givenSetting(apiKey);
      if (key === undefined) throw new ConfigurationError(`${title} needs a key: set ${keyVariables[0]}`);
      const { createLangChainJudge } = await import("./langchain-judge.ts");
      const address = (givenSetting(baseUrl) ?? about.address).replace(/\/+$/, "");
      const access = { address, key, build: `${about.package} ${version}` };
      return createLangChainJudge(model, { about, access, vendor: await about.vendor(), ...options }, signal);
    },
    check: async (env) => checkPackage(about, env),
  };
}

function keyIn({ keyVariables }: LangChainProvider, env: Readonly<NodeJS.ProcessEnv>): string | undefined {
  return keyVariables.map((name) => givenSetting(env[name])).find((key) => key !== undefined);
}

function checkPackage(about: LangChainProvider, env: Readonly<NodeJS.ProcessEnv>): HealthCheck {
  const check = { group: "models", name: about.name } as const;
  const found = findInstalledPackage(about.package);
  if (found === undefined) {
    const detail = `${about.package} is not installed, which speaks to ${about.title}`;
    return { ...check, state: "missing", detail, remedy: `npm install ${about.package}` };
  }
  const [variable] = about.keyVariables;
  if (keyIn(about, env) === undefined) {
    return { ...check, state: "missing", detail: `${variable} is not set`, remedy: `set ${variable}` };
  }
  const detail = `a key is set; images leave this machine when it is used`;
  return { ...check, state: "ready", detail, remedy: null };
}
