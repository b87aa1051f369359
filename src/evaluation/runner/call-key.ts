import { contentKey } from "../../platform/content-store.ts";
import type { Call } from "../solver.ts";

/** Raised when the meaning of a cached answer changes, so that old ones are asked again rather than misread. */
const ANSWER_FORMAT = 1;

/** Hash of everything that determines an answer: what is asked, of which image, under which identity, how often. */
export function callKey(call: Call, identity: unknown, stimulus: unknown): string {
  const { sample, seed, repeat, condition } = call;
  const asked = {
    question: sample.question,
    context: sample.context,
    options: sample.options,
    statement: sample.statement,
    region: sample.region,
  };
  const whole = { format: ANSWER_FORMAT, identity, condition, stimulus, asked, seed, repeat };
  return contentKey(whole);
}
