import { readFile } from "node:fs/promises";
import { expect, it } from "vitest";
import { runCli } from "./support/run-cli.ts";

/** Another processor may round a measurement otherwise, which moves what is made of it by one in the last digit. */
const PROBABILITY = /\b[01]\.\d\d\b/g;

it("shows the demo as it is printed", async () => {
  const readme = await readFile("README.md", "utf8");
  const shown = /<!-- demo -->\n```\n([\s\S]*?)\n```\n<!-- \/demo -->/.exec(readme)?.[1];
  const printed = (await runCli(["demo"])).stdout.trimEnd();
  expect(printed.replace(PROBABILITY, "0.##")).toBe(shown?.replace(PROBABILITY, "0.##"));
  const numbers = (text = "") => (text.match(PROBABILITY) ?? []).map(Number);
  for (const [at, number] of numbers(printed).entries())
    expect(Math.abs(number - (numbers(shown)[at] as number))).toBeLessThan(0.015);
});
