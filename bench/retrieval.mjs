// Hybrid retrieval (expression space, words, text embedding) from a store of 10 000 exemplars, or of as many as told.
// node bench/retrieval.mjs [rows ...]     (npm run build first; 100 000 rows need about 1 GB of temporary disk)
import { createHash } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createLanceExemplarStore } from "../dist/src/adapters/lancedb/exemplar-store.js";
import { createExpressionSpace, embedFace, searchVector } from "../dist/src/domain/expression-space.js";
import { createRandom } from "../dist/src/domain/statistics/random.js";
import { retrieveExemplars } from "../dist/src/exemplars/retrieve-exemplars.js";
import { figure } from "./support/figures.mjs";

const EMBEDDING = 512;
const QUERIES = 60;
const AUS = [1, 2, 4, 5, 6, 7, 9, 10, 12, 14, 15, 17, 18, 20, 22, 23, 24, 25, 26, 27, 28, 43].map((n) => `AU${n}`);
const WORDS =
  "laughing party rollercoaster wine crying match goal wedding stadium beach dog office interview exam storm funeral dance train kitchen child friend canyon dawn speech mirror rain bicycle concert".split(
    " ",
  );
const space = createExpressionSpace(
  "mesh@5",
  { actionUnits: AUS.map((au) => ({ au, scale: "probability", sides: true })) },
  ["face-api-expression@1.7.15"],
);
const random = createRandom(1);
const clamp = (value) => Math.min(1, Math.max(0, value));
/** Forty ways of looking, around which faces vary; as many themes for the embeddings. */
const looks = Array.from({ length: 40 }, () => AUS.map(() => (random.real() < 0.2 ? 0.8 : 0.1)));
const themes = Array.from({ length: 200 }, () => Array.from({ length: EMBEDDING }, () => random.normal()));

function madeMeasurement(look) {
  const values = looks[look].map((centre) => clamp(centre + 0.14 * random.normal()));
  const unit = (index, side, value) => ({
    au: AUS[index],
    side,
    value,
    scale: "probability",
    estimated: true,
    weight: 1,
    toolbox: "mesh@5",
  });
  return {
    toolbox: "mesh@5",
    box: { leftPx: 0, topPx: 0, widthPx: 200, heightPx: 200 },
    score: 0.9,
    landmarks: null,
    quality: null,
    headPose: { yawRad: 0.2 * random.normal(), pitchRad: 0.1 * random.normal(), rollRad: 0.1 * random.normal() },
    gaze: null,
    eyeOpenness: null,
    actionUnits: values.flatMap((value, index) => [
      unit(index, "both", value),
      unit(index, "left", clamp(value + 0.05 * random.normal())),
      unit(index, "right", clamp(value + 0.05 * random.normal())),
    ]),
    expressions: [],
  };
}

function madeVector(look) {
  return searchVector(space, embedFace(space, madeMeasurement(look)));
}

function madeEmbedding(theme) {
  const raw = themes[theme].map((value) => value + 0.8 * random.normal());
  const length = Math.hypot(...raw);
  return Float32Array.from(raw, (value) => value / length);
}

const madeText = () => Array.from({ length: 12 }, () => WORDS[random.below(WORDS.length)]).join(" ");

function madeEntry(index) {
  const look = index % looks.length;
  const sha256 = createHash("sha256").update(`image ${index}`).digest("hex");
  const measurement = madeMeasurement(look);
  return {
    exemplar: {
      id: `x${sha256.slice(0, 24)}`,
      category: `category ${look}`,
      role: "instance",
      caption: madeText(),
      definition: null,
      why: null,
      labeller: "bench",
      licence: null,
      source: null,
      image: { path: `${index}.jpg`, sha256, widthPx: 640, heightPx: 480, hash: sha256 },
      region: null,
      regionHash: null,
      measurements: [measurement],
      objects: null,
      pack: null,
      linkedTo: null,
      addedAt: "2026-01-01T00:00:00Z",
    },
    expression: searchVector(space, embedFace(space, measurement)),
    textEmbedding: madeEmbedding(index % themes.length),
    view: null,
  };
}

const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];
const quickestTenth = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 10)];
const megabytes = () => Math.round(process.memoryUsage().rss / 1e6);

