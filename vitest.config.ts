import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    pool: "forks",
    // Loading the modules once a worker, not once a file, saves a third of the whole run. Setup files restore what a test
    // file changes for everything else in its process; a module that is replaced (vi.mock) nothing restores.
    isolate: false,
    setupFiles: ["test/support/properties.ts", "test/support/left-as-found.ts"],
    // Many tests wait for processes and servers: three workers fill two cores better than two.
    maxWorkers: 3,
    // For tests that hang, not for slow machines.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    // A state is waited for as long as a slow machine needs; the usual second is timing luck.
    expect: { poll: { timeout: 60_000 } },
    env: { LANGSMITH_TRACING: "false", LANCEDB_LOG: "error" },
  },
});
