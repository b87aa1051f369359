import { gzipSync } from "node:zlib";
import { judgment, subject } from "../support/builders.ts";
import {
  calls,
  callsAll,
  cutOff,
  drops,
  failsWith,
  hangs,
  html,
  type Reply,
  refuses,
  says,
  saysJson,
} from "../support/model-server.ts";

export type WireProtocol = "openai" | "ollama";

/** One way in which a server misbehaves, and what is to come of it. */
export interface Fault {
  readonly name: string;
  /** Both when not given. */
  readonly only?: WireProtocol;
  /** What the server does first; it behaves from then on. Once more and again, when it is `forever`. */
  readonly replies: (protocol: WireProtocol) => readonly Reply[];
  readonly forever?: true;
  /** In a loop with tools; in a single pass otherwise. */
  readonly agent?: true;
  /** Whether Ollama declares a model that thinks. */
  readonly thinks?: true;
  /** What the report says of it besides. */
  readonly warns?: RegExp;
  /** `answered`: a judgment comes of it. Otherwise the one sentence that the user reads. */
  readonly expected: "answered" | RegExp;
}

export const GOOD = judgment(subject({ faceId: "F1", cues: [] }));
const GOOD_TEXT = JSON.stringify(GOOD);
const measure = calls("measure_face", { faceId: "F1" });

/** An error as the protocol has it. */
const says400 =
  (message: string, status = 400) =>
  (protocol: WireProtocol): readonly Reply[] => [
    failsWith(
      status,
      protocol === "openai" ? { error: { message, type: "invalid_request_error" } } : { error: message },
    ),
  ];
const once =
  (...replies: Reply[]) =>
  (): readonly Reply[] =>
    replies;

/** A whole answer of each protocol around a text, for answers that are to be mangled. */
function whole(protocol: WireProtocol, content: unknown, finish = "stop", more: object = {}): object {
  return protocol === "openai"
    ? { model: "m", choices: [{ index: 0, finish_reason: finish, message: { role: "assistant", content, ...more } }] }
    : { model: "m", done: true, done_reason: finish, message: { role: "assistant", content, ...more } };
}
const answersAs =
  (content: unknown, finish?: string, more?: object) =>
  (protocol: WireProtocol): readonly Reply[] => [failsWith(200, whole(protocol, content, finish, more))];

/** The same body, sent in another way. */
const sentAs =
  (change: (body: string) => string | Buffer, headers: Record<string, string> = {}) =>
  (protocol: WireProtocol): readonly Reply[] => {
    const body = change(JSON.stringify(whole(protocol, GOOD_TEXT)));
    return [
      { type: "raw", status: 200, body: body as string, headers: { "content-type": "application/json", ...headers } },
    ];
  };

const passing = (status: number): Fault[] => [
  { name: `status ${status} once`, replies: says400("busy", status), expected: "answered" },
  {
    name: `status ${status} for good`,
    replies: says400("busy", status),
    forever: true,
    expected: new RegExp(`failed with status ${status} \\("busy"\\): try again later$`),
  },
];
const final = (status: number, expected: RegExp, words = "no"): Fault => {
  return { name: `status ${status}`, replies: says400(words, status), forever: true, expected };
};
/** Turned down once; the question is answered without it. */
const turnedDown = (what: string, words: string, more: Partial<Fault> = {}): Fault => {
  return { name: `turns down ${what}`, replies: says400(words), expected: "answered", ...more };
};

