import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { createOpenAiJudge } from "../src/adapters/openai/openai-judge.ts";
import { createRulesModel } from "../src/adapters/rules/rules-model.ts";
import { readTranscript } from "../src/adapters/transcripts/read-transcript.ts";
import { measureFace } from "../src/agent/tools/measure-face.ts";
import { ask } from "../src/ask.ts";
import type { AskDependencies } from "../src/ask-dependencies.ts";
import { askMany } from "../src/ask-many.ts";
import { partsOptions } from "../src/compose/asked.ts";
import { createEvidenceLedger } from "../src/domain/evidence-ledger.ts";
import type { Report } from "../src/domain/report.ts";
import { createTerminalStyle } from "../src/render/terminal-style.ts";
import { renderTerminalSummary } from "../src/render/terminal-summary.ts";
import { readAskList } from "../src/study/ask-list.ts";

import { cue, judgment, reading, subject } from "./support/builders.ts";
import { gradientImage } from "./support/images.ts";
import { saysJson, type WireBody } from "./support/model-server.ts";
import { startOpenAiServer } from "./support/openai-server.ts";
import { toldIn } from "./support/scripted-judge.ts";
import { partsOfClip, reader } from "./support/smiling-clip.ts";
import { tempFolder } from "./support/temp-folder.ts";

/** She smiles from 2 to 4 s, and rests before and after. */
const TALK = `WEBVTT

00:00.200 --> 00:01.600
<v Ann>I'm fine, thanks.

00:02.100 --> 00:03.800
<v Ann>I feel terrible about what happened.

00:04.200 --> 00:04.700
<v Bob>You won the prize!

00:09.000 --> 00:10.000
<v Bob>Bye.
`;
const QUERY = { image: "clip.mp4", question: "What does she express?", context: "Ann (F1) talks to Bob" };

async function transcript(text = TALK) {
  const path = join(await tempFolder(), "talk.vtt");
  await writeFile(path, text);
  return path;
}

async function partsWithWords(model: AskDependencies["model"]) {
  return { ...(await partsOfClip(model)), readTranscript };
}

const subjectOf = ({ judgment: { subjects } }: Report) => subjects[0];
const topOf = (distribution: readonly { label: string; probability: number }[] = []) =>
  [...distribution].sort((a, b) => b.probability - a.probability)[0]?.label;

function meanOver(stretches: NonNullable<ReturnType<typeof subjectOf>>["overTime"] = [], wanted: string): number {
  const lengths = stretches.map(({ fromS, toS }) => toS - fromS);
  const shares = stretches.map(({ contextOnly }) => contextOnly.distribution.find(({ label }) => label === wanted));
  const sum = shares.reduce((all, share, at) => all + (share?.probability ?? 0) * (lengths[at] ?? 0), 0);
  return sum / lengths.reduce((all, one) => all + one, 0);
}

