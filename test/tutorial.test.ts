import { execFile, spawnSync } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { beforeAll, describe, expect, it } from "vitest";
import { EXIT } from "../src/cli/exit.ts";
import { ownPath } from "../src/platform/package-paths.ts";
import { emptyCache, temporaryFolder } from "./support/temp-folder.ts";

/** What a shell finds before the real `npx` and `npm`: this repository as if it had been installed. */
const SHIMS = {
  npx: `#!/bin/sh\n[ "$1" = kuleshov ] || { echo "no $1" >&2; exit 9; }\nshift\nexec "${process.execPath}" "${ownPath("bin", "kuleshov.js")}" "$@"\n`,
  npm: `#!/bin/sh\nmkdir -p node_modules\n[ "$1" = install ] && ln -s "${ownPath("node_modules", "@vladmandic")}" node_modules/\ntrue\n`,
};

interface Block {
  readonly language: string;
  readonly text: string;
}

async function tutorialBlocks(): Promise<readonly Block[]> {
  const tutorial = await readFile(ownPath("docs", "tutorial.md"), "utf8");
  return [...tutorial.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].map(([, language = "", text = ""]) => ({
    language,
    text,
  }));
}

/** The file that a table or an evaluation of the tutorial is to be saved as. */
const SAVED_AS: Readonly<Record<string, string>> = { csv: "labels.csv", yaml: "party.eval.yaml" };

describe.skipIf(process.platform === "win32")("the tutorial", () => {
  let [party, env] = ["", {} as NodeJS.ProcessEnv];
  const said: string[] = [];

  const shell = async (script: string, cwd: string) => {
    const { stdout, stderr } = await promisify(execFile)("sh", ["-ec", script], { cwd, env, maxBuffer: 1 << 26 }).catch(
      (error) => {
        // Without --yes nobody is withdrawn yet, and the command says so by its exit code too.
        if (error.code === EXIT.wrongUse && script.startsWith("npx kuleshov withdraw")) return error;
        throw error;
      },
    );
    return stdout + stderr;
  };

  // Every block in its order, in one folder: commands are run, and files saved, as a reader does.
  beforeAll(async () => {
    const home = await temporaryFolder();
    const bin = join(home, "bin");
    await mkdir(bin);
    for (const [name, text] of Object.entries(SHIMS)) await writeFile(join(bin, name), text, { mode: 0o755 });
    party = join(home, "party");
    env = {
      ...{ ...process.env, PATH: `${bin}:${process.env.PATH}`, KULESHOV_CACHE: await emptyCache(join(home, "cache")) },
      ...{ OPENAI_API_KEY: "", OPENAI_BASE_URL: "", OLLAMA_HOST: "http://127.0.0.1:9" },
    };
    for (const { language, text } of await tutorialBlocks()) {
      const file = SAVED_AS[language];
      if (file !== undefined) await writeFile(join(party, file), text);
      else if (language === "sh") said.push(await shell(text, said.length === 0 ? home : party));
    }
  }, 1_800_000);

  it("has the results that it tells of", async () => {
    const text = (...path: string[]) => readFile(join(party, ...path), "utf8");
    expect((await text("study", "faces.csv")).trim().split("\n")).toHaveLength(1 + 22);
    const pages = [
      "study/study.html",
      "found/found.html",
      "lab/report.html",
      "run/report.html",
      "groups/discovery.html",
    ];
    for (const page of pages) expect(await text(page), page).toContain("<!doctype html>");
    expect(said.join("")).toContain(
      "Nothing in these faces varies together more than by chance, so no groups were looked for.",
    );
    const methods = await text("dataset", "documentation", "methods.md");
    const quoted = (await readFile(ownPath("docs", "tutorial.md"), "utf8"))
      .split("\n")
      .flatMap((line) => (line.startsWith("> ") ? line.slice(2) : []))
      .join(" ");
    for (const part of quoted.split("(...)")) expect(methods).toContain(part.trim());
    expect(await text("dataset", "documentation", "party-checklist.md")).toContain("| 16; 0; ");
    // Shown, and not removed without --yes.
    expect(said.at(-1)).toMatch(/sample6/);
    expect(await text("study", "faces.csv")).toContain("sample6.jpg");
  });

  const has = (command: string, ...words: string[]) => spawnSync(command, words).status === 0;
  const hasR = has("Rscript", "--version");
  it.runIf(hasR)(
    `has a script for R that runs on what was exported${hasR ? "" : ", where Rscript is installed"}`,
    async () => {
      expect(await shell("cd dataset && Rscript analysis/starter.R", party)).toMatch(/22 faces\n1 faces? excluded/);
    },
  );
  // The system's own may have pandas where the first of the path, of pyenv say, has not.
  const python = ["python3", "/usr/bin/python3"].find((name) => has(name, "-c", "import pandas"));
  it.runIf(python)(
    `has a script for Python that runs on what was exported${python ? "" : ", where pandas is installed"}`,
    async () => {
      expect(await shell(`cd dataset && ${python} analysis/starter.py`, party)).toMatch(/22 faces\n1 faces? excluded/);
    },
  );
});