const STATUSES: readonly Fault[] = [
  ...[408, 409, 425, 500, 502, 503, 504, 529].flatMap(passing),
  final(400, /refused the request with status 400 \("no"\)$/),
  final(401, /refused the key: check /),
  final(402, /quota is used up \("no"\): top it up$/),
  final(403, /refuses access \("no"\): check /),
  final(404, /has no model "test-model"|has no model "seer:7b"/),
  final(405, /refused the request with status 405/),
  final(410, /refused the request with status 410/),
  final(413, /takes no request of this size/),
  final(422, /refused the request with status 422/),
  final(451, /refused the request with status 451/),
  { name: "429 without a header, once", replies: says400("slow down", 429), expected: "answered" },
  {
    name: "429 for good",
    replies: says400("slow down", 429),
    forever: true,
    expected: /limits how often it may be asked/,
  },
  {
    name: "429 with a short pause",
    replies: once(failsWith(429, {}, { "retry-after": "0.01" })),
    expected: "answered",
  },
  {
    name: "429 with an hour's pause",
    replies: once(failsWith(429, {}, { "retry-after": "3600" })),
    expected: /wants 3600 s of pause$/,
  },
  {
    name: "429 with retry-after-ms",
    replies: once(failsWith(429, {}, { "retry-after-ms": "5" })),
    expected: "answered",
  },
  {
    name: "429 with a date in the past",
    replies: once(failsWith(429, {}, { "retry-after": "Wed, 21 Oct 2015 07:28:00 GMT" })),
    expected: "answered",
  },
  {
    name: "429 as the account's quota is used up",
    replies: once(failsWith(429, { error: { message: "pay", code: "insufficient_quota" } })),
    expected: /quota is used up \("pay"\)/,
  },
  {
    name: "429 of Google's that names plan, billing and a wait",
    replies: once(
      failsWith(429, [
        {
          error: {
            code: 429,
            message: "You exceeded your current quota, please check your plan and billing. Please retry in 0.02s.",
            status: "RESOURCE_EXHAUSTED",
          },
        },
      ]),
    ),
    expected: "answered",
  },
  {
    name: "429 that speaks of a quota per minute",
    replies: once(failsWith(429, { error: { message: "quota per minute, retry in 1s" } })),
    expected: "answered",
  },
];

const BODIES: readonly Fault[] = [
  { name: "a web page", replies: once(html()), forever: true, expected: /answered with a web page instead of JSON/ },
  { name: "a web page with status 503, once", replies: once(html(503)), expected: "answered" },
  { name: "an empty body", replies: once(failsWith(200, "")), forever: true, expected: /answered with|broke off/ },
  { name: "null", replies: once(failsWith(200, "null")), forever: true, expected: /JSON that is no/ },
  { name: "an empty list", replies: once(failsWith(200, "[]")), forever: true, expected: /JSON that is no/ },
  {
    name: "an empty object",
    replies: once(failsWith(200, "{}")),
    forever: true,
    expected: /JSON that is no|broke off/,
  },
  { name: "plain text", replies: once(failsWith(200, "OK")), forever: true, expected: /text instead of JSON/ },
  {
    name: "half a JSON",
    replies: once(failsWith(200, '{"choices": [{"mess')),
    forever: true,
    expected: /cut short or malformed/,
  },
  { name: "a number", replies: once(failsWith(200, "42")), forever: true, expected: /JSON that is no/ },
  {
    name: "JSON as text/plain",
    replies: sentAs((body) => body, { "content-type": "text/plain" }),
    expected: "answered",
  },
  { name: "JSON after a byte order mark", replies: sentAs((body) => `\uFEFF${body}`), expected: "answered" },
  { name: "JSON after empty lines", replies: sentAs((body) => `\n\n${body}\n`), expected: "answered" },
  {
    name: "compressed JSON",
    replies: sentAs((body) => gzipSync(body), { "content-encoding": "gzip" }),
    expected: "answered",
  },
  {
    name: "JSON that is called compressed and is not",
    replies: sentAs((body) => body, { "content-encoding": "gzip" }),
    forever: true,
    expected: /cannot be reached|broke off/,
  },
  {
    name: "200 with an error, once",
    replies: once(failsWith(200, { error: { message: "overloaded" } })),
    expected: "answered",
  },
  {
    name: "200 with an error for good",
    replies: once(failsWith(200, { error: "overloaded" })),
    forever: true,
    expected: /gave no answer \("overloaded"\): try again later$/,
  },
  {
    name: "200 with an error that has a status of its own, once",
    replies: once(failsWith(200, { error: { code: 503, message: "no instance" } })),
    expected: "answered",
  },
  {
    name: "200 with an error of the account's",
    replies: once(failsWith(200, { error: { code: 402, message: "Insufficient credits" } })),
    expected: /quota is used up \("Insufficient credits"\)/,
  },
  {
    name: "200 with an error about images",
    replies: once(failsWith(200, { error: { code: 404, message: "No endpoints found that support image input" } })),
    expected: "answered",
    warns: /turned images down/,
  },
  {
    name: "an error beside a choice, once",
    replies: once(
      failsWith(200, { choices: [{ finish_reason: "error", message: null, error: { message: "upstream broke" } }] }),
    ),
    expected: "answered",
    only: "openai",
  },
  {
    name: "an error with the words of the provider behind it",
    replies: once(
      failsWith(502, {
        error: { message: "Provider returned error", metadata: { raw: '{"error":{"message":"GPU lost"}}' } },
      }),
    ),
    forever: true,
    expected: /\("Provider returned error: GPU lost"\)/,
  },
  {
    name: "an error as text/plain",
    replies: once(failsWith(503, '{"error": {"message": "busy"}}', { "content-type": "text/plain" })),
    forever: true,
    expected: /\("busy"\)/,
  },
  {
    name: "an error as a list",
    replies: once(failsWith(503, [{ error: { message: "busy" } }])),
    forever: true,
    expected: /\("busy"\)/,
  },
  {
    name: "an error at top level",
    replies: once(failsWith(503, { message: "busy" })),
    forever: true,
    expected: /\("busy"\)/,
  },
  {
    name: "200 with vLLM's error, once",
    replies: once(
      failsWith(200, { object: "error", message: "EngineCore died", type: "InternalServerError", code: 500 }),
    ),
    expected: "answered",
    only: "openai",
  },
  {
    name: "an error as FastAPI has it",
    replies: once(failsWith(422, { detail: [{ msg: "bad field" }] })),
    forever: true,
    expected: /\("bad field"\)/,
  },
  {
    name: "an error of a kilobyte",
    replies: says400("x".repeat(1000), 503),
    forever: true,
    expected: /"x{200}\.\.\."/,
  },
  {
    name: "an error that repeats the key",
    replies: says400("bad key sk-test-0123456789", 400),
    forever: true,
    expected: /\("bad key \[key\]"\)/,
  },
  {
    name: "an error with line breaks",
    replies: says400("first line\n  second line", 500),
    forever: true,
    expected: /"first line second line"/,
  },
];