async function timedMs(work) {
  const [start, processor] = [performance.now(), process.cpuUsage()];
  const result = await work();
  const { user, system } = process.cpuUsage(processor);
  return { ms: performance.now() - start, processorMs: (user + system) / 1000, result };
}

async function benchRows(rows) {
  const folder = await mkdtemp(join(tmpdir(), "kuleshov-bench-"));
  const store = createLanceExemplarStore(folder, space);
  try {
    const filling = await timedMs(async () => {
      for (let start = 0; start < rows; start += 2000) {
        const batch = Array.from({ length: Math.min(2000, rows - start) }, (_, n) => madeEntry(start + n));
        await store.add(batch, "bench:512");
      }
    });
    const indexing = await timedMs(() => store.optimize());
    const query = () => ({
      image: null,
      faces: [{ faceId: "F1", expression: madeVector(random.below(looks.length)) }],
      text: `${WORDS[random.below(WORDS.length)]} ${WORDS[random.below(WORDS.length)]}`,
      textEmbedding: madeEmbedding(random.below(themes.length)),
    });
    const times = { hybrid: [], processor: [], withoutEmbedding: [] };
    for (let n = 0; n < QUERIES + 10; n += 1) {
      const full = query();
      const hybrid = await timedMs(() => retrieveExemplars(store, full, { count: 10 }));
      const simple = await timedMs(() => retrieveExemplars(store, { ...full, textEmbedding: null }, { count: 10 }));
      if (n < 10) continue; // the first ones fill caches
      times.hybrid.push(hybrid.ms);
      times.processor.push(hybrid.processorMs);
      times.withoutEmbedding.push(simple.ms);
    }
    return {
      rows,
      expressionDimensions: space.dimensions.length,
      embeddingDimensions: EMBEDDING,
      fillingSeconds: +(filling.ms / 1000).toFixed(1),
      indexSeconds: +(indexing.ms / 1000).toFixed(1),
      fillingProcessorSeconds: +(filling.processorMs / 1000).toFixed(1),
      indexProcessorSeconds: +(indexing.processorMs / 1000).toFixed(1),
      hybridMedianMs: +median(times.hybrid).toFixed(1),
      // What neighbours on the machine do not slow down.
      hybridQuickestTenthMs: +quickestTenth(times.hybrid).toFixed(1),
      withoutEmbeddingMedianMs: +median(times.withoutEmbedding).toFixed(1),
      hybridProcessorMs: +median(times.processor).toFixed(1),
      recallAt10: await recall(store.nearestExpressions, () => madeVector(random.below(looks.length))),
      embeddingRecallAt10: await recall(store.nearestTexts, () => madeEmbedding(random.below(themes.length))),
      indexes: (await store.statistics()).indexes.map(({ column, kind }) => `${column} ${kind}`),
      memoryMb: megabytes(),
    };
  } finally {
    await store.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Share of the true 10 nearest that a search as configured finds. */
async function recall(search, made) {
  let found = 0;
  for (let n = 0; n < QUERIES; n += 1) {
    const vector = made();
    const exact = await search(vector, { limit: 10, exact: true });
    const ids = new Set((await search(vector, { limit: 10 })).map(({ identity }) => identity.id));
    found += exact.filter(({ identity }) => ids.has(identity.id)).length;
  }
  return +(found / (10 * QUERIES)).toFixed(3);
}

const sizes = process.argv.slice(2).map(Number);
for (const rows of sizes.length === 0 ? [10_000] : sizes) {
  const figures = await benchRows(rows);
  console.log(JSON.stringify(figures));
  const told = (name, value, stated) => figure(`${rows} exemplars: ${name}`, value, stated);
  told("hybrid search, median", figures.hybridMedianMs, { unit: "ms", atMost: rows > 20_000 ? 25 : 15 });
  told("indexing", figures.indexSeconds, { unit: "s", atMost: 60 });
  told("memory", figures.memoryMb, { unit: "MB", atMost: 1500 });
  told("recall at 10", figures.recallAt10, { atLeast: 0.95 });
  told("recall at 10 of text embeddings", figures.embeddingRecallAt10, { atLeast: 0.95 });
}
