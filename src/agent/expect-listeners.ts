import { defaultMaxListeners, setMaxListeners } from "node:events";

const LISTENERS_EXPECTED = 1000;

/**
 * LangGraph hangs a listener for every step on abort signals of its own making and takes them off when a call ends. A
 * image with a few faces has more steps than the ten listeners from which on Node warns of a leak.
 */
export function expectListeners(): void {
  if (defaultMaxListeners !== 0 && defaultMaxListeners < LISTENERS_EXPECTED) setMaxListeners(LISTENERS_EXPECTED);
}
