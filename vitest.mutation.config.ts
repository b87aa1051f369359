import { defineConfig } from "vitest/config";

/** The quick tests of the rooms that `npm run mutate` plants faults in: without networks, servers or processes. */
export default defineConfig({
  test: {
    include: [
      "test/domain/**/*.test.ts",
      "test/judging/*.test.ts",
      "test/runs/**/*.test.ts",
      "test/exemplars/{retrieve-exemplars,rank-exemplars,explain-match,score-similarity,leakage,duplicate-index}.test.ts",
      "test/measuring/{track-faces,match-faces,face-patch}.test.ts",
    ],
    setupFiles: ["test/support/fewer-runs.ts"],
    pool: "threads",
    // Stryker switches each mutant on while the code runs, so that files need no fresh process to see it.
    isolate: false,
    maxWorkers: 1,
    testTimeout: 60_000,
  },
});