it("reads what is said as context over time, and names where it contradicts the face, which alone never comes to know it", async () => {
  const parts = await partsWithWords(createRulesModel());
  const [report, mute] = [await ask({ ...QUERY, transcript: await transcript() }, parts), await ask(QUERY, parts)];
  const said = report.evidence.filter(({ kind }) => kind === "utterance");
  expect(said.map(({ statement, faceId, time, source }) => [statement, faceId, time?.fromS, source.name])).toEqual([
    [`Ann (F1, by name) says from 0.2 to 1.6 s: "I'm fine, thanks."`, null, 0.2, "talk.vtt"],
    [`Ann (F1, by name) says from 2.1 to 3.8 s: "I feel terrible about what happened."`, null, 2.1, "talk.vtt"],
    [
      `Bob (whose face is not known: no mouth was measured in 4 frames of it) says from 4.2 to 4.7 s: "You won the prize!"`,
      null,
      4.2,
      "talk.vtt",
    ],
  ]);
  expect(report.warnings).toContain(
    "1 of 4 utterances in talk.vtt begin after the clip ends at 6.0 s, and are left out: look whether it is the transcript of this clip",
  );
  const [told, without] = [subjectOf(report), subjectOf(mute)];
  const alone = (one: typeof told) => [one?.faceOnly, one?.overTime?.map(({ faceOnly }) => faceOnly)];
  expect(alone(told)).toEqual(alone(without));
  expect(told?.overTime?.map(({ fromS, contextOnly }) => [fromS, topOf(contextOnly.distribution)])).toEqual([
    [0, "happiness"],
    [2, "sadness"],
    [4.2, "happiness"],
    [5.6, "happiness"],
  ]);
  // The whole is the mean of its stretches, by how long they last.
  expect(told?.contextOnly.distribution.find(({ label }) => label === "sadness")?.probability).toBeCloseTo(
    meanOver(told?.overTime, "sadness"),
    3,
  );
  const [contradiction, ...others] = report.evidence.filter(({ kind }) => kind === "contradiction");
  expect(others).toEqual([]);
  expect(contradiction).toMatchObject({
    faceId: null,
    time: { fromS: 2.1, toS: 3.8 },
    value: { spokenBy: "F1", words: "unpleasant" },
  });
  const cited = contradiction?.value.type === "contradiction" ? contradiction.value.evidenceIds : [];
  const kindsOf = (ids: readonly string[]) =>
    new Set(report.evidence.filter(({ id }) => ids.includes(id)).map(({ kind }) => kind));
  expect(kindsOf(cited)).toEqual(new Set(["utterance", "action-unit", "expression"]));
  expect(told?.congruence).toMatchObject({ verdict: "incongruent", kind: "words and face contradict each other" });
  expect(told?.congruence.statement).toContain(
    `Words and face contradict each other from 2.1 to 3.8 s: what F1 says, "I feel terrible about what happened.", and its face, read as happiness`,
  );
  expect(told?.congruence.evidenceIds).toEqual(expect.arrayContaining([contradiction?.id, ...cited]));
  expect(report.grounding.claims.filter(({ verdict }) => verdict !== "supported")).toEqual([]);
  expect(report.warnings).toContain(
    'Whose face says 1 of 3 utterances is not known, so they are held against no face: say it in the context, as in "Bob (F1)"',
  );
  const screen = renderTerminalSummary(report, createTerminalStyle({ color: false, columns: 300 }));
  expect(screen.replace(/\s+/g, " ")).toContain(` ${contradiction?.statement} [${contradiction?.id}] `);
  const ledger = createEvidenceLedger(report.faces);
  for (const { id: _id, ...item } of report.evidence) ledger.add(item);
  const { text } = await measureFace.run(
    { faceId: "F1" },
    { ledger, image: {} as never, question: null, labels: null, observer: said[0]?.source as never },
  );
  expect(text).not.toContain("terrible");
});

it("answers whether face and words go together, and does not tell it twice", async () => {
  const parts = await partsWithWords(createRulesModel());
  const question = "Does her face match what she says?";
  const report = await ask({ ...QUERY, question, transcript: await transcript() }, parts);
  const found = report.evidence.find(({ kind }) => kind === "contradiction");
  expect(report.judgment.answer).toMatch(/^Of F1, words and face contradict each other from 2\.1 to 3\.8 s: /);
  expect(report.judgment.answer).toContain(`[${found?.id}]`);
  const screen = renderTerminalSummary(report, createTerminalStyle({ color: false, columns: 300 }));
  expect(screen.split("contradict each other")).toHaveLength(2);
  const fine = await transcript(TALK.replace("I feel terrible about what happened.", "I feel great."));
  expect((await ask({ ...QUERY, question, transcript: fine }, parts)).judgment.answer).toMatch(
    /^Nothing that F1 says was found to contradict its face \[E\d+ E\d+\]: /,
  );
  expect((await ask({ ...QUERY, question }, parts)).judgment.answer).toMatch(/^No words were given/);
});

it("takes a name for whose it is, and lets words hold beyond their time without saying that they are said then", async () => {
  const parts = await partsWithWords(createRulesModel());
  const given = { ...QUERY, transcript: await transcript() };
  const report = await ask({ ...given, question: "What does Ann express when Ann says she is fine?" }, parts);
  expect(report.judgment.answer).toMatch(/^"I'm fine, thanks\." is said from 0\.2 to 1\.6 s by Ann \(F1\) \[E\d+\]\. /);
  expect(report.grounding).toMatchObject({ askedAgain: false });
  const cues = report.judgment.subjects[0]?.cues.map(({ statement }) => statement) ?? [];
  const terrible = cues.filter((statement) => statement.includes("terrible"));
  expect(terrible).toEqual([expect.stringMatching(/leads one to expect \w+$/)]);
});

