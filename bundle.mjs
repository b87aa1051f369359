// What is installed and run, bundled with what it imports, since a command whose thousand modules are looked for one by one has
// not begun after a second. The command is one script, of which V8 can keep what it compiled (`run-kept-code.ts`); the library's
// entries and the workers are modules that share one copy of each. What is native stays a package of its own. After `tsc`.
import { deepStrictEqual } from "node:assert/strict";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { build } from "esbuild";
import { readActionUnitModel } from "./dist/src/adapters/mesh/action-unit-model.js";
import { hashOfMeasuringCode } from "./dist/src/compose/caches.js";
import { actionUnits } from "./dist/src/facs/action-units.js";
import { compoundCategories } from "./dist/src/facs/compound-emotions.js";
import { emotionRules } from "./dist/src/facs/emotion-rules.js";
import { expressionPool } from "./dist/src/facs/expression-pool.js";
import { smileRules } from "./dist/src/facs/smile-types.js";
import { loadPromptLibrary } from "./dist/src/judging/prompt-library.js";
import { loadManifests } from "./dist/src/networks/manifest-store.js";
import { collectParsed } from "./dist/src/platform/parse-shipped.js";

const OUT = "dist/bundle";
const { dependencies, peerDependencies } = JSON.parse(await readFile("package.json", "utf8"));
const NATIVE = ["@lancedb/lancedb", "apache-arrow", "fs-native-extensions", "onnxruntime-node", "sharp"];
const unknown = NATIVE.filter((name) => !(name in dependencies));
if (unknown.length > 0) throw new Error(`Kept out of the bundle but no dependencies: ${unknown.join(", ")}`);

const sources = (await readdir("src", { recursive: true })).map((path) => path.replaceAll("\\", "/"));
/** Named by package.json or bin/, and files that are started by name: threads and processes. */
const ENTRY =
  /^(?:index|cli\/start|cli\/fleet-job|measuring\/define-toolbox|evaluation\/score|domain\/errors|domain\/statistics\/[^/]+|.*-(?:worker|process))\.ts$/;
/** Of two packages whose entries load everything that they have, what is used: half a megabyte that no command has to read. */
const USED = {
  "undici/index.js":
    'exports.Agent = require("./lib/dispatcher/agent"); exports.FormData = require("./lib/web/fetch/formdata").FormData;' +
    'exports.fetch = require("./lib/web/fetch").fetch; exports.Headers = require("./lib/web/fetch/headers").Headers;' +
    'exports.Response = require("./lib/web/fetch/response").Response;',
  "zod/v4/locales/index.js": 'export { default as en } from "./en.js";',
};
const usedOnly = {
  name: "used-only",
  setup({ onLoad }) {
    for (const [file, contents] of Object.entries(USED)) {
      const filter = new RegExp(`node_modules[\\\\/]${file.replaceAll("/", "[\\\\/]").replaceAll(".", "\\.")}$`);
      onLoad({ filter }, () => ({ contents }));
    }
  },
};
/** What openai's package takes from the globals, where it would load Node's own copy of undici beside ours. */
const GLOBALS = 'import { FormData, Headers } from "undici";';
const oneUndici = {
  name: "one-undici",
  setup({ onLoad }) {
    const filter = /node_modules[\\/](?:openai[\\/].*\.mjs|@langchain[\\/]openai[\\/]dist[\\/]utils[\\/]azure\.js)$/;
    onLoad({ filter }, async ({ path }) => {
      const text = await readFile(path, "utf8");
      return /\b(?:new|instanceof) (?:FormData|Headers)\b/.test(text) ? { contents: GLOBALS + text } : undefined;
    });
  },
};
/** sharp's JavaScript goes into the command's script; what is native of it is found from where sharp is installed. */
const sharpWithin = {
  name: "sharp-within",
  setup({ onLoad }) {
    const here = 'const { createRequire } = require("node:module");';
    const native = 'const native = createRequire(createRequire(__filename).resolve("sharp"));';
    onLoad({ filter: /node_modules[\\/]sharp[\\/]dist[\\/]sharp\.cjs$/ }, async ({ path }) => {
      const text = await readFile(path, "utf8");
      return { contents: here + native + text.replaceAll('require("@img/', 'native("@img/') };
    });
  },
};
const shared = { bundle: true, format: "esm", logLevel: "warning", metafile: true, legalComments: "none" };
const forNode = {
  ...shared,
  platform: "node",
  target: "node20.19",
  minifyWhitespace: true,
  minifySyntax: true,
  plugins: [usedOnly, oneUndici],
  external: [...NATIVE, ...Object.keys(peerDependencies)],
};

