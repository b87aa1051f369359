import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { ownPath } from "../src/platform/package-paths.ts";

const IMAGE = ownPath("node_modules/@vladmandic/face-api/demo/sample1.jpg");

it.each([[["--help"]], [["ask", IMAGE, "--model", "rules"]]])(
  "loads no package of a model that is not asked: %j",
  (given) => {
    const folder = mkdtempSync(join(tmpdir(), "kuleshov-lazy-"));
    const env = { ...process.env, NODE_V8_COVERAGE: folder };
    execFileSync(process.execPath, [ownPath("bin/kuleshov.js"), ...given], { env, stdio: "pipe" });
    const loaded = readdirSync(folder).flatMap((file) => [
      ...readFileSync(join(folder, file), "utf8").matchAll(/node_modules\/((?:@[\w-]+\/)?[\w-]+)\//g),
    ]);
    const packages = new Set(loaded.map(([, name]) => name));
    rmSync(folder, { recursive: true });
    expect(packages).toContain("commander");
    for (const name of ["@langchain/openai", "openai", "ollama", "pg", "pg-boss"]) expect(packages).not.toContain(name);
  },
);