const CONNECTIONS: readonly Fault[] = [
  { name: "the connection breaks off, once", replies: once(drops), expected: "answered" },
  {
    name: "the connection breaks off every time",
    replies: once(drops),
    forever: true,
    expected: /broke off the connection/,
  },
  { name: "it never answers", replies: once(hangs), expected: /gave no complete answer within .* --timeout/ },
  {
    name: "a redirect to another host",
    replies: once(failsWith(307, "", { location: "http://192.0.2.1/v1/chat" })),
    expected: /sends requests on to 192\.0\.2\.1/,
  },
  {
    name: "a redirect in a circle",
    replies: (protocol) => [
      failsWith(307, "", { location: protocol === "openai" ? "/v1/chat/completions" : "/api/chat" }),
    ],
    forever: true,
    expected: /sends requests on to 127\.0\.0\.1/,
  },
  {
    name: "a redirect on the same host",
    replies: (protocol) => [
      failsWith(308, "", { location: protocol === "openai" ? "/v1/chat/completions" : "/api/chat" }),
    ],
    expected: "answered",
  },
  {
    name: "a redirect by 301 on the same host",
    replies: (protocol) => [
      failsWith(301, "", { location: protocol === "openai" ? "/v1/chat/completions" : "/api/chat" }),
    ],
    expected: "answered",
  },
  {
    name: "a redirect to nowhere",
    replies: once(failsWith(302, "")),
    forever: true,
    expected: /refused the request with status 302$/,
  },
  {
    name: "a stream that ends in the middle, once",
    replies: (protocol) =>
      protocol === "openai"
        ? [failsWith(200, 'data: {"choices":[{"delta":{"content":"{"}}]}\n\n', { "content-type": "text/event-stream" })]
        : [failsWith(200, '{"message":{"content":"{"},"done":false}\n')],
    expected: "answered",
  },
  {
    name: "a stream with an error in the middle",
    replies: (protocol) =>
      protocol === "openai"
        ? [failsWith(200, 'data: {"choices":[{"delta":{"content":"{"}}]}\n\ndata: {"error":{"message":"lost"}}\n\n')]
        : [failsWith(200, '{"message":{"content":"{"},"done":false}\n{"error":"lost"}\n')],
    forever: true,
    expected: /gave no answer \("lost"\)/,
  },
  {
    name: "a stream with comments and no last empty line",
    only: "openai",
    replies: () => {
      const piece = JSON.stringify({ choices: [{ delta: { content: GOOD_TEXT }, finish_reason: "stop" }] });
      return [failsWith(200, `: ping\n\ndata: ${piece}`, { "content-type": "text/event-stream" })];
    },
    expected: "answered",
  },
];

