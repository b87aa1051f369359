import { access, readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { gunzip, gzip } from "node:zlib";
import { z } from "zod";
import { inWordsIfDiskFull } from "../../platform/disk-full.ts";
import { writeFileAtomic } from "../../platform/write-file-atomic.ts";
import { Answer } from "../answer.ts";
import type { Solution } from "../solver.ts";

/** What is kept of one call. */
export const CachedSolution = z.strictObject({
  key: z.string(),
  answer: Answer,
  usage: z.strictObject({
    inputTokens: z.number().nullable(),
    outputTokens: z.number().nullable(),
    latencyMs: z.number(),
  }),
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

/** A folder with one gzipped JSON file per answer, each written whole or not at all. */
export function createFolderAnswerCache(folder: string): AnswerCache {
  const path = (key: string) => join(folder, key.slice(0, 2), `${key}.json.gz`);
  return {
    reuses: true,
    path,
    has: (key) =>
      access(path(key)).then(
        () => true,
        () => false,
      ),
    async get(key) {
      const bytes = await readFile(path(key)).catch(() => undefined);
      if (bytes === undefined) return undefined;
      const text = await promisify(gunzip)(bytes).catch(() => undefined);
      return text === undefined ? undefined : parse(text.toString("utf8"), key);
    },
    async put(key, { answer, usage, fingerprint, detail }) {
      const text = JSON.stringify({ key, answer, usage, fingerprint, detail: detail === undefined ? null : detail });
      await writeSafely(path(key), await promisify(gzip)(text, { level: 1 }));
    },
  };
}

/** The same cache, filled but not asked: for a run that is to ask everything anew. */
export function withoutReuse(cache: AnswerCache): AnswerCache {
  return { ...cache, reuses: false, get: async () => undefined, has: async () => false };
}

function parse(text: string, key: string): Solution | undefined {
  try {
    const entry = CachedSolution.safeParse(JSON.parse(text));
    return entry.success && entry.data.key === key ? entry.data : undefined;
  } catch {
    return undefined;
  }
}

async function writeSafely(target: string, bytes: Uint8Array): Promise<void> {
  try {
    await writeFileAtomic(target, bytes);
  } catch (error) {
    throw inWordsIfDiskFull(error, target);
  }
}
