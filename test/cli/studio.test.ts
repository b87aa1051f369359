import { once } from "node:events";
import { stat } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { runCli } from "../support/run-cli.ts";
import { serveStudio } from "../support/served-studio.ts";
import { tempFolder } from "../support/temp-folder.ts";

describe("kuleshov studio", () => {
  it("prints its address first, keeps its token secret, and ends on Ctrl-C", async () => {
    const folder = await tempFolder();
    const cache = await tempFolder();
    const env = { KULESHOV_CACHE: cache };
    const first = await serveStudio(folder, env);
    const { address } = first;
    expect(address).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/[\w-]{43}\/$/);
    expect((await fetch(address)).status).toBe(200);
    expect((await fetch(new URL("/", address))).status).toBe(404);
    expect((await stat(join(cache, "studio", "token"))).mode & 0o777).toBe(0o600);

    const second = await runCli(["studio", folder, "--no-open", "--port", "0"], { env });
    expect(second.code).toBe(2);
    expect(second.stderr).toMatch(/^Cannot open the studio as process \d+ on .* has one on this folder: use its page/);

    expect(await first.end()).toBe(0);
    const third = await serveStudio(folder, env);
    expect(new URL(third.address).pathname).toBe(new URL(address).pathname);
    await third.kill();
    const fourth = await serveStudio(folder, env);
    expect((await fetch(fourth.address)).status).toBe(200);
    await fourth.end();
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
