import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";

interface Lock {
  readonly packages: Readonly<
    Record<
      string,
      {
        readonly dev?: boolean;
        readonly resolved?: string;
        readonly hasInstallScript?: boolean;
        readonly os?: readonly string[];
      }
    >
  >;
}

const needed = await neededPackages();

describe("What an install of Kuleshov brings", () => {
  it("runs no install script", () => {
    expect(needed.filter(({ hasInstallScript }) => hasInstallScript === true).map(({ path }) => path)).toEqual([]);
  });

  it("says of every script of a development's package whether it may run, so that npm need not warn", async () => {
    const { packages } = JSON.parse(await readFile("package-lock.json", "utf8")) as Lock;
    const named = Object.keys(JSON.parse(await readFile("package.json", "utf8")).allowScripts);
    // Packages that this system does not install are not warned of.
    const scripted = Object.entries(packages).filter(
      ([, { hasInstallScript, os }]) => hasInstallScript && os === undefined,
    );
    expect(scripted.map(([path]) => path.replace("node_modules/", ""))).toEqual(named);
  });

  it("holds one onnxruntime and one sharp", () => {
    const runtimes = needed
      .filter(({ path }) => /\/(onnxruntime-(node|web)|sharp)$/.test(path))
      .map(({ path }) => path);
    expect(runtimes).toEqual(["node_modules/onnxruntime-node", "node_modules/sharp"]);
  });

  it("comes from the npm registry alone", () => {
    const elsewhere = needed.filter(
      ({ resolved }) => !(resolved ?? "https://registry.npmjs.org/").includes("://registry."),
    );
    expect(elsewhere.map(({ path }) => path)).toEqual([]);
  });

  it("needs nothing that only holds for the root of a project", async () => {
    const { overrides, scripts } = JSON.parse(await readFile("package.json", "utf8"));
    // What a package of development alone is held to is nothing that a user gets.
    const held = needed.filter(({ path }) =>
      Object.keys(overrides).some((name) => path.endsWith(`node_modules/${name}`)),
    );
    expect(held.map(({ path }) => path)).toEqual([]);
    expect(Object.keys(scripts)).not.toEqual(
      expect.arrayContaining([expect.stringMatching(/^(pre|post)?install$|^prepare$/)]),
    );
  });
});

/** All packages of the lock that a user of the package gets. */
async function neededPackages() {
  const { packages } = JSON.parse(await readFile("package-lock.json", "utf8")) as Lock;
  return Object.entries(packages)
    .filter(([path, { dev }]) => path !== "" && dev !== true)
    .map(([path, entry]) => ({ path, ...entry }));
}
