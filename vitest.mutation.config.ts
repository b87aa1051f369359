import { defineConfig } from "vitest/config";

/** The quick tests of the rooms that `npm run mutate` plants faults in: without networks, servers or processes. */
export default defineConfig({
  test: {
    include: [
      "test/domain/**/*.test.ts",
      "test/judging/*.test.ts",
      "test/runs/**/*.test.ts",
      "test/exemplars/*.test.ts",
      "test/measuring/{track-faces,match-faces}.test.ts",
    ],
    pool: "threads",
    maxWorkers: 1,
  },
});
