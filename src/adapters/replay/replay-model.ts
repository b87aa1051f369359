import { basename } from "node:path";
import { ConfigurationError, ProviderError } from "../../domain/errors.ts";
import type { RecordedReplies, RecordedRequest } from "../../domain/recorded-replies.ts";
import { canonicalJson } from "../../platform/content-store.ts";
import { requestParts } from "../../platform/request-parts.ts";
import type { JudgeModel } from "../../ports/chat-model.ts";
import { readRecorded } from "./read-recorded.ts";

/**
 * A model that was recorded, as it is asked once more: to a request that it was sent it gives what it replied then, the
 * second time what it replied the second time. It bears its own name, as its notes in the evidence do.
 *
 * @param bundle Path of a report, of the folder of an `ask`, or of a bundle; where several models replied, one is named
 * behind it, as in `trial.zip#openai:gpt-4.1`.
 * @throws {ConfigurationError} if nothing of a model is in it, or of several and none is named.
 */
export async function openReplay(
  bundle: string,
  drawn: { readonly temperature: number | null; readonly seed: number | null },
): Promise<JudgeModel> {
  const { path, named, recorded, sha256 } = await readRecorded(bundle);
  const own = ofOneModel(recorded, { path, named });
  const last = own.at(-1) as RecordedReplies;
  const replies = own.flatMap((each) => each.replies);
  const left = new Map<string, (typeof replies)[number]["reply"][]>();
  for (const { request, reply } of replies) {
    const key = canonicalJson(request);
    left.set(key, [...(left.get(key) ?? []), reply]);
  }
  const requests = replies.map(({ request }) => request);
  const takes = (name: "temperature" | "seed") => requests.some((request) => request[name] !== null);
  const temperature = takes("temperature") ? drawn.temperature : null;
  const seed = takes("seed") ? drawn.seed : null;
  return {
    id: last.model,
    remote: false,
    replayedFrom: basename(path),
    capabilities: last.capabilities,
    temperature,
    seed,
    identity: { server: `replies recorded in ${basename(path)}`, digest: sha256 },
    async reply(asked, signal) {
      signal?.throwIfAborted();
      const request = requestParts(asked, { temperature, seed });
      const kept = left.get(canonicalJson(request));
      const reply = kept?.shift();
      if (reply !== undefined) return reply;
      const why = kept === undefined ? differenceInWords(request, requests) : "it was sent less often than now";
      throw new ProviderError(`\`${path}\` holds no reply of ${last.model} to this request: ${why}`, {
        retryable: false,
      });
    },
  };
}

function ofOneModel(
  recorded: readonly RecordedReplies[],
  { path, named }: { readonly path: string; readonly named: string | undefined },
): readonly RecordedReplies[] {
  const models = [...new Set(recorded.map(({ model }) => model))];
  const [first] = models;
  if (first === undefined) {
    throw new ConfigurationError(
      `Cannot replay as no replies of a model are in it (those of rules and of earlier versions are not kept): \`${path}\``,
    );
  }
  const held = `it holds the replies of ${models.join(" and of ")}`;
  if (named === undefined && models.length > 1) {
    throw new ConfigurationError(`Which model of \`${path}\`? As ${held}, write replay:${path}#${first}`);
  }
  const model = named ?? first;
  if (!models.includes(model)) throw new ConfigurationError(`Cannot replay ${model} as ${held}: \`${path}\``);
  return recorded.filter((each) => each.model === model);
}

const PARTS: Readonly<Record<keyof RecordedRequest, string>> = {
  system: "the system prompt",
  form: "the tools or the form of the answer",
  images: "the images",
  words: "the words (question, context, evidence or what was said before)",
  temperature: "the temperature",
  seed: "the seed",
};

/** In what the request differs from the one in the bundle that is most like it. */
function differenceInWords(request: RecordedRequest, recorded: readonly RecordedRequest[]): string {
  const names = Object.keys(PARTS) as (keyof RecordedRequest)[];
  const differing = recorded.map((other) => names.filter((name) => other[name] !== request[name]));
  const least = differing.reduce((best, each) => (each.length < best.length ? each : best));
  return `what is most like it differs in ${least.map((name) => PARTS[name]).join(" and in ")}`;
}
