// What is installed and run: the command, the library's entries and the workers, bundled with what they import, since a command
// whose thousand modules are looked for one by one has not begun after a second. One build, so that all share one copy of each
// module. What is native, or has to be the copy that somebody else imports too, stays a package of its own. After `tsc`.
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { build } from "esbuild";
import { hashOfMeasuringCode } from "./dist/src/compose/caches.js";

const OUT = "dist/bundle";
const { dependencies, peerDependencies } = JSON.parse(await readFile("package.json", "utf8"));
const NATIVE = ["@lancedb/lancedb", "apache-arrow", "fs-native-extensions", "onnxruntime-node", "sharp"];
const unknown = NATIVE.filter((name) => !(name in dependencies));
if (unknown.length > 0) throw new Error(`Kept out of the bundle but no dependencies: ${unknown.join(", ")}`);

const sources = (await readdir("src", { recursive: true })).map((path) => path.replaceAll("\\", "/"));
/** Named by package.json or bin/, and files that are started by name: threads and processes. */
const ENTRY =
  /^(?:index|cli\/main|cli\/fleet-job|measuring\/define-toolbox|evaluation\/score|domain\/errors|platform\/cache-folder|domain\/statistics\/[^/]+|.*-(?:worker|process))\.ts$/;
/** Of two packages whose entries load everything that they have, what is used: half a megabyte that no command has to read. */
const USED = {
  "undici/index.js":
    'exports.Agent = require("./lib/dispatcher/agent"); exports.FormData = require("./lib/web/fetch/formdata").FormData;' +
    'exports.fetch = require("./lib/web/fetch").fetch;',
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
const shared = { bundle: true, format: "esm", logLevel: "warning", metafile: true, legalComments: "none" };

const code = await build({
  ...shared,
  entryPoints: sources.filter((path) => ENTRY.test(path)).map((path) => join("src", path)),
  outdir: OUT,
  outbase: "src",
  splitting: true,
  platform: "node",
  target: "node20.19",
  minifyWhitespace: true,
  minifySyntax: true,
  plugins: [usedOnly],
  external: [...NATIVE, ...Object.keys(peerDependencies)],
  define: { MEASURING_CODE: JSON.stringify(await hashOfMeasuringCode()) },
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
const inputs = Object.keys({ ...code.metafile.inputs, ...page.metafile.inputs });
const folders = inputs.flatMap((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path) ?? []);
const licences = await Promise.all([...new Set(folders)].sort().map(licenceOf));
await writeFile(join(OUT, "LICENCES.txt"), licences.join(`\n${"-".repeat(80)}\n\n`));
