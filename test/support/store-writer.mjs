// Adds the entries of a JSON file to a store in small batches and prints each id once the store has acknowledged it.
// A process of its own, so that a test can end it without mercy. It runs the built code: node 20 reads no TypeScript.
import { readFileSync, writeSync } from "node:fs";
import { createLanceExemplarStore } from "../../dist/src/adapters/lancedb/exemplar-store.js";

const [location, inputPath, batchSize] = process.argv.slice(2);
const { space, entries } = JSON.parse(readFileSync(inputPath, "utf8"));
const store = createLanceExemplarStore(location, space);
for (let start = 0; start < entries.length; start += Number(batchSize)) {
  const batch = entries
    .slice(start, start + Number(batchSize))
    .map((entry) => ({ ...entry, expression: entry.expression && Float32Array.from(entry.expression) }));
  await store.add(batch);
  writeSync(1, batch.map((entry) => `${entry.exemplar.id}\n`).join(""));
}
await store.close();
