import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { ownPath } from "../src/platform/package-paths.ts";

interface Coverage {
  readonly result: readonly {
    readonly url: string;
    readonly functions: readonly {
      readonly functionName: string;
      readonly ranges: readonly { readonly count: number }[];
    }[];
  }[];
}

const IMAGE = ownPath("node_modules/@vladmandic/face-api/demo/sample1.jpg");

it.each([[["--help"]], [["ask", IMAGE, "--model", "rules"]]])(
  "loads no package of a model that is not asked: %j",
  (given) => {
    const folder = mkdtempSync(join(tmpdir(), "kuleshov-lazy-"));
    const env = { ...process.env, NODE_V8_COVERAGE: folder };
    execFileSync(process.execPath, [ownPath("bin/kuleshov.js"), ...given], { env, stdio: "pipe" });
    const loaded = readdirSync(folder).flatMap((file) => {
      const { result }: Coverage = JSON.parse(readFileSync(join(folder, file), "utf8"));
      // In the command's script a module of a package is a function of its name, which runs when it is loaded.
      const run = result.flatMap(({ functions }) => functions.filter(({ ranges: [whole] }) => (whole?.count ?? 0) > 0));
      return [...result.map(({ url }) => url), ...run.map(({ functionName }) => functionName)];
    });
    const packages = new Set(loaded.map((place) => /node_modules\/((?:@[\w-]+\/)?[\w-]+)\//.exec(place)?.[1]));
    rmSync(folder, { recursive: true });
    expect(packages).toContain("commander");
    for (const name of ["@langchain/openai", "openai", "ollama", "pg", "pg-boss"]) expect(packages).not.toContain(name);
  },
);