/** What every `ask` reads of the files that ship. @throws if it is no plain JSON: from the bundle it would come back as another value. */
async function shipped() {
  const parsed = collectParsed();
  await Promise.all([loadPromptLibrary("prompts"), loadManifests(["models/manifests"]), readActionUnitModel()]);
  for (const read of [actionUnits, compoundCategories, emotionRules, expressionPool, smileRules]) read();
  const values = Object.fromEntries(parsed);
  const text = JSON.stringify(values);
  deepStrictEqual(JSON.parse(text), values);
  return text;
}

const define = { MEASURING_CODE: JSON.stringify(await hashOfMeasuringCode()), SHIPPED: await shipped() };

/** Not one that is quoted. The script is given `__import`, see `run-kept-code.ts`. */
const DYNAMIC_IMPORT = /(?<![\w$.`'"])import\(/g;

const command = await build({
  ...forNode,
  entryPoints: ["src/cli/main.ts"],
  outdir: join(OUT, "cli"),
  plugins: [...forNode.plugins, sharpWithin],
  external: forNode.external.filter((name) => name !== "sharp"),
  entryNames: "command-[hash]",
  outExtension: { ".js": ".cjs" },
  format: "cjs",
  write: false,
  define: { ...define, "import.meta.url": "__url" },
  banner: { js: 'const __url=require("node:url").pathToFileURL(__filename).href;' },
});
const [script] = command.outputFiles;
await mkdir(join(OUT, "cli"), { recursive: true });
await writeFile(script.path, inAscii(script.text.replace(DYNAMIC_IMPORT, "__import(")));

/** What esbuild leaves of other letters stands in regular expressions. V8 reads ASCII as it lies in memory. */
function inAscii(text) {
  return text.replace(/[^\0-\x7f]/g, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

const code = await build({
  ...forNode,
  entryPoints: sources.filter((path) => ENTRY.test(path)).map((path) => join("src", path)),
  outdir: OUT,
  outbase: "src",
  splitting: true,
  define: { ...define, COMMAND_SCRIPT: JSON.stringify(basename(script.path)) },
  // Packages in CommonJS ask for Node's own modules by `require`, which a module has not.
  banner: {
    js: 'import{createRequire as __createRequire}from"node:module";const require=__createRequire(import.meta.url);',
  },
});
const page = await build({
  ...shared,
  entryPoints: ["src/studio/page/studio.tsx"],
  outfile: join(OUT, "studio/built-page.js"),
  target: "es2022",
  minify: true,
});

/** Licences ask that their text goes along with a copy. */
async function licenceOf(folder) {
  const { name, version, license } = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
  const file = (await readdir(folder)).find((each) => /^licen[cs]e/i.test(each));
  const text = file === undefined ? "" : await readFile(join(folder, file), "utf8");
  return `${name} ${version} (${license})\n\n${text.trim()}\n`;
}
const inputs = Object.keys({ ...command.metafile.inputs, ...code.metafile.inputs, ...page.metafile.inputs });
const folders = inputs.flatMap((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path) ?? []);
const licences = await Promise.all([...new Set(folders)].sort().map(licenceOf));
await writeFile(join(OUT, "LICENCES.txt"), licences.join(`\n${"-".repeat(80)}\n\n`));
