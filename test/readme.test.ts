import { readFile } from "node:fs/promises";
import { expect, it } from "vitest";
import { runCli } from "./support/run-cli.ts";

it("shows the demo as it is printed", async () => {
  const readme = await readFile("README.md", "utf8");
  const shown = /<!-- demo -->\n```\n([\s\S]*?)\n```\n<!-- \/demo -->/.exec(readme)?.[1];
  expect((await runCli(["demo"])).stdout.trimEnd()).toBe(shown);
});
