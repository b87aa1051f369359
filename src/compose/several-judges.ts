import { stat } from "node:fs/promises";
import { join } from "node:path";
import type { PanelOfModels } from "../agent/fitted-question.ts";
import { ConfigurationError } from "../domain/errors.ts";
import { type Calibrated, CalibrationFile } from "../domain/label-sets.ts";
import { sha256 } from "../platform/hash.ts";
import { readText } from "../platform/read-file.ts";
import { systemPath } from "../platform/system-path.ts";
import type { JudgeModel } from "../ports/chat-model.ts";
import { type ModelOptions, openModel, refuseOneAddressForTwo } from "./models.ts";

/** How many judgments are taken together, whose, and how sure they are to be. */
export interface JudgeOptions {
  /** Judgments of the model, each with a seed of its own; one unless told. */
  readonly samples?: number;
  /** Models that judge the same evidence, instead of the one. */
  readonly panel?: readonly string[];
  /** The one of the panel that chooses among the claims of all; their mean stands without it. */
  readonly chair?: string;
  /** At most which share of the label sets may miss the true label; with `calibration`. */
  readonly abstain?: number;
  /** `calibration.json` of an evaluation, or the evaluation's folder. */
  readonly calibration?: string;
}

/** Samples at 0 are the same again and again. 0.7 is what self-consistency was tried at (Wang et al. 2023). */
const SAMPLING_TEMPERATURE = 0.7;

/**
 * Temperature and seed that the models are opened with: what the user says, else what samples need, else the prompt's.
 *
 * @throws {ConfigurationError} if samples are to be drawn at temperature 0.
 */
export function drawnWith(
  { samples = 1, temperature, seed }: JudgeOptions & Pick<ModelOptions, "temperature" | "seed">,
  usual: number | null,
): Pick<ModelOptions, "temperature" | "seed"> {
  if (samples <= 1) return { temperature: temperature ?? usual, ...(seed === undefined ? {} : { seed }) };
  if (temperature === 0) {
    throw new ConfigurationError(
      `At temperature 0 all samples are the same: leave --temperature out (${SAMPLING_TEMPERATURE} is used), or set it above 0`,
    );
  }
  return { temperature: temperature ?? SAMPLING_TEMPERATURE, seed: seed ?? 0 };
}

/**
 * Connects to every model of a panel; `undefined` without one.
 *
 * @throws {ConfigurationError} if the chair is not of the panel, or cannot choose. @throws {ProviderError}
 */
export async function openPanel(
  { panel, chair, abstain }: JudgeOptions,
  { open = openModel, ...options }: ModelOptions & { readonly open?: typeof openModel },
  signal?: AbortSignal,
): Promise<PanelOfModels | undefined> {
  if (panel === undefined) {
    if (chair === undefined) return undefined;
    throw new ConfigurationError("A chair is for a panel: name one, as in --panel openai:gpt-4.1,rules");
  }
  if (abstain !== undefined) {
    throw new ConfigurationError("A calibration is of one model: give --abstain without a panel");
  }
  if (chair === "rules") {
    throw new ConfigurationError(
      "The rules cannot weigh what others claim: name another model of the panel as the chair",
    );
  }
  if (chair !== undefined && !panel.includes(chair)) {
    throw new ConfigurationError(`The chair is one of the panel, which is ${panel.join(", ")}, and not "${chair}"`);
  }
  refuseOneAddressForTwo(panel, options.baseUrl);
  const judges: JudgeModel[] = [];
  for (const name of panel) judges.push(await open(name, options, signal));
  return { judges, chair: chair === undefined ? null : (judges[panel.indexOf(chair)] ?? null) };
}

/** Reads the calibration that label sets are made by; `undefined` where none are wanted. @throws {ConfigurationError} */
export async function openCalibration(
  { abstain, calibration }: JudgeOptions,
  shots: number,
): Promise<Calibrated | undefined> {
  if (abstain === undefined && calibration === undefined) return undefined;
  if (abstain === undefined)
    throw new ConfigurationError("A calibration is for --abstain: say at which share, as in .1");
  if (calibration === undefined) {
    throw new ConfigurationError(
      "--abstain needs a calibration: run an evaluation of this model (`kuleshov eval run`) and name its calibration.json",
    );
  }
  const isFolder = await stat(systemPath(calibration)).then(
    (found) => found.isDirectory(),
    () => false,
  );
  const path = isFolder ? join(calibration, "calibration.json") : calibration;
  const text = await readText(path).catch((cause: unknown) => {
    const why = (cause as NodeJS.ErrnoException).code === "ENOENT" ? "it is not there" : (cause as Error).message;
    throw new ConfigurationError(`Cannot read calibration as ${why}: \`${path}\``, { cause });
  });
  return { file: parsed(text, path), sha256: sha256(text), alpha: abstain, shots };
}

function parsed(text: string, path: string): CalibrationFile {
  try {
    return CalibrationFile.parse(JSON.parse(text));
  } catch (cause) {
    throw new ConfigurationError(
      `Cannot read calibration as it is not what \`kuleshov eval run\` writes: \`${path}\``,
      { cause },
    );
  }
}