it("answers for the time that is asked about by what is shown and said then", async () => {
  const parts = await partsWithWords(createRulesModel());
  const answerTo = async (question: string) =>
    (await ask({ ...QUERY, question, transcript: await transcript() }, parts)).judgment.answer;
  const then = await answerTo("What happens at 3 s?");
  expect(then).toMatch(/^At 3 s: F1 is perceived as /);
  expect(then).toContain("I feel terrible about what happened.");
  expect(then).not.toContain("thanks");
  expect(then).not.toContain("prize");
  const first = await answerTo("How does she take it at the beginning?");
  expect(first).toMatch(/^From 0 to 2 s: F1 is perceived as neutral/);
  expect(first).toContain("I'm fine, thanks.");
  expect(first).not.toContain("terrible");
});

it("tells a model what is said with its times, holds its quotes against it, and says that words leave the machine", async () => {
  const asked: WireBody[] = [];
  const server = await startOpenAiServer((body) => {
    asked.push(body);
    const statements = [
      `F1 says "I'm fine, thanks" at 1 s`,
      'F1 says "I hate you" at 3.0 s',
      "Bob says 'You won the prize'",
      'It is said that "he left"',
    ];
    const cues = statements.map((statement) => cue(statement, { evidenceIds: ["E2"] }));
    const rest = reading({ neutral: 1 });
    const overTime = [{ fromS: 0, toS: 5.8, faceOnly: rest, contextOnly: rest, integrated: rest }];
    return saysJson({ ...judgment(subject({ cues, overTime })), answer: "F1 is perceived as happy." });
  });
  const model = await createOpenAiJudge("test-model", { baseUrl: `${server.url}/v1` });
  const capabilities = { ...model.capabilities, tools: false, vision: true };
  const notices: string[] = [];
  const parts = {
    ...(await partsWithWords({ ...model, capabilities, remote: true })),
    notify: (notice: string) => notices.push(notice),
  };
  const report = await ask({ ...QUERY, transcript: await transcript() }, parts);
  const told = toldIn(asked[0] as WireBody);
  expect(told).toContain(`[utterance, talk.vtt] Ann (F1, by name) says from 0.2 to 1.6 s: "I'm fine, thanks."`);
  expect(told).toContain("`faceOnly` does not, as if the sound were off");
  expect(notices).toEqual([
    expect.stringMatching(/^Frames of the clip, the measurements and what is said leave this machine/),
  ]);
  const cues = report.grounding.claims.filter(({ part }) => part === "cue");
  expect(cues.map(({ verdict, reason }) => [verdict, reason])).toEqual([
    ["supported", `The words are said: "I'm fine, thanks." by F1 from 0.2 to 1.6 s (E2)`],
    [
      "contradicted",
      `Other words are said at 3 s: "I feel terrible about what happened." by F1 from 2.1 to 3.8 s (E3)`,
    ],
    ["supported", 'The words are said: "You won the prize!" by somebody unknown from 4.2 to 4.7 s (E4)'],
    ["not-measurable", "The words are not found in what is said"],
  ]);
  // An answer that was kept is one to these words.
  const kept = new Map<string, unknown>();
  const store = {
    get: async (key: string) => kept.get(key),
    put: async (key: string, value: unknown) => void kept.set(key, value),
  };
  for (const [text, times] of [
    [TALK, 1],
    [TALK, 1],
    [TALK.replace("terrible", "great"), 2],
  ] as const) {
    await ask({ ...QUERY, transcript: await transcript(text) }, { ...parts, answers: store });
    expect(kept.size).toBe(times);
  }
  asked.length = 0;
  await ask(QUERY, parts);
  expect(toldIn(asked[0] as WireBody)).not.toContain("utterance");
  expect(notices.at(-1)).toMatch(/^Frames of the clip and the measurements leave/);
});

it("refuses a transcript of another clip, and a broken one before anything is measured", async () => {
  const parts = await partsWithWords(createRulesModel());
  const late = await transcript("WEBVTT\n\n10:00.000 --> 10:01.000\nHi");
  await expect(ask({ ...QUERY, transcript: late }, parts)).rejects.toThrow(
    "Cannot use transcript as everything in it is said after the clip, which ends at 6.0 s: `talk.vtt`",
  );
  const clips = { ...parts.clips, video: reader(1, () => expect.unreachable()) } as AskDependencies["clips"];
  const broken = await transcript("WEBVTT\n\nsoon --> later\nHi");
  await expect(ask({ ...QUERY, transcript: broken }, { ...parts, ...(clips && { clips }) })).rejects.toThrow(
    'Cannot read transcript as line 3 has "soon" where a time is expected',
  );
});

