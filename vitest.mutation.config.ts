import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const standIn = fileURLToPath(new URL("test/mutation/collected.ts", import.meta.url));

/** One process of `npm run mutate`: its tests take `it` and its kin from `test/mutation/collected.ts`. */
export default defineConfig({
  plugins: [
    {
      name: "collect-tests",
      enforce: "pre",
      resolveId(source, importer) {
        return source === "vitest" && !importer?.includes("/test/mutation/") ? standIn : undefined;
      },
    },
  ],
  test: {
    include: ["test/mutation/trial.ts"],
    setupFiles: ["test/support/properties.ts"],
    pool: "forks",
    maxWorkers: 1,
    // A mutant that a property does not notice in so many cases is seldom noticed in the usual hundred, at four times the time.
    env: { LANGSMITH_TRACING: "false", PROPERTY_RUNS: "25" },
  },
});
