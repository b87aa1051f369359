import { execFile } from "node:child_process";
import { mkdir, readdir, symlink, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
/** Set to 1, dependencies come from the npm registry, as for a user, instead of from this repository. */
const FROM_REGISTRY = process.env.KULESHOV_TRY_REGISTRY === "1";

/**
 * Packs the built package and installs it into a folder: what a user gets, no file more. Its dependencies are linked to
 * those that are here, as fetching them takes minutes, unless `KULESHOV_TRY_REGISTRY` is 1.
 */
export async function installPackage(folder: string): Promise<void> {
  await writeFile(join(folder, "package.json"), JSON.stringify({ name: "user", private: true, type: "module" }));
  const packed = await npm(["pack", "--ignore-scripts", "--json", "--pack-destination", folder], ".");
  const [{ filename }] = JSON.parse(packed) as [{ filename: string }];
  if (FROM_REGISTRY) {
    await npm(["install", "--no-audit", "--no-fund", filename], folder);
    await npm(["install", "--no-audit", "--no-fund", "--save-dev", "@types/node@20"], folder);
    return;
  }
  const modules = join(folder, "node_modules");
  await mkdir(join(modules, "kuleshov"), { recursive: true });
  await run("tar", ["-xzf", join(folder, filename), "--strip-components=1", "-C", join(modules, "kuleshov")]);
  for (const name of await readdir("node_modules")) {
    if (!name.startsWith(".")) await symlink(resolve("node_modules", name), join(modules, name), "junction");
  }
}

async function npm(words: readonly string[], cwd: string): Promise<string> {
  const shell = process.platform === "win32";
  const { stdout } = await run(shell ? "npm.cmd" : "npm", words, { cwd, shell, maxBuffer: 1 << 26 });
  return stdout;
}
