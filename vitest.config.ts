import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    pool: "forks",
    // Many tests wait for processes and servers: three workers fill two cores better than two.
    maxWorkers: 3,
    testTimeout: 60_000,
    hookTimeout: 120_000,
    env: { LANGSMITH_TRACING: "false", LANCEDB_LOG: "error" },
  },
});
