import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { stat } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { describe, expect, it } from "vitest";
import { ownPath } from "../../src/platform/package-paths.ts";
import { runCli } from "../support/run-cli.ts";
import { tempFolder } from "../support/temp-folder.ts";

describe("kuleshov studio", () => {
  it("prints its address first, keeps its token secret, and ends on Ctrl-C", async () => {
    const folder = await tempFolder();
    const cache = await tempFolder();
    const first = start(folder, cache);
    const address = await firstLine(first);
    expect(address).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/[\w-]{43}\/$/);
    expect((await fetch(address)).status).toBe(200);
    expect((await fetch(new URL("/", address))).status).toBe(404);
    expect((await stat(join(cache, "studio", "token"))).mode & 0o777).toBe(0o600);

    const second = await runCli(["studio", folder, "--no-open", "--port", "0"], { env: { KULESHOV_CACHE: cache } });
    expect(second.code).toBe(2);
    expect(second.stderr).toMatch(/^Cannot open the studio as process \d+ on .* has one on this folder: use its page/);

    first.kill("SIGINT");
    expect(await once(first, "exit")).toEqual([0, null]);
    const third = start(folder, cache);
    expect(new URL(await firstLine(third)).pathname).toBe(new URL(address).pathname);
    third.kill("SIGINT");
    await once(third, "exit");
  });

  it("says which port is taken, and which folder is not there", async () => {
    const folder = await tempFolder();
    const other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    const { port } = other.address() as { port: number };
    const env = { KULESHOV_CACHE: await tempFolder() };
    const taken = await runCli(["studio", folder, "--no-open", "--port", String(port)], { env });
    other.close();
    expect([taken.code, taken.stdout, taken.stderr.trim()]).toEqual([
      2,
      "",
      `Cannot open the studio on port ${port} as another program has it: name another with --port, or none`,
    ]);
    const gone = await runCli(["studio", join(folder, "gone"), "--no-open"], { env });
    expect([gone.code, gone.stderr.trim()]).toEqual([
      2,
      `Cannot open the studio as there is no such folder: \`${join(folder, "gone")}\``,
    ]);
  });
});

function start(folder: string, cache: string): ChildProcess {
  const words = [ownPath("bin", "kuleshov.js"), "studio", folder, "--no-open", "--port", "0"];
  return spawn(process.execPath, words, {
    env: { ...process.env, KULESHOV_CACHE: cache },
    stdio: ["ignore", "pipe", "ignore"],
  });
}

async function firstLine({ stdout }: ChildProcess): Promise<string> {
  if (stdout === null) throw new Error("no standard output");
  for await (const line of createInterface(stdout)) return line;
  throw new Error("it ended without an address");
}
