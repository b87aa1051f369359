import { DEFAULT_RETRIES } from "../../platform/retry.ts";
import { type ServerPlace, usualTimeoutMs } from "../../platform/server-place.ts";
import type { CallOptions } from "../model-provider.ts";

/** How calls to a server are made: as the user says, and as is usual where it is for what is left open. */
export function callSettings(
  { temperature = null, seed = null, maxTokens, ...given }: CallOptions,
  place: ServerPlace,
) {
  return {
    ...{ temperature, seed, maxTokens: maxTokens ?? null },
    timeoutMs: given.timeoutMs ?? usualTimeoutMs(place),
    retries: given.retries ?? DEFAULT_RETRIES,
    turnedDown: given.turnedDown,
    beforeRequest: given.beforeRequest,
  };
}
