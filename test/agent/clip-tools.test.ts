import { describe, expect, it } from "vitest";
import { createOpenAiJudge } from "../../src/adapters/openai/openai-judge.ts";
import { whoSpeaksThen } from "../../src/agent/tools/who-speaks.ts";
import { ask } from "../../src/ask.ts";
import { cue, judgment, ledgerOf, reading, subject } from "../support/builders.ts";
import { gradientImage } from "../support/images.ts";
import { calls, type Reply, saysJson, type WireBody } from "../support/model-server.ts";
import { startOpenAiServer } from "../support/openai-server.ts";
import { idOf, lastIn } from "../support/scripted-judge.ts";
import { partsOfClip } from "../support/smiling-clip.ts";

const OF_WORDS = ["who_speaks", "search_transcript"];
const NAMES = ["timeline", "moment", "compare_moments", "note_moment"];

/** Ann is F1, who smiles from 2 to 4 s. */
const SAID = [
  { text: "Une drôle de fête!", speaker: "Ann", time: { fromS: 1, toS: 2.5 } },
  { text: "Do you like it?", speaker: null, time: { fromS: 2.4, toS: 3.2 } },
  { text: "It is funny.", speaker: "Ann", time: { fromS: 4.5, toS: 5.5 } },
];

/** Calls one tool after the other, then judges; keeps what each tool answered. @param said whether there is a transcript. */
async function looked(
  steps: readonly (readonly [string, object])[],
  image: Parameters<typeof ask>[0]["image"],
  said = false,
) {
  const answers: string[] = [];
  const cited = (asked: WireBody) => idOf(asked, /the hand is at the chin/);
  const server = await startOpenAiServer(
    (asked, index): Reply => {
      const step = steps[index];
      if (index > 0 && index <= steps.length) answers.push(afterTool(asked));
      if (step !== undefined) return calls(...step);
      const cues = steps.some(([name]) => name === "note_moment")
        ? [cue("The hand is at the chin at 1.2 s", { evidenceIds: [cited(asked)] })]
        : [];
      const rest = reading({ neutral: 1 });
      const stretch = { fromS: 0, toS: 5.8, faceOnly: rest, contextOnly: subject().contextOnly, integrated: rest };
      return saysJson(judgment(subject({ cues, overTime: [stretch] })));
    },
    { models: [{ id: "m", type: "vlm" }] },
  );
  const model = await createOpenAiJudge("m", { baseUrl: `${server.url}/v1` });
  const parts = { ...(await partsOfClip(model)), readTranscript: async () => SAID };
  const words = said ? { transcript: "talk.vtt", context: "Ann (F1) at home" } : {};
  const report = await ask({ image, question: "When does she smile?", ...words }, parts);
  return { report, answers, chats: server.chats };
}

/** What the last tool said; of a model that sees, its images follow in a message of their own. */
function afterTool(asked: WireBody): string {
  const said = asked.messages.findLast(({ role }) => role === "tool")?.content;
  return `${said}\n${lastIn(asked).text}`;
}

const imagesIn = ({ messages }: WireBody) =>
  messages.flatMap(({ content }) => (Array.isArray(content) ? content : [])).filter(({ type }) => type === "image_url");