it("takes what is said beside an image without its times, as an image lasts none", async () => {
  const parts = await partsWithWords(createRulesModel());
  const image = gradientImage(60, 40);
  const report = await ask({ ...QUERY, image, transcript: await transcript() }, parts);
  const said = report.evidence.filter(({ kind }) => kind === "utterance");
  expect([said.length, said.some(({ time }) => time !== undefined)]).toEqual([4, false]);
  expect(said[0]?.statement).toBe(`Ann (F1, by name) says: "I'm fine, thanks."`);
  expect(report.warnings).toContain("An image lasts no time: what is said in talk.vtt is taken without its times");
});

it("reads clips of a list, with a transcript each", async () => {
  const folder = await tempFolder();
  await writeFile(join(folder, "talk.vtt"), TALK);
  await writeFile(
    join(folder, "list.csv"),
    "path,transcript\nclip.mp4,talk.vtt\nclip.mov,nowhere.vtt\nclip.mkv,Hello.\n",
  );
  const items = await readAskList(join(folder, "list.csv"));
  const query = { folder: join(folder, "out"), items, labels: null, settings: {}, budget: {}, concurrency: 1 };
  const parts = await partsWithWords(createRulesModel());
  const { answers } = await askMany(query, { ask: parts, price: undefined, version: "0.0.0" });
  const said = answers.map(({ report }) => report?.evidence.filter(({ kind }) => kind === "utterance").length ?? null);
  expect(said).toEqual([3, null, 1]);
  // Each stands for itself by the frame that tells most of it; what failed has none.
  const page = await readFile(join(folder, "out", "answers.html"), "utf8");
  expect(page.split("data:image/jpeg;base64,")).toHaveLength(3);
  expect(answers[1]?.failure).toContain("Cannot read transcript as there is no such file");
  const written = { transcribe: "openai:whisper-1", transcribeUrl: "http://127.0.0.1:9/v1", timeout: 30 };
  expect(partsOptions({ image: "list.csv", toolbox: [], scene: true, ...written }, ["a.png", "b.mp4"])).toMatchObject({
    clip: true,
    transcribe: { name: "openai:whisper-1", options: { baseUrl: "http://127.0.0.1:9/v1", timeoutMs: 30_000 } },
  });
});

it.each([
  [
    "What does her face do when she says she is fine?",
    /^"I'm fine, thanks\." is said from 0\.2 to 1\.6 s by Ann \(F1\) \[E\d+\]\. From 0\.2 to 1\.6 s: F1 is perceived as neutral/,
  ],
  [
    "Does she smile when she talks about what happened?",
    /From 2\.1 to 3\.8 s: yes: on F1 the lip corners are pulled up/,
  ],
  [
    "Is she smiling when Bob says she won?",
    /^"You won the prize!" is said from 4\.2 to 4\.7 s by Bob \[E\d+\]\. At 4\.45 s: no/,
  ],
  [
    "Is she smiling when she says it rains?",
    /^Nobody is found to say that, so of the whole clip \[E\d+ E\d+ E\d+\]: yes/,
  ],
  [
    "Who speaks when she smiles?",
    /^While F1 shows a smile, from 2\.0 to 4\.0 s \[E\d+\], "I feel terrible about what happened\." is said from 2\.1 to 3\.8 s by Ann/,
  ],
  [
    "Who is speaking at 3 s?",
    /^At 3 s: "I feel terrible about what happened\." is said from 2\.1 to 3\.8 s by Ann \(F1\) \[E\d+\]\.$/,
  ],
  ["When does she say she is fine?", /^"I'm fine, thanks\." is said from 0\.2 to 1\.6 s by Ann \(F1\) \[E\d+\]\.$/],
  [
    "What is said?",
    /^"I'm fine, thanks\." .* \[E\d+\]\. "I feel .* \[E\d+\]\. "You won the prize!" is said from 4\.2 to 4\.7 s by Bob \[E\d+\]\.$/,
  ],
])("answers %s by what is said", async (question, answer) => {
  const report = await ask(
    { ...QUERY, question, transcript: await transcript() },
    await partsWithWords(createRulesModel()),
  );
  expect(report.judgment.answer).toMatch(answer);
  const claims = report.grounding.claims.filter(({ part }) => part === "answer");
  expect(claims.filter(({ verdict }) => verdict !== "supported")).toEqual([]);
});
