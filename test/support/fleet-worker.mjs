// A worker of a fleet whose jobs ask a model on loopback one question after another, as `ask` does: through the ledger.
//   node test/support/fleet-worker.mjs <address of the database> <address of the model> <questions for each job>
import { createCallLedger } from "../../dist/src/adapters/postgres/call-ledger.js";
import { openDatabase } from "../../dist/src/adapters/postgres/database.js";
import { openFleetQueue } from "../../dist/src/compose/fleet.js";
import { throughLedger } from "../../dist/src/compose/fleet-calls.js";
import { workForFleet } from "../../dist/src/fleet.js";

const [address, server, questions] = process.argv.slice(2);
const note = (text) => process.stderr.write(`${text}\n`);
const { queue, database } = await openFleetQueue(address, note);
const calls = await openDatabase(address, note, { patient: true });

async function modelOf(job) {
  const open = async ({ beforeRequest }) => ({
    ...{ id: "trial", remote: false, temperature: 0, seed: null, identity: {}, capabilities: {} },
    async reply({ messages }) {
      await beforeRequest(100);
      const answer = await fetch(server, { method: "POST", body: messages[0].text });
      return {
        text: await answer.text(),
        calls: [],
        malformedCalls: [],
        tokens: { input: 100, output: 20 },
        fingerprint: null,
      };
    },
  });
  return throughLedger(open, {}, { job, ledger: createCallLedger(calls, job) });
}

async function run({ shard, job }) {
  const model = await modelOf(job);
  const rows = [];
  for (let n = 0; n < Number(questions); n += 1) {
    const { text } = await model.reply({
      messages: [{ role: "system", text: `shard ${shard.number}, question ${n}` }],
    });
    rows.push(text);
  }
  return { finished: true, settings: {}, files: [{ path: "answers.txt", bytes: Buffer.from(rows.join("\n")) }] };
}

await workForFleet({ name: "trial", notify: note }, { queue, database, run }, new AbortController().signal);
await calls.close();
await queue.close();