describe("a model in the loop over a clip", () => {
  it("finds moments that it was not shown, compares two, and cites what it saw at its time", async () => {
    const { report, answers, chats } = await looked(
      [
        ["measure_face", { faceId: "F1" }],
        ["moment", { timeS: 1.23, faceId: null }],
        ["moment", { timeS: 5.2, faceId: "F1" }],
        ["moment", { timeS: 7, faceId: null }],
        ["compare_moments", { firstS: 1.2, secondS: 3, faceId: "F1" }],
        ["timeline", { faceId: "F1", fromS: 1.6, toS: 2.2 }],
        ["timeline", { faceId: "F1", fromS: 3, toS: 2 }],
        ["note_moment", { timeS: 1.2, statement: "the hand is at the chin", faceId: "F1" }],
        ["look_closer", { faceId: "F1", region: "mouth" }],
      ],
      "clip.mp4",
    );
    const [, first, gone, never, compared, course, backwards, noted, unknown] = answers;
    expect(report.clip?.shown.map(({ timeS }) => timeS)).not.toContain(1.2);
    expect(first).toContain("The measured frame nearest to 1.2 s is that at 1.2 s. In it: F1.");
    expect(first).toMatch(/absent, probability at most 0.05: E\d+ AU6, E\d+ AU12, E\d+ AU4/);
    expect(first).toMatch(/at 1.2 s: neutral 0.95/);
    expect(imagesIn(chats[2] as WireBody)).toHaveLength(imagesIn(chats[1] as WireBody).length + 1);
    expect(gone).toContain("Nobody is found in it.");
    expect(never).toContain("The clip has no such time: it was measured from 0.0 to 5.8 s");
    expect(compared).toMatch(/E\d+ F1 AU12 \(lip corner puller\), probability: 0.05 absent, then 0.95 present/);
    expect(compared).toMatch(/About the same at both: E\d+ AU4 absent, E\d+ AU14 present/);
    expect(compared).toContain("The frame at 3.0 s. In it: F1.");
    expect(course).toMatch(
      /AU12 \(lip corner puller\), probability: 1.6 s 0.05, 1.8 s 0.05, 2.0 s 0.95 present, 2.2 s/,
    );
    expect(course).toMatch(/Absent from 1.6 to 2.2 s: E\d+ AU4/);
    expect(course).toContain("AU12 (lip corner puller) rises from 1.8 s");
    expect(backwards).toContain("fromS has to come before toS");
    expect(noted).toMatch(/Noted: E\d+ \[observation, F1, openai:m\] At 1.2 s: the hand is at the chin/);
    expect(unknown).toContain('There is no tool "look_closer"');
    const own = report.evidence.filter(
      ({ kind, time }) => kind === "expression" && time?.fromS === 1.2 && time.toS === 1.2,
    );
    expect(own).toHaveLength(1);
    expect(report.evidence.find(({ kind }) => kind === "observation")?.time).toEqual({ fromS: 1.2, toS: 1.2 });
    expect(report.grounding.claims.find(({ part }) => part === "cue")).toMatchObject({ verdict: "supported" });
  });

  it("finds what is said by its words and its time, and who says it for how long", async () => {
    const { answers, chats } = await looked(
      [
        ["measure_face", { faceId: "F1" }],
        ["search_transcript", { query: "drole FETE", fromS: null, toS: null }],
        ["search_transcript", { query: null, fromS: 3, toS: 4 }],
        ["search_transcript", { query: "goodbye", fromS: null, toS: null }],
        ["who_speaks", { fromS: 2, toS: 5 }],
        ["who_speaks", { fromS: 5.6, toS: 5.8 }],
        ["moment", { timeS: 2.4, faceId: "F1" }],
      ],
      "clip.mp4",
      true,
    );
    expect(chats[0]?.tools?.map(({ function: { name } }) => name)).toEqual(expect.arrayContaining(OF_WORDS));
    const [, found, then, none, spoken, silence, moment] = answers;
    expect(found).toMatch(
      /^E\d+ \[utterance, talk.vtt\] Ann \(F1, by name\) says from 1.0 to 2.5 s: "Une drôle de fête!"/,
    );
    expect(found).not.toContain("funny");
    expect(then).toMatch(/^E\d+ .*"Do you like it\?"/);
    expect(none).toMatch(/^Nothing of what is said then has "goodbye"/);
    expect(spoken).toMatch(/^F1: 1.0 s, somebody whose face is not known: 0.8 s/);
    expect(silence).toMatch(/^Nobody speaks then/);
    expect(moment).toMatch(/"Une drôle de fête!"[\s\S]*"Do you like it\?"/);
  });

  it("counts a voice of no known face with the words that fill it, and no second time as somebody's", async () => {
    const base = {
      faceId: null,
      region: null,
      statement: "It is heard",
      source: { type: "toolbox", name: "made" },
    } as const;
    const said = (speaker: string, fromS: number, toS: number) => ({
      ...{ ...base, kind: "utterance" as const, time: { fromS, toS } },
      value: { type: "utterance" as const, text: "It", speaker, spokenBy: null, knownBy: null },
    });
    const heard = (fromS: number, toS: number) => ({
      ...{ ...base, kind: "voice" as const, time: { fromS, toS } },
      value: {
        ...{ type: "voice" as const, spokenBy: null, knownBy: null },
        measures: [{ name: "speech" as const, value: toS - fromS, unit: "s" }],
      },
    });
    const ledger = ledgerOf(said("Ann", 0, 2), said("Bob", 1.8, 4), heard(0.2, 1.9), heard(1.9, 3.5), heard(6, 7));
    const { text } = await whoSpeaksThen.run({ fromS: 0, toS: 10 }, { ledger, clip: {} } as never);
    expect(text).toMatch(/^Ann: 2\.0 s, Bob: 2\.2 s, somebody whose face is not known: 1\.0 s\n/);
  });

  it("is offered them for a clip alone: an image has the tools that it had", async () => {
    const offered = async (image: Parameters<typeof looked>[1]) => {
      const { chats } = await looked([["measure_face", { faceId: "F1" }]], image);
      return (chats[0]?.tools ?? []).map(({ function: { name } }) => name);
    };
    const [clip, image] = [await offered("clip.mp4"), await offered(gradientImage(60, 40))];
    expect(clip).toEqual(expect.arrayContaining(NAMES));
    expect(image.filter((name) => NAMES.includes(name))).toEqual([]);
    expect(image).toContain("look_closer");
    expect(clip).not.toContain("look_closer");
    // Nothing is known of what is said.
    expect([...clip, ...image].filter((name) => OF_WORDS.includes(name))).toEqual([]);
  });
});
