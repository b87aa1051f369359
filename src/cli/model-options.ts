import { type Command, Option } from "commander";
import type { ModelSettings } from "../compose/model-settings.ts";
import { MODEL_FORMS, TRANSCRIBER_FORMS } from "../compose/models.ts";

/** Of commands that have images judged: how many judgments are taken together, and how sure they are to be. */
const JUDGE_FLAGS = {
  samples: ["--samples <number>", "judgments of the model to take together: mean readings with their spread"],
  panel: ["--panel <names>", "models that judge the same evidence, as in openai:gpt-4.1,ollama:qwen2.5vl:7b,rules"],
  chair: ["--chair <name>", "the model of the panel that chooses among the claims of all; their mean without it"],
  abstain: ["--abstain <share>", "name every label that cannot be ruled out, wrong in at most this share: .1 is 90 %"],
  calibration: ["--calibration <file>", "calibration.json of an evaluation that asked in the same way, for --abstain"],
} as const satisfies Partial<Record<keyof ModelSettings, readonly [flag: string, purpose: string]>>;

/** Of the command that hears clips. */
const HEARING_FLAGS = {
  transcribe: [
    "--transcribe <name>",
    `have what is said in a clip written down: ${TRANSCRIBER_FORMS}, of any such server`,
  ],
  transcribeUrl: ["--transcribe-url <url>", "address of the transcriber's server"],
} as const satisfies Partial<Record<keyof ModelSettings, readonly [flag: string, purpose: string]>>;

export function addHearingOptions(command: Command): Command {
  for (const [flag, purpose] of Object.values(HEARING_FLAGS)) command.option(flag, purpose);
  return command;
}

/** Adds those of the flags for judges that mean something for this command. */
export function addJudgeOptions(
  command: Command,
  names: readonly (keyof typeof JUDGE_FLAGS)[] = Object.keys(JUDGE_FLAGS) as (keyof typeof JUDGE_FLAGS)[],
): Command {
  for (const name of names) command.option(JUDGE_FLAGS[name][0], JUDGE_FLAGS[name][1]);
  return command;
}

/** The flags of every command that asks a model, each with what it is for. */
const FLAGS: Readonly<
  Record<
    Exclude<keyof ModelSettings, keyof typeof JUDGE_FLAGS | keyof typeof HEARING_FLAGS>,
    readonly [flag: string, purpose: string]
  >
> = {
  model: ["--model <name>", `${MODEL_FORMS}; rules, the default, is built in and sees no image`],
  baseUrl: ["--base-url <url>", "address of the model's server"],
  timeout: ["--timeout <seconds>", "longest wait for one answer of the model"],
  maxTokens: ["--max-tokens <number>", "most tokens of one answer of the model"],
  temperature: ["--temperature <number>", "sampling temperature of the model, 0 to 2"],
  seed: ["--seed <number>", "for the model, where it takes one, and for whatever is drawn at random"],
  allowRemote: ["--allow-remote", "let this model's server, which is elsewhere, be used in this project from now on"],
  localOnly: ["--local-only", "refuse every model that is not on this machine"],
};

/**
 * Adds the flags of commands that ask a model. `purposes` says what one means for this command where that is more than
 * usual, `""` that it is refused in a sentence of its own, `null` that there is none. What the flags leave open is taken from the environment and `kuleshov.config.yaml`, see `modelSettings`.
 */
export function addModelOptions(
  command: Command,
  purposes: { readonly [Name in keyof typeof FLAGS]?: string | null } = {},
): Command {
  for (const [name, [flag, purpose]] of Object.entries(FLAGS)) {
    const own = purposes[name as keyof typeof FLAGS];
    if (own !== null) command.addOption(new Option(flag, own ?? purpose).hideHelp(own === ""));
  }
  return command;
}

/** Adds the flags of commands that ask no model, and may send texts to an embedder. */
export function addRemoteOptions(command: Command): Command {
  const none = { model: null, baseUrl: null, timeout: null, maxTokens: null, temperature: null, seed: null };
  return addModelOptions(command, {
    ...none,
    allowRemote: "let the embedder's server, which is elsewhere, be used in this project from now on",
    localOnly: "refuse an embedder that is not on this machine",
  });
}
