import type { Command } from "commander";
import type { ModelSettings } from "../compose/model-settings.ts";
import { MODEL_FORMS } from "../compose/models.ts";

/** The flags of every command that asks a model, each with what it is for. */
const FLAGS: Readonly<Record<keyof ModelSettings, readonly [flag: string, purpose: string]>> = {
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
 * usual, `null` that it has none. What the flags leave open is taken from the environment and `kuleshov.config.yaml`, see `modelSettings`.
 */
export function addModelOptions(
  command: Command,
  purposes: { readonly [Name in keyof ModelSettings]?: string | null } = {},
): Command {
  for (const [name, [flag, purpose]] of Object.entries(FLAGS)) {
    const own = purposes[name as keyof ModelSettings];
    if (own !== null) command.option(flag, own ?? purpose);
  }
  return command;
}
