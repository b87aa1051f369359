import { readFileSync } from "node:fs";
import { globSync } from "tinyglobby";
import { defineConfig } from "vitest/config";

const FILES = "test/**/*.test.ts";
/** What a test file changes for everything else in its process: it gets a process of its own. */
const CHANGES_THE_PROCESS =
  /process\.chdir|vi\.mock\(|vi\.stub|vi\.spyOn|useFakeTimers|process\.env\.\w+ =|delete process\.env/;
const own = globSync(FILES).filter((file) => CHANGES_THE_PROCESS.test(readFileSync(file, "utf8")));

export default defineConfig({
  test: {
    pool: "forks",
    // Many tests wait for processes and servers: three workers fill two cores better than two.
    maxWorkers: 3,
    // For tests that hang, not for slow machines.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    env: { LANGSMITH_TRACING: "false", LANCEDB_LOG: "error" },
    projects: [
      // Loading the modules once a worker, not once a file, saves a quarter of the whole run.
      {
        extends: true,
        test: {
          name: "shared",
          include: [FILES],
          exclude: own,
          isolate: false,
          setupFiles: ["test/support/properties.ts"],
        },
      },
      { extends: true, test: { name: "own", include: own } },
    ],
  },
});
