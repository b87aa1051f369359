import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { ownPath } from "../../src/platform/package-paths.ts";
import { samplePhoto } from "../support/photos.ts";
import { runCli } from "../support/run-cli.ts";
import { tempFolder } from "../support/temp-folder.ts";

it("ends as if nobody had killed it, though it was killed twice at random moments", async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [ownPath("test", "kills.mjs"), "2", "measure"]);
  expect(stdout).toMatch(/\| `measure` \| 2 \| \d+ \| none \|/);
}, 180_000);

it("is run by one of two at once in one folder, and the other says who is at work", async () => {
  const folder = await tempFolder();
  const words = ["measure", ...([1, 2, 3] as const).map(samplePhoto), "--no-cache", "--out", folder];
  const [first, second] = await Promise.all([runCli(words), runCli(words)]);
  const [won, lost] = first.code === 0 ? [first, second] : [second, first];
  expect(won.code).toBe(0);
  expect(lost).toMatchObject({
    code: 2,
    stdout: "",
    stderr: expect.stringMatching(/^Cannot write results as process \d+ on .* is at work in the folder: .*\n$/),
  });
}, 60_000);
