import { readFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import { expect, it } from "vitest";
import { PAGE_STYLE } from "../../src/pages/style.ts";
import { builtFile } from "../../src/platform/package-paths.ts";
import { BUILT_PAGE } from "../../src/studio/assets.ts";
import { STUDIO_STYLE } from "../../src/studio/studio-style.ts";

const MOST_BYTES = 150 * 1024;

it("is small, whole, and asks nobody else for anything", async () => {
  const script = await readFile(builtFile(BUILT_PAGE), "utf8");
  expect(gzipSync(script).length + gzipSync(PAGE_STYLE + STUDIO_STYLE).length).toBeLessThan(MOST_BYTES);
  const addresses = script.match(/https?:\/\/[\w.-]+/g) ?? [];
  expect(addresses.filter((address) => !address.startsWith("http://www.w3.org"))).toEqual([]);
  expect(script).not.toMatch(/\beval\(|new Function\(/);
});
