import type { Target } from "./graph-builder.ts";

/** Part of the cache key: raise it with every change of what the compiler writes. */
export const COMPILER_VERSION = 3;

/** What this machine's graphs are written for; part of the cache key. */
export const COMPILER_TARGET: Target = process.arch === "x64" ? "blocked" : "plain";
