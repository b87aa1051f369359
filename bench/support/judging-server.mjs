// A loopback server that speaks Chat Completions and judges without delay, or after so many milliseconds: with tools it finds
// the faces, measures each and judges, five calls for three faces. A process of its own, so that it is not timed with the
// client. Prints its port. `GET /asked` gives the bodies of all requests since the last time.
import { createServer } from "node:http";

const delayMs = Number(process.argv[2] ?? 0);

const abstained = { distribution: [], valence: null, arousal: null, abstention: "not given" };
const happy = { distribution: [{ label: "happiness", probability: 1, novel: false }], valence: null, arousal: null };
const subjectFor = (faceId) => ({
  faceId,
  faceOnly: { ...happy, abstention: null },
  contextOnly: abstained,
  integrated: { ...happy, abstention: null },
  cues: [],
  congruence: { verdict: "not assessable", kind: null, statement: "There is no context", evidenceIds: [] },
  appraisals: [],
  alternatives: [],
});

function replyTo({ messages, tools }) {
  const faceIds = [...new Set(JSON.stringify(messages).match(/\bF[1-9]\b(?= is a face)/g))].sort();
  const step = messages.filter(({ role }) => role === "assistant").length;
  if (tools !== undefined && step === 0) return { tool_calls: [call("find_faces", {}, step)] };
  const faceId = faceIds[step - 1];
  if (tools !== undefined && faceId !== undefined) return { tool_calls: [call("measure_face", { faceId }, step)] };
  return { content: JSON.stringify({ answer: "They are perceived as happy.", subjects: faceIds.map(subjectFor) }) };
}

const call = (name, args, step) => ({
  id: `call_${step}`,
  type: "function",
  function: { name, arguments: JSON.stringify(args) },
});

let bodies = [];
const server = createServer(async (request, response) => {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  response.setHeader("content-type", "application/json");
  if (request.url === "/asked") {
    response.end(JSON.stringify(bodies));
    bodies = [];
    return;
  }
  if (!request.url.endsWith("/chat/completions")) return response.end('{"data":[]}');
  const text = Buffer.concat(chunks).toString("utf8");
  const asked = JSON.parse(text);
  if (request.headers["x-bare"] === undefined) bodies.push(text);
  const message = { role: "assistant", content: null, ...replyTo(asked) };
  const usage = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 };
  const choices = [{ index: 0, finish_reason: message.tool_calls ? "tool_calls" : "stop", message }];
  const body = JSON.stringify({ id: "c", object: "chat.completion", created: 1, model: "m", choices, usage });
  setTimeout(() => response.end(body), delayMs);
});
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
