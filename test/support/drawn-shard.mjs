// Measures one shard of drawn images in a process of its own: node drawn-shard.mjs <query as JSON> [hang after]
import { measure } from "../../dist/src/measure.js";
import { listInputs } from "../../dist/src/study/study-inputs.js";
import { drawnStudyTools } from "./drawn-study.mjs";

const [query, hangAt] = process.argv.slice(2).map((text) => JSON.parse(text));
const inputs = await listInputs(query.words);
const tools = drawnStudyTools({ hangAt });
setInterval(() => {}, 1000); // a toolbox that hangs would let the process end
await measure({ ...query, inputs, concurrency: 1, fps: 10 }, { tools, close: async () => {} });
process.exit();
