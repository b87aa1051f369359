import { join } from "node:path";
import { isMap, parseDocument } from "yaml";
import { z } from "zod";
import { ConfigurationError } from "../domain/errors.ts";
import { nearestNames } from "../domain/nearest-name.ts";
import { readText } from "../platform/read-file.ts";
import { whyRefused } from "../platform/system-error.ts";
import { MODEL_FORMS, type ModelOptions, TRANSCRIBER_FORMS } from "./models.ts";
import type { JudgeOptions } from "./several-judges.ts";

/** In the working folder, for everything that is asked from there. */
const SETTINGS_FILE = "kuleshov.config.yaml";
const MOST_BYTES = 1e6;
const LONGEST_NAME = 40;
const LONGEST_WAIT_S = 86_400;
/** From 2^31 on servers take a seed for negative, and 2^32 - 1 for "any". */
const HIGHEST_SEED = 2 ** 31 - 1;
const MOST_SAMPLES = 100;
const MOST_JUDGES = 9;

const number = <T extends z.ZodType>(type: T) =>
  z.preprocess((value) => (typeof value === "string" && DECIMAL.test(value) ? Number(value) : value), type);
const DECIMAL = /^\s*[+-]?(?:\d+\.?\d*|\.\d+)\s*$/;

const yesOrNo = z.preprocess((value) => ({ true: true, false: false })[String(value)] ?? value, z.boolean());

const ADDRESS = z
  .string()
  .trim()
  .pipe(z.url({ protocol: /^https?$/ }))
  .refine((url) => URL.canParse(url) && new URL(url).username === "" && new URL(url).password === "")
  .describe("an address such as http://127.0.0.1:8080/v1, without user and password");

/** How a model is asked: one schema for flags, environment and file. Each says what it takes, to complete "takes ...". */
const SCHEMA = {
  model: z.string().trim().min(1).describe(`the name of a model: ${MODEL_FORMS}`),
  baseUrl: ADDRESS,
  timeout: number(z.number().positive().max(LONGEST_WAIT_S)).describe(`seconds, above 0 and up to ${LONGEST_WAIT_S}`),
  maxTokens: number(z.int().positive()).describe("a whole number from 1"),
  temperature: number(z.number().min(0).max(2)).describe("a number from 0 to 2"),
  seed: number(z.int().min(0).max(HIGHEST_SEED)).describe(`a whole number from 0 to ${HIGHEST_SEED}`),
  samples: number(z.int().min(1).max(MOST_SAMPLES)).describe(`a whole number from 1 to ${MOST_SAMPLES}`),
  panel: z
    .preprocess(
      (value) => (typeof value === "string" ? value.split(",") : value),
      z.array(z.string().trim().min(1)).min(2).max(MOST_JUDGES),
    )
    .refine((names) => new Set(names).size === names.length)
    .describe(`two to ${MOST_JUDGES} different models, as in openai:gpt-4.1,ollama:qwen2.5vl:7b,rules`),
  chair: z.string().trim().min(1).describe("the name of a model of the panel"),
  abstain: number(z.number().gt(0).lt(1)).describe("a number above 0 and below 1, such as .1 for 90 %"),
  calibration: z.string().trim().min(1).describe("the calibration.json of an evaluation, or the evaluation's folder"),
  transcribe: z.string().trim().min(1).describe(`the name of a transcriber: ${TRANSCRIBER_FORMS}`),
  transcribeUrl: ADDRESS,
  allowRemote: yesOrNo.describe("true or false"),
  localOnly: yesOrNo.describe("true or false"),
} as const;

type Name = keyof typeof SCHEMA;
const NAMES = Object.keys(SCHEMA) as Name[];

/** `timeout` is in seconds. */
export type ModelSettings = { readonly [Each in Name]?: z.infer<(typeof SCHEMA)[Each]> };

/** What a user wrote of each on the command line, as it was written: {@link modelSettings} makes sense of it. */
export type ModelFlags = {
  readonly [Each in Name]?: NonNullable<ModelSettings[Each]> extends boolean ? boolean : string;
};

