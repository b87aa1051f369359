import { execFile } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { promisify } from "node:util";
import { type Browser, chromium } from "playwright-core";
import { acquireLock } from "../../src/platform/file-lock.ts";
import { packageRoot } from "../../src/platform/package-paths.ts";

const run = promisify(execFile);

/** Unpacks what the package ships, with its libraries, which it does where it believes itself on Lambda. */
const UNPACK = `
  const { default: chromium } = await import("@sparticuz/chromium");
  const path = await chromium.executablePath();
  console.log(JSON.stringify({ path, env: { LD_LIBRARY_PATH: process.env.LD_LIBRARY_PATH } }));
`;
/** Root may not use Chromium's own sandbox, and a container has no other user. */
const ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--font-render-hinting=none"];

/** Chromium crashes on the first letter where it finds no font, and the package's own file seeks its fonts in `/tmp/fonts` alone. */
const fontsIn = (folder: string) => `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <include ignore_missing="yes">/etc/fonts/fonts.conf</include>
  <dir>${join(folder, "fonts")}</dir>
  <cachedir>${join(folder, "fonts-cache")}</cachedir>
</fontconfig>
`;

/** A browser: on Linux the one that the npm package `@sparticuz/chromium` ships, elsewhere an installed Chrome or Edge. */
export async function openBrowser(): Promise<Browser> {
  if (process.platform !== "linux" || process.arch !== "x64") {
    return chromium.launch({ channel: "chrome" }).catch(() => chromium.launch({ channel: "msedge" }));
  }
  unpacked ??= unpackedChromium();
  const { path, env } = await unpacked;
  return chromium.launch({ executablePath: path, args: ARGUMENTS, env: { ...process.env, ...env } });
}

let unpacked: ReturnType<typeof unpackedChromium> | undefined;

/** Once a machine, however many test runs are under way: a half unpacked browser cannot be told from a whole one. */
async function unpackedChromium(): Promise<{ path: string; env: Record<string, string> }> {
  const folder = join(tmpdir(), "kuleshov-test-chromium-143.0.4");
  await mkdir(folder, { recursive: true });
  for (;;) {
    const lock = await acquireLock(join(folder, "unpacking.lock"));
    if ("holder" in lock) {
      await wait(200);
      continue;
    }
    try {
      const { stdout } = await run(process.execPath, ["--input-type=module", "-e", UNPACK], {
        cwd: packageRoot(), // the package is found from there, whatever folder a test works in
        env: { ...process.env, TMPDIR: folder, AWS_EXECUTION_ENV: "AWS_Lambda_nodejs20.x" },
      });
      const { path, env } = JSON.parse(stdout);
      const fonts = join(folder, "fonts.conf");
      await writeFile(fonts, fontsIn(folder));
      return { path, env: { ...env, FONTCONFIG_FILE: fonts } };
    } finally {
      await lock.release();
    }
  }
}
