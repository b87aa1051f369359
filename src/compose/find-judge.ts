import { openDependencies } from "./ask.ts";
import { storeNames } from "./exemplars.ts";
import { type ModelSettings, modelOptionsOf } from "./model-settings.ts";

/** Who judges the best faces of a search, and where the examples are that it is shown. */
interface FindJudge extends ModelSettings {
  readonly model: string;
  readonly store?: string | undefined;
  readonly pack?: readonly string[] | undefined;
  readonly mirrored?: boolean | undefined;
  readonly cache?: boolean | undefined;
  readonly notify: (notice: string) => void;
}

/** Opens the judge of a search, shown eight examples of the category and of what it could be taken for. */
export function openFindJudge(
  { model, store, pack, mirrored, cache, notify, ...settings }: FindJudge,
  signal?: AbortSignal,
) {
  // Its labels are the examples' categories, which no evaluation was calibrated for.
  const { abstain: _abstain, calibration: _calibration, ...judging } = modelOptionsOf(settings);
  const shots = {
    shots: 8,
    ...(store === undefined ? {} : storeNames({ store })),
    ...(pack === undefined ? {} : { packs: pack }),
    ...(settings.seed === undefined ? {} : { seed: settings.seed }),
  };
  return openDependencies({ ...judging, model, toolboxes: ["mesh"], shots, mirrored, cache, notify }, signal);
}