/**
 * The settings of one command: its flags, and where they are silent the environment (`KULESHOV_BASE_URL`, ...), then
 * `kuleshov.config.yaml` in the working folder. A server's address that stands beside a model is that model's: it is not
 * taken for another, which would get the key and the images of the one, or the other way round.
 *
 * @param named whether a file names the models where no flag does, as an evaluation's.
 * @throws {ConfigurationError} if one cannot be used. It repeats no value: one of them may be a key in the wrong place.
 */
export async function modelSettings(
  flags: ModelFlags,
  { folder = ".", env = process.env as Readonly<NodeJS.ProcessEnv>, named = false } = {},
): Promise<ModelSettings> {
  const sources = [flagSettings(flags), environmentSettings(env), await fileSettings(join(folder, SETTINGS_FILE))];
  if (sources.slice(1).some((source) => source.allowRemote !== undefined)) {
    throw new ConfigurationError(
      "Consent is not a setting: give --allow-remote once on the command line, and it is kept for this project",
    );
  }
  const { model, panel, chair } = whoJudges(named ? sources.slice(0, 1) : sources);
  const isTheirs = (source: ModelSettings) =>
    (source.model === undefined && source.panel === undefined) ||
    (panel === undefined ? source.model === model : source.panel === panel);
  const address = sources.find((source) => source.baseUrl !== undefined && isTheirs(source));
  const {
    model: _model,
    panel: _panel,
    chair: _chair,
    baseUrl: _baseUrl,
    ...rest
  } = Object.assign({}, ...sources.toReversed()) as ModelSettings;
  return {
    ...rest,
    ...(model === undefined ? {} : { model }),
    ...(panel === undefined ? {} : { panel }),
    ...(chair === undefined ? {} : { chair }),
    ...(address?.baseUrl === undefined ? {} : { baseUrl: address.baseUrl }),
  };
}

/** The one model, or the panel: whichever is named first. A chair further down is that of a panel that is not asked. */
function whoJudges(sources: readonly ModelSettings[]) {
  const { model, panel } = sources.find((source) => source.model !== undefined || source.panel !== undefined) ?? {};
  if (model !== undefined && panel !== undefined) {
    throw new ConfigurationError(
      "A model and a panel are named: name one of them, and the judge of judges as the chair",
    );
  }
  const [flags] = sources;
  const chair = (panel === undefined ? flags : sources.find((source) => source.chair !== undefined))?.chair;
  return { model, panel, chair };
}

/** What the flags alone say. @throws {ConfigurationError} */
export function flagSettings(flags: ModelFlags): ModelSettings {
  return settingsIn(
    NAMES.map((name) => [name, flags[name]]),
    (name) => `--${kebab(name)}`,
  );
}

const variable = (name: Name) => `KULESHOV_${kebab(name).toUpperCase().replaceAll("-", "_")}`;

/**
 * Has a process that asks on behalf of others go by its flags where they say nothing: what the settings come to now stands
 * in the environment from then on, a model with the address that is its own.
 *
 * @throws {ConfigurationError} if one cannot be used.
 */
export async function keepFlags(flags: ModelFlags, env: NodeJS.ProcessEnv = process.env): Promise<void> {
  if (NAMES.every((name) => flags[name] === undefined)) return;
  const settings = await modelSettings(flags, { env });
  for (const name of NAMES) env[variable(name)] = String(settings[name] ?? "");
}

/** An empty variable is as good as none. */
function environmentSettings(env: Readonly<NodeJS.ProcessEnv>): ModelSettings {
  return settingsIn(
    NAMES.map((name) => [name, env[variable(name)]?.trim() || undefined]),
    variable,
  );
}