const FEATURES: readonly Fault[] = [
  turnedDown("images", "image input is not supported by this model", { warns: /turned images down/ }),
  turnedDown("every image", "At most 0 image(s) may be provided in one prompt.", { warns: /turned images down/ }),
  turnedDown("a schema", "response_format json_schema is not supported", { warns: /holds no answer to a schema/ }),
  turnedDown("a grammar", "failed to parse grammar: unsupported", { warns: /holds no answer to a schema/ }),
  turnedDown("streaming", "stream is not supported"),
  turnedDown("thinking", '"seer:7b" does not support thinking', { only: "ollama", thinks: true }),
  turnedDown("a limit by this name", "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead.", {
    only: "openai",
  }),
  turnedDown("tools", "this model does not support tools", { agent: true, warns: /turned tools down/ }),
  turnedDown("this order of roles", "roles must alternate user/assistant", { agent: true }),
  turnedDown("parallel calls", "parallel_tool_calls is not supported", { agent: true }),
  turnedDown("a temperature", "temperature is not supported with this model", { only: "openai" }),
  turnedDown("a seed", "seed is not supported", { only: "openai" }),
  {
    name: "turns down more than one image",
    agent: true,
    replies: (protocol) => [
      callsAll(
        { name: "measure_face", args: { faceId: "F1" } },
        { name: "look_closer", args: { faceId: "F1", region: "mouth" } },
      ),
      ...says400("at most 1 image may be given")(protocol),
    ],
    expected: "answered",
    warns: /takes one image at a time/,
  },
  {
    name: "its runner crashes on the schema",
    only: "ollama",
    replies: says400("llama runner has unexpectedly stopped", 500),
    expected: "answered",
  },
  {
    name: "the conversation is too long",
    replies: says400("the prompt is too long: maximum 4096 tokens"),
    forever: true,
    expected: /says that this conversation is longer than/,
  },
];

