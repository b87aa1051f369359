import { z } from "zod";

import { type ContentStore, contentKey } from "../../platform/content-store.ts";
import { type Journal, readRunLines } from "../../runs/journal.ts";

import { Answer } from "../answer.ts";
import { type Call, type Solution, Usage } from "../solver.ts";

/** What is kept of one call. */
const CachedSolution = z.strictObject({
  key: z.string(),
  answer: Answer,
  usage: Usage,
  fingerprint: z.string().nullable(),
  detail: z.unknown(),
});

/** Answers by the hash of everything that determined them. */
export interface AnswerCache {
  /** Whether it gives back what was answered before; one that does not is only filled. */
  readonly reuses: boolean;
  /** `undefined` when there is none, or when what is there is damaged. */
  get(key: string): Promise<Solution | undefined>;
  /** Whether there is an answer, without reading it. */
  has(key: string): Promise<boolean>;
  /** Resolves when the answer is safe on disk. */
  put(key: string, solution: Solution): Promise<void>;
  /** Where an answer is kept. */
  path(key: string): string;
}

export function createAnswerCache(store: ContentStore): AnswerCache {
  return {
    reuses: true,
    path: store.path,
    has: store.has,
    async get(key) {
      const { data } = CachedSolution.safeParse(await store.get(key));
      return data?.key === key ? data : undefined;
    },
    put: (key, { answer, usage, fingerprint, detail = null }) =>
      store.put(key, { key, answer, usage, fingerprint, detail }),
  };
}

/** The same cache, filled but not asked: for a run that is to ask everything anew. */
export function withoutReuse(cache: AnswerCache): AnswerCache {
  return { ...cache, reuses: false, get: async () => undefined, has: async () => false };
}

/** The same cache, which writes down every answer that it gives or is given. */
export function recordingAnswers(cache: AnswerCache, answers: Journal): AnswerCache {
  const note = (key: string, { answer, usage, fingerprint, detail = null }: Solution) =>
    answers.append({ key, answer, usage, fingerprint, detail });
  return {
    ...cache,
    async get(key) {
      const known = await cache.get(key);
      if (known !== undefined) await note(key, known);
      return known;
    },
    async put(key, solution) {
      await cache.put(key, solution);
      await note(key, solution);
    },
  };
}

/** Puts answers that were written down into a cache. @throws {KuleshovError} naming a damaged line. */
export async function takeAnswers(path: string, cache: AnswerCache): Promise<void> {
  for await (const { key, ...solution } of readRunLines(path, CachedSolution)) await cache.put(key, solution);
}

/** Raised when the meaning of a kept answer changes, so that old ones are asked again rather than misread. */
const ANSWER_FORMAT = 1;

/** Hash of everything that determines an answer: what is asked, of which image, under which identity, how often. */
export function callKey(call: Call, identity: unknown, stimulus: unknown): string {
  const { sample, seed, repeat, condition, variables } = call;
  const asked = {
    question: sample.question,
    options: sample.options,
    statement: sample.statement,
    region: sample.region,
    ...(variables && { variables }),
  };
  return contentKey({ format: ANSWER_FORMAT, identity, condition, stimulus, asked, seed, repeat });
}
