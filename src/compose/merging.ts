import { createAnswerCache } from "../evaluation/runner/answer-cache.ts";
import type { MergeDependencies } from "../merge.ts";
import { cachePlace, openCache } from "./caches.ts";
import { openHearing, openVideoReader } from "./study.ts";

/** What putting shards together takes on this machine. */
export function openMerging(): MergeDependencies {
  const folder = cachePlace("answers");
  return {
    video: openVideoReader(),
    hearing: openHearing(),
    answers: { cache: createAnswerCache(openCache("answers", folder)), folder },
  };
}