const ANSWERS: readonly Fault[] = [
  {
    name: "thoughts before the answer",
    replies: answersAs(`<think>{"a": 1} hm</think>${GOOD_TEXT}`),
    expected: "answered",
  },
  {
    name: "thoughts without their first tag",
    replies: answersAs(`hm {"a": 1}</think>${GOOD_TEXT}`),
    expected: "answered",
  },
  {
    name: "words around the answer",
    replies: answersAs(`Here it is: ${GOOD_TEXT} Ask me more!`),
    expected: "answered",
  },
  { name: "a code fence", replies: answersAs(`\`\`\`json\n${GOOD_TEXT}\n\`\`\``), expected: "answered" },
  {
    name: "two objects",
    replies: answersAs(`{"draft": true}\n${GOOD_TEXT}`),
    expected: "answered",
    warns: /wrote 2 JSON objects in one message: the last complete one was taken/,
  },
  {
    name: "two objects, the last one broken off",
    replies: answersAs(`${GOOD_TEXT}\nOr rather: {"answer": "She`),
    expected: "answered",
  },
  { name: "a comma too many", replies: answersAs(GOOD_TEXT.replace(/\}$/, ",}")), expected: "answered" },
  { name: "nothing, once", replies: answersAs(""), expected: "answered" },
  {
    name: "nothing for good",
    replies: answersAs(""),
    forever: true,
    expected: /stayed unusable after one repair: .* it was empty/,
  },
  {
    name: "only words, for good",
    replies: once(says("She smiles.")),
    forever: true,
    expected: /it says "She smiles\."/,
  },
  {
    name: "a refusal",
    replies: once(refuses("I cannot judge people")),
    forever: true,
    expected: /I cannot judge people/,
    only: "openai",
  },
  { name: "another object, once", replies: once(saysJson({ mood: "good" })), expected: "answered" },
  {
    name: "another object for good",
    replies: once(saysJson({ mood: "good" })),
    forever: true,
    expected: /stayed unusable after one repair/,
  },
  {
    name: "a face that is not there",
    replies: once(saysJson(judgment(subject({ faceId: "F9", cues: [] })))),
    expected: "answered",
  },
  { name: "no face at all", replies: once(saysJson({ answer: "Nobody.", subjects: [] })), expected: "answered" },
  { name: "an answer cut off once", replies: once(cutOff("{")), expected: "answered" },
  {
    name: "an answer cut off twice",
    replies: once(cutOff("{"), cutOff("{")),
    expected: /cut off the answer of .* --max-tokens/,
  },
  {
    name: "content as parts",
    replies: answersAs([{ type: "text", text: GOOD_TEXT }]),
    expected: "answered",
    only: "openai",
  },
  { name: "content of null", replies: answersAs(null), expected: "answered" },
  {
    name: "the answer among the thoughts",
    replies: (p) =>
      answersAs("", "stop", p === "openai" ? { reasoning_content: GOOD_TEXT } : { thinking: GOOD_TEXT })(p),
    expected: "answered",
  },
  {
    name: "the answer among the thoughts, by their other name",
    replies: answersAs(null, "stop", { reasoning: GOOD_TEXT }),
    expected: "answered",
    only: "openai",
  },
  {
    name: "thoughts set apart, with braces",
    replies: (p) =>
      answersAs(GOOD_TEXT, "stop", p === "openai" ? { reasoning_content: '{"a": 1}' } : { thinking: '{"a": 1}' })(p),
    expected: "answered",
    thinks: true,
  },
  {
    name: "a filter",
    replies: answersAs("", "content_filter"),
    forever: true,
    expected: /its content filter stepped in$/,
  },
  { name: "an end for an error, once", replies: answersAs("", "error"), expected: "answered" },
  {
    name: "an end for an error for good",
    replies: answersAs("the backend went away", "error"),
    forever: true,
    expected: /gave no answer: it ended with an error \("the backend went away"\)/,
  },
  {
    name: "no choices for good",
    replies: once(failsWith(200, { choices: [] })),
    forever: true,
    expected: /gave no answer: its list of choices was empty: try again later$/,
    only: "openai",
  },
  { name: "no choices, once", replies: once(failsWith(200, { choices: [] })), expected: "answered", only: "openai" },
  { name: "no usage", replies: answersAs(GOOD_TEXT), expected: "answered" },
];

const CALLS: readonly Fault[] = [
  {
    name: "calls of null",
    agent: true,
    replies: (p) => [measure, ...answersAs(GOOD_TEXT, "stop", { tool_calls: null })(p)],
    expected: "answered",
  },
  {
    name: "a tool that does not exist",
    agent: true,
    replies: once(calls("read_file", { path: "/etc/passwd" }), measure),
    expected: "answered",
  },
  {
    name: "arguments that are no JSON",
    agent: true,
    replies: once(calls("measure_face", '{"faceId": '), measure),
    expected: "answered",
    only: "openai",
  },
  {
    name: "arguments of another type",
    agent: true,
    replies: once(calls("measure_face", { faceId: 1 }), measure),
    expected: "answered",
  },
  { name: "no arguments", agent: true, replies: once(calls("measure_face", {}), measure), expected: "answered" },
  {
    name: "a face that no tool knows",
    agent: true,
    replies: once(calls("measure_face", { faceId: "F99" }), measure),
    expected: "answered",
  },
  ...(
    [
      ["", '<tool_call>{"name": "measure_face", "arguments": {"faceId": "F1"}}</tool_call>'],
      [", as Mistral writes them", '[TOOL_CALLS][{"name": "measure_face", "arguments": {"faceId": "F1"}}]'],
      [", as later ones of Mistral's write them", '[TOOL_CALLS]measure_face[ARGS]{"faceId": "F1"}'],
      [
        ", as Qwen3-Coder writes them",
        "<tool_call>\n<function=measure_face>\n<parameter=faceId>\nF1\n</parameter>\n</function>\n</tool_call>",
      ],
      [", as Llama writes them", '<function=measure_face>{"faceId": "F1"}</function>'],
      [", bare", '{"name": "measure_face", "parameters": {"faceId": "F1"}}'],
      [", in a code fence", '```json\n{"name": "measure_face", "arguments": {"faceId": "F1"}}\n```'],
    ] as const
  ).map(
    ([how, text]): Fault => ({
      name: `calls written as text${how}`,
      agent: true,
      replies: answersAs(text),
      expected: "answered",
    }),
  ),
  {
    name: "the same call again and again",
    agent: true,
    replies: once(measure),
    forever: true,
    expected: /no answer within 24 calls/,
  },
  { name: "an answer without a measurement", agent: true, replies: once(saysJson(GOOD)), expected: "answered" },
];

