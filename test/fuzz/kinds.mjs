// The kinds of input, each as a function that makes one by chance and hands it to the code that reads such.
import { execFileSync, spawn } from "node:child_process";
import { cp, mkdir, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import { basename, dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import sharp from "sharp";
import { damaged, oneOf } from "./mutate.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
const PROGRAM = join(root, "bin", "kuleshov.js");
const load = (path) => import(`../../dist/src/${path}.js`);
const PHOTO = join(
  dirname(createRequire(import.meta.url).resolve("@vladmandic/face-api/package.json")),
  "demo",
  "sample2.jpg",
);

/** Sets up what all inputs share, once for each folder, and opens the readers. */
export async function openKinds(place) {
  const shared = join(place, "shared");
  await prepare(shared);
  const own = join(place, "own");
  await rm(own, { recursive: true, force: true });
  await mkdir(own);
  /** Writes an input under a name of its own, so that nothing is taken for what was read before. */
  let count = 0;
  const written = async (bytes, ending) => {
    const path = join(own, `${count++}${ending}`);
    await writeFile(path, bytes);
    return path;
  };
  const damagedFile = async (files, random) => {
    const file = oneOf(random, files);
    return damaged(await readFile(file), random);
  };
  return {
    ...(await imageKinds(shared, written, damagedFile)),
    ...(await tableKinds(own, written)),
    ...(await settingsKinds(own, written, damagedFile)),
    ...(await runKinds(shared, own)),
    ...(await modelKinds(shared)),
    "MCP messages": mcpMessages(shared),
    "special files": await specialFiles(own),
  };
}

async function prepare(shared) {
  if ((await readdir(shared).catch(() => [])).length > 0) return;
  await mkdir(join(shared, "images"), { recursive: true });
  const small = sharp(PHOTO).resize(320);
  for (const format of ["jpeg", "png", "webp", "gif", "tiff", "avif"]) {
    await small
      .clone()
      .toFormat(format)
      .toFile(join(shared, "images", `photo.${format}`));
  }
  const photo = join(shared, "images", "photo.jpeg");
  await writeFile(
    join(shared, "exam.csv"),
    "id,question,options,answer\nq1,Which action unit wrinkles the nose?,AU9|AU12,AU9\n",
  );
  await writeFile(
    join(shared, "exam.eval.yaml"),
    "name: exam\ntask: choose\ndataset: { format: csv, path: exam.csv, columns: { id: id, question: question, options: options, choice: answer } }\nmatrix: { evidence: [none] }\nscorers: [choice]\n",
  );
  const kuleshov = (...words) => execFileSync(process.execPath, [PROGRAM, ...words], { cwd: shared, stdio: "ignore" });
  kuleshov("measure", photo, "--out", "study");
  kuleshov("ask", photo, "--out", "report");
  kuleshov("eval", "run", "exam.eval.yaml", "--out", "evaluated");
}

const filesIn = async (folder, ending = "") =>
  (await readdir(folder, { withFileTypes: true }))
    .filter((entry) => entry.isFile() && entry.name.endsWith(ending))
    .map(({ name }) => join(folder, name));

async function imageKinds(shared, written, damagedFile) {
  const { decodeImage } = await load("measuring/decode-image");
  const images = await filesIn(join(shared, "images"));
  return { images: async (random) => decodeImage(await written(await damagedFile(images, random), ".jpg")) };
}

async function tableKinds(own, written) {
  const [{ importFiles }, { openEvidenceFile }] = [await load("import"), await load("compose/evidence")];
  const [{ listInputs }, { readSituationTable }] = [
    await load("study/study-inputs"),
    await load("situations/situation-table"),
  ];
  const toolboxes = (await filesIn(join(root, "test", "fixtures", "toolboxes"))).filter((file) =>
    /\.(csv|json|txt)$/.test(file),
  );
  const list = Buffer.from('path,neutral,note\n"a, b.jpg",n.jpg,x\nb.jpg,,"y ""z"""\nc.jpg,,\n');
  const situations = Buffer.from('id;situation\n1;She won the final\n2;"He lost; again"\n');
  return {
    "toolbox files": async (random) => {
      const file = oneOf(random, toolboxes);
      const path = await written(damaged(await readFile(file), random), file.slice(file.lastIndexOf(".")));
      const folder = join(own, "imported");
      await rm(folder, { recursive: true, force: true });
      return importFiles({ folder, files: [path] }, { open: openEvidenceFile });
    },
    tables: async (random) => {
      if (random() < 0.5) return listInputs([await written(damaged(list, random), ".csv")]);
      return readSituationTable(await written(damaged(situations, random), ".csv"));
    },
  };
}

async function settingsKinds(own, written, damagedFile) {
  const [{ readEvalFile }, { readPack }] = [await load("evaluation/file/read-eval-file"), await load("exemplars/pack")];
  const [{ loadTaxonomy }, { loadManifest }] = [
    await load("exemplars/load-taxonomy"),
    await load("networks/manifest-store"),
  ];
  const { modelSettings } = await load("compose/model-settings");
  const evaluations = await filesIn(join(root, "evals"), ".yaml");
  const packs = await filesIn(join(root, "fewshot"), ".jsonl");
  const taxonomies = await filesIn(join(root, "fewshot", "taxonomies"), ".json");
  const manifests = await filesIn(join(root, "models", "manifests"), ".json");
  const settings = Buffer.from("model: rules\nbase-url: http://127.0.0.1:9\ntemperature: 0.2\nseed: 3\ntimeout: 20\n");
  return {
    YAML: async (random) => {
      if (random() < 0.7) return readEvalFile(await written(await damagedFile(evaluations, random), ".eval.yaml"));
      await writeFile(join(own, "kuleshov.config.yaml"), damaged(settings, random));
      return modelSettings({}, { folder: own, env: {} });
    },
    "packs and taxonomies": async (random) => {
      if (random() < 0.6) return readPack(await written(await damagedFile(packs, random), ".jsonl"));
      return loadTaxonomy(await written(await damagedFile(taxonomies, random), random() < 0.5 ? ".json" : ".txt"));
    },
    manifests: async (random) => {
      const file = oneOf(random, manifests);
      await writeFile(join(own, basename(file)), damaged(await readFile(file), random));
      return loadManifest(basename(file, ".json"), [own]);
    },
  };
}

async function runKinds(shared, own) {
  const [{ openRunFolder }, { listInputs }] = [await load("runs/run-folder"), await load("study/study-inputs")];
  const [{ studyAgreement }, { scoreRun }] = [
    await load("study/study-agreement"),
    await load("evaluation/report/write-report"),
  ];
  const { answeredCalls, openRun, readResults } = await load("evaluation/runner/stored-run");
  const copied = async (name, random) => {
    const folder = join(own, name);
    await rm(folder, { recursive: true, force: true });
    await cp(join(shared, name), folder, { recursive: true });
    const file = oneOf(random, await filesIn(folder));
    await writeFile(file, damaged(await readFile(file), random));
    return folder;
  };
  return {
    "study folders": async (random) => {
      const folder = await copied("study", random);
      const what = oneOf(random, ["inputs", "agreement", "resume"]);
      if (what === "inputs") return listInputs([folder]);
      if (what === "agreement") return studyAgreement([folder]);
      const run = await openRunFolder(folder, { command: "measure", settings: {}, version: "0", resume: true });
      return run.close("interrupted");
    },
    "evaluation folders": async (random) => {
      const folder = await copied("evaluated", random);
      await openRun(folder);
      await readResults(folder);
      await answeredCalls(folder);
      return scoreRun(folder);
    },
  };
}

async function modelKinds(shared) {
  const { jsonIn } = await load("judging/answer-json");
  const { Judgment } = await load("domain/judgment");
  const { complaintsAbout } = await load("domain/judgment-check");
  const { checkGrounding } = await load("judging/check-grounding");
  const { createEvidenceLedger } = await load("domain/evidence-ledger");
  const { feltStateIn } = await load("domain/felt-state");
  const { readSituation } = await load("situations/read-situation");
  const report = JSON.parse(await readFile(join(shared, "report", "report.json"), "utf8"));
  const ledger = createEvidenceLedger(report.faces);
  for (const { id: _id, ...item } of report.evidence) ledger.add(item);
  const said = Buffer.from(JSON.stringify(report.judgment, null, 1));
  const prose = Buffer.from(
    "F1 smiles: the cheeks are raised (AU6) and the lip corners are pulled up, AU12 = 0.93, but AU4 is absent. She won the final and her brother, who lost, is proud. Not AU1+2.",
  );
  return {
    "model texts": async (random) => {
      const words = damaged(prose, random).toString("utf8");
      feltStateIn(words);
      readSituation(words, {});
      const text = damaged(said, random).toString("utf8").replace("likely", words);
      const judgment = Judgment.safeParse(jsonIn(`\`\`\`json\n${text}\n\`\`\``)).data;
      if (judgment === undefined) return null;
      judgment.answer += words;
      if (complaintsAbout(judgment, { ledger, faces: ledger.faces() }).length > 0) return null;
      return checkGrounding(judgment, ledger);
    },
  };
}

/** A server as a client starts it; what it says on standard error must never be a stack. */
function mcpMessages(shared) {
  let server;
  const call = (name, args) => ({ method: "tools/call", params: { name, arguments: args } });
  const messages = [
    { method: "tools/list" },
    { method: "resources/list" },
    { method: "resources/read", params: { uri: "kuleshov://rules" } },
    { method: "prompts/get", params: { name: "judge_image", arguments: { image: "a.jpg", context: "x" } } },
    call("find_faces", { image: "images/photo.jpeg" }),
    call("measure_face", { image: "images/photo.jpeg", faceId: "F1" }),
    call("find_faces", { image: "/dev/zero" }),
    call("look_up_facs", { query: "AU12" }),
    call("ask", { image: "../x.jpg", labels: ["happy"] }),
  ];
  return async (random) => {
    server ??= await startServer(shared);
    const line = damaged(Buffer.from(JSON.stringify({ jsonrpc: "2.0", id: 1, ...oneOf(random, messages) })), random);
    server.child.stdin.write(
      Buffer.concat([Buffer.from(line.toString("latin1").replaceAll("\n", " "), "latin1"), Buffer.from("\n")]),
    );
    await server.ping();
    const said = server.said();
    if (/\n\s+at |Internal error/.test(said)) throw new Error(`the server said: ${said}`);
    return null;
  };
}

async function startServer(cwd) {
  const child = spawn(process.execPath, [PROGRAM, "mcp"], { cwd, stdio: ["pipe", "pipe", "pipe"] });
  process.once("exit", () => child.kill("SIGKILL"));
  const waiting = new Map();
  let [said, last, ended] = ["", 0, false];
  child.stderr.setEncoding("utf8").on("data", (text) => {
    said += text;
  });
  child.on("exit", () => {
    ended = true;
    for (const { reject } of waiting.values()) reject(new Error(`the server ended: ${said}`));
  });
  createInterface({ input: child.stdout }).on("line", (line) => {
    const { id } = JSON.parse(line);
    waiting.get(id)?.resolve();
    waiting.delete(id);
  });
  const request = (method, params) =>
    new Promise((resolve, reject) => {
      if (ended) return reject(new Error(`the server ended: ${said}`));
      const id = `own-${last++}`;
      waiting.set(id, { resolve, reject });
      child.stdin.write(`${JSON.stringify({ jsonrpc: "2.0", id, method, params })}\n`);
    });
  await request("initialize", {
    protocolVersion: "2025-06-18",
    capabilities: {},
    clientInfo: { name: "fuzz", version: "1" },
  });
  child.stdin.write('{"jsonrpc":"2.0","method":"notifications/initialized"}\n');
  return {
    child,
    ping: () => request("ping", {}),
    said() {
      const text = said;
      said = "";
      return text;
    },
  };
}

async function specialFiles(own) {
  const { decodeImage } = await load("measuring/decode-image");
  const [{ openEvidenceFile }, { listInputs }] = [await load("compose/evidence"), await load("study/study-inputs")];
  const [{ readEvalFile }, { readPack }] = [await load("evaluation/file/read-eval-file"), await load("exemplars/pack")];
  const [{ openRunFolder }, { loadTaxonomy }] = [await load("runs/run-folder"), await load("exemplars/load-taxonomy")];
  const [{ writeFileAtomic }, { openRun }] = [
    await load("platform/write-file-atomic"),
    await load("evaluation/runner/stored-run"),
  ];
  const [{ studyAgreement }, { createContentStore }] = [
    await load("study/study-agreement"),
    await load("platform/content-store"),
  ];
  const folder = join(own, "special");
  await mkdir(folder);
  for (const [name, target] of [
    ["dangling", "nowhere"],
    ["circle", "circle"],
    ["itself", "."],
    ["endless", "/dev/zero"],
  ]) {
    await symlink(target, join(folder, name));
  }
  if (process.platform !== "win32") execFileSync("mkfifo", [join(folder, "pipe")]);
  const socket = createServer().listen(join(folder, "socket"));
  socket.unref();
  const names = ["dangling", "circle", "itself", "endless", "pipe", "socket", ""].map((name) => join(folder, name));
  const places = [
    ...names,
    "/dev/zero",
    "/dev/full",
    "/dev/tty",
    "/proc/self/mem",
    "/proc/self/pagemap",
    "/proc/kmsg",
    "/proc/none/x",
    "/proc",
  ];
  const options = { command: "measure", settings: {}, version: "0" };
  const FILES_OF_A_RUN = ["journal.jsonl", "run.lock", "faces.csv"];
  let turn = 0;
  const uses = [
    decodeImage,
    openEvidenceFile,
    readEvalFile,
    readPack,
    loadTaxonomy,
    openRun,
    (path) => listInputs([path]),
    (path) => studyAgreement([path]),
    (path) => (path.startsWith(folder) && path !== join(folder, "itself") ? writeFileAtomic(path, "x") : null),
    (path) => openRunFolder(join(path, "run"), options).then((run) => run.close("interrupted")),
    (path) => createContentStore(path, 1e6).get("a".repeat(64)),
    async (path) => {
      const link = join(own, "journal-of-a-pipe");
      await rm(link, { recursive: true, force: true });
      await mkdir(link);
      await symlink(path, join(link, FILES_OF_A_RUN[turn++ % FILES_OF_A_RUN.length]));
      const run = await openRunFolder(link, options);
      try {
        const rows = await run.openRows(new Map([["faces.csv", "a\n"]]));
        await rows.close();
      } finally {
        await run.close("interrupted");
      }
    },
  ];
  return (random) => oneOf(random, uses)(oneOf(random, places));
}