async function fileSettings(path: string): Promise<ModelSettings> {
  const text = await readText(path, { mostBytes: MOST_BYTES }).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return "";
    throw new ConfigurationError(`Cannot read settings as ${whyRefused(error)}: \`${path}\``, { cause: error });
  });
  const entries = Object.entries(mappingIn(text, path)).map(([key, value]) => [knownName(key, path), value] as const);
  const twice = entries.find(([name], index) => entries.findIndex(([other]) => other === name) !== index);
  if (twice !== undefined) {
    throw new ConfigurationError(`Cannot read settings as ${kebab(twice[0])} stands there twice: \`${path}\``);
  }
  return settingsIn(entries, (name) => `${kebab(name)} in ${path}`);
}

function mappingIn(text: string, path: string): Readonly<Record<string, unknown>> {
  const document = parseDocument(text, { prettyErrors: false, logLevel: "error" });
  const [broken] = document.errors;
  if (broken !== undefined) {
    const line = text.slice(0, broken.pos[0]).split("\n").length;
    throw new ConfigurationError(`Cannot read settings as line ${line} is not YAML (${broken.code}): \`${path}\``);
  }
  if (document.contents === null) return {};
  if (!isMap(document.contents)) {
    throw new ConfigurationError(`Cannot read settings as they are not lines of \`name: value\`: \`${path}\``);
  }
  try {
    return document.toJS({ maxAliasCount: 0 });
  } catch {
    throw new ConfigurationError(`Cannot read settings as they use YAML's aliases: \`${path}\``);
  }
}

/** Keys are written as the flags are, `base-url`; `baseUrl` is the same. */
function knownName(key: string, path: string): Name {
  const name = NAMES.find((each) => each === key || kebab(each) === key);
  if (name !== undefined) return name;
  const known = NAMES.map(kebab);
  const [near] = nearestNames(key, known);
  const advice = near === undefined ? `there are ${known.join(", ")}` : `did you mean "${near}"?`;
  const secret = /key|secret|password|(?<!max.?)token/i.test(key)
    ? "keys belong into the environment (OPENAI_API_KEY), where no run and no report keeps them"
    : undefined;
  throw new ConfigurationError(
    `Cannot read settings as there is no ${JSON.stringify(key.slice(0, LONGEST_NAME))}: ${secret ?? advice} (\`${path}\`)`,
  );
}

function settingsIn(entries: Iterable<readonly [Name, unknown]>, place: (name: Name) => string): ModelSettings {
  const settings: Partial<Record<Name, unknown>> = {};
  for (const [name, value] of entries) {
    if (value === undefined) continue;
    const read = SCHEMA[name].safeParse(value);
    if (!read.success) throw new ConfigurationError(`${place(name)} takes ${SCHEMA[name].description}`);
    settings[name] = read.data;
  }
  return settings as ModelSettings;
}

function kebab(name: Name): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** A command's options with its flags replaced by what they come to, and what the flags left open filled in. */
export function withSettings<Given extends ModelFlags>(given: Given, settings: ModelSettings) {
  const others = Object.fromEntries(Object.entries(given).filter(([name]) => !(name in SCHEMA))) as Omit<Given, Name>;
  return { ...others, ...settings };
}

/** The settings as models are opened with. */
export function modelOptionsOf(settings: ModelSettings): ModelOptions & JudgeOptions {
  const { baseUrl, timeout, maxTokens, temperature, seed, allowRemote, localOnly } = settings;
  const { samples, panel, chair, abstain, calibration } = settings;
  return {
    ...(samples === undefined ? {} : { samples }),
    ...(panel === undefined ? {} : { panel }),
    ...(chair === undefined ? {} : { chair }),
    ...(abstain === undefined ? {} : { abstain }),
    ...(calibration === undefined ? {} : { calibration }),
    ...(allowRemote === undefined ? {} : { allowRemote }),
    ...(localOnly === undefined ? {} : { localOnly }),
    ...(baseUrl === undefined ? {} : { baseUrl }),
    ...(timeout === undefined ? {} : { timeoutMs: timeout * 1000 }),
    ...(maxTokens === undefined ? {} : { maxTokens }),
    ...(temperature === undefined ? {} : { temperature }),
    ...(seed === undefined ? {} : { seed }),
  };
}