/** Every fault; each is tried over each protocol that can have it. */
export const FAULTS: readonly Fault[] = [...STATUSES, ...BODIES, ...CONNECTIONS, ...FEATURES, ...ANSWERS, ...CALLS];

/**
 * What issue 10 names among "replies as gateways send them", each with the faults that have it; `npm test` holds the two
 * together.
 */
export const NAMED: readonly (readonly [shape: string, faults: readonly string[]])[] = [
  ["`tool_calls: null`", ["calls of null"]],
  [
    "`<think>` and braces before the JSON",
    ["thoughts before the answer", "thoughts without their first tag", "thoughts set apart, with braces"],
  ],
  ["text after it", ["words around the answer"]],
  ["two objects: the last complete one, and said", ["two objects", "two objects, the last one broken off"]],
  [
    "tool calls written as text",
    [
      "",
      ", as Mistral writes them",
      ", as later ones of Mistral's write them",
      ", as Qwen3-Coder writes them",
      ", as Llama writes them",
      ", bare",
      ", in a code fence",
    ].map((how) => `calls written as text${how}`),
  ],
  ["`reasoning_content` only", ["the answer among the thoughts", "the answer among the thoughts, by their other name"]],
  ["Ollama's `think` sent and read", ["turns down thinking", "thoughts set apart, with braces"]],
  [
    "`finish_reason` error, content_filter, length told apart",
    [
      "an end for an error, once",
      "an end for an error for good",
      "a filter",
      "an answer cut off once",
      "an answer cut off twice",
    ],
  ],
  [
    "`choices: []`, and 200 with `error`: retried, in the provider's own words",
    [
      "no choices, once",
      "no choices for good",
      "200 with an error, once",
      "200 with an error for good",
      "200 with an error that has a status of its own, once",
      "an error beside a choice, once",
      "a stream with an error in the middle",
      "an error with the words of the provider behind it",
      "200 with vLLM's error, once",
    ],
  ],
  [
    "error bodies at top level, in arrays, as objects",
    ["an error at top level", "an error as a list", "an error as FastAPI has it", "status 400"],
  ],
  ["JSON as text/plain", ["JSON as text/plain", "an error as text/plain"]],
  [
    "redirects",
    [
      "a redirect to another host",
      "a redirect in a circle",
      "a redirect on the same host",
      "a redirect by 301 on the same host",
      "a redirect to nowhere",
    ],
  ],
  [
    "408, 409, 425, 429 without header: retried",
    [...[408, 409, 425].map((status) => `status ${status} once`), "429 without a header, once", "429 for good"],
  ],
  [
    '"quota" only where it is the account\'s',
    [
      "status 402",
      "429 as the account's quota is used up",
      "200 with an error of the account's",
      "429 that speaks of a quota per minute",
      "429 of Google's that names plan, billing and a wait",
    ],
  ],
  ["a server that takes one picture only", ["turns down more than one image"]],
  [
    "refused seed, temperature, response_format, tools, parallel_tool_calls: each once",
    ["a seed", "a temperature", "a schema", "tools", "parallel calls"].map((what) => `turns down ${what}`),
  ],
];
