import { describe, expect, it } from "vitest";
import { createFfmpegEncoder } from "../src/adapters/ffmpeg/ffmpeg-encoder.ts";
import { createOpenAiJudge } from "../src/adapters/openai/openai-judge.ts";
import { createRulesModel } from "../src/adapters/rules/rules-model.ts";
import { type AskQuery, ask } from "../src/ask.ts";
import type { AskDependencies } from "../src/ask-dependencies.ts";
import type { Judgment } from "../src/domain/judgment.ts";
import { Report } from "../src/domain/report.ts";
import type { ClipEncoder } from "../src/ports/clip-encoder.ts";
import { cue, judgment, reading, subject } from "./support/builders.ts";
import { installFakeFfmpeg } from "./support/fake-ffmpeg.ts";
import { fixedToolbox } from "./support/fixed-toolbox.ts";
import { failsWith, type Reply, saysJson, type WireBody } from "./support/model-server.ts";
import { startOpenAiServer } from "./support/openai-server.ts";
import { idOf, toldIn } from "./support/scripted-judge.ts";
import { partsOfClip, reader } from "./support/smiling-clip.ts";
import { tempFolder } from "./support/temp-folder.ts";

describe("asking about a clip", () => {
  it("judges the whole clip and each stretch of it, with evidence over time, and says what was not measured", async () => {
    const query = { image: "clip.mp4", question: "Does she smile?", context: "Her friend tells a joke" };
    const report = await ask(query, await partsOfClip(createRulesModel()));
    expect(Report.parse(JSON.parse(JSON.stringify(report)))).toEqual(JSON.parse(JSON.stringify(report)));
    const said = report.evidence.map(({ statement }) => statement);
    expect(said).toContainEqual(
      expect.stringContaining(
        "AU12 (lip corner puller) rises from 1.8 s (0.05), peaks at 2.0 s (0.95), gone by 4.2 s (0.05)",
      ),
    );
    expect(said).toContain(
      "AU12 (lip corner puller) is present from 2.0 to 4.0 s (probability at most 0.95), otherwise absent",
    );
    expect(said).toContain("Not seen well from 5.0 to 5.4 s: nothing is known of it");
    expect(said).toContainEqual(expect.stringContaining("cannot be measured in 5 frames per second"));
    const [person, ...others] = report.judgment.subjects;
    expect(others).toEqual([]);
    expect(person?.overTime?.map(({ fromS, toS, faceOnly }) => [fromS, toS, topOf(faceOnly)])).toEqual([
      [0, 1.8, "neutral"],
      [2, 4, "happiness"],
      [4.2, 4.8, "neutral"],
      [5.6, 5.8, "neutral"],
    ]);
    // The whole clip is the mean of its stretches, each counting as long as it lasts.
    const lengths = person?.overTime?.map(({ fromS, toS }) => toS - fromS) ?? [];
    const happy = person?.overTime?.map(({ faceOnly }) => shareOf(faceOnly, "happiness")) ?? [];
    const mean = happy.reduce((sum, share, i) => sum + share * (lengths[i] as number), 0) / 4.6;
    expect(person && shareOf(person.faceOnly, "happiness")).toBeCloseTo(mean, 3);
    // The context is the same all the time, and moves no reading of the face alone.
    const contexts = new Set(person?.overTime?.map(({ contextOnly }) => JSON.stringify(contextOnly)));
    expect([...contexts]).toEqual([JSON.stringify(person?.contextOnly)]);
    const without = await ask({ ...query, context: null }, await partsOfClip(createRulesModel()));
    expect(without.judgment.subjects[0]?.faceOnly).toEqual(person?.faceOnly);
    expect(report.grounding.claims.filter(({ verdict }) => verdict !== "supported")).toEqual([]);
    expect(report.judgment.answer).toMatch(/Over time the face of F1 is read as neutral from 0.0 to 1.8 s \[E\d+\]/);
    expect(report.clip).toMatchObject({ fps: 5, frames: 30, cutsS: [], inKeyFrame: ["F1"] });
  });

  it.each([
    [
      "When does she smile?",
      /^On F1, AU12 \(lip corner puller\) is present from 2\.0 to 4\.0 s \(probability at most 0\.95\), otherwise absent \[E\d+\]\.$/,
    ],
    ["When is she happy?", /^The face of F1 is read as happiness from 2\.0 to 4\.0 s \[E\d+\]\.$/],
    ["When is she sad?", /^The face of F1 is at no time read as sadness before all else \[E\d+ E\d+ E\d+ E\d+\]\.$/],
    ["When are her eyes closed?", /^On F1, AU43 .* was not measured \[E\d+\]\.$/],
    ["Is she smiling at 1 s?", /^At 1 s: no: on F1 AU12 is absent \[E\d+\]\.$/],
    ["Is she smiling at 3 s?", /^At 3 s: yes: on F1 the lip corners are pulled up \(AU12\) \[E\d+\]\.$/],
    ["What does she express after 4.2 s?", /^From 4\.15 s on: F1 is perceived as mainly neutral/],
    ["Is she smiling at 5.2 s?", /^No face was measured at 5\.2 s \[E\d+\]\.$/],
    ["Is she smiling at 99 s?", /^No face was measured at 99 s: faces are seen from 0\.0 to 5\.8 s \[E\d+\]\.$/],
    ["Who smiles first?", /^On F1, AU12 .* is present from 2\.0 to 4\.0 s .* \[E\d+\]\.$/],
    ["How often does she smile?", /^On F1, AU12 .* is present from 2\.0 to 4\.0 s .* \[E\d+\]\.$/],
    [
      "What does her face do when she says she is fine?",
      /^No words were given .*, so of the whole clip: F1 is perceived/,
    ],
    ["Does her expression change?", /Over time the face of F1 is read as neutral from 0\.0 to 1\.8 s/],
    ["How does she look?", /^F1 is perceived/],
    ["How does she take it?", /^F1 is perceived as .* Over time the face of F1 is read as neutral from 0\.0 to 1\.8 s/],
    [
      "Is her smile genuine?",
      /^F1: AU12 .* from 2\.0 to 4\.0 s .* \[E\d+\]; the longest of these is looked at\. From 2 to 4 s: whether a smile is felt cannot be measured, only its type: F1 shows a Duchenne smile, as .* \(AU12\) \[E\d+\] and .* \(AU6\) \[E\d+\]/,
    ],
    ["Do they look at each other?", /^Nobody is seen together with somebody else.* \[E\d+\]\.$/],
    ["Does she sound tired?", /^No voice is measured, as it has no sound track: .* \[E\d+\]; what is felt is not/],
    ["When does her expression change?", /Over time the face of F1 is read as neutral from 0\.0 to 1\.8 s/],
  ])("answers %s", async (question, answer) => {
    const report = await ask({ image: "clip.mp4", question }, await partsOfClip(createRulesModel()));
    expect(report.judgment.answer).toMatch(answer);
    expect(report.grounding.claims.filter(({ verdict }) => ["contradicted", "uncited"].includes(verdict))).toEqual([]);
  });

  const AT_5_FPS =
    /^That cannot be told: .* cannot be measured in 5 frames per second: .* \[E\d+\]; `kuleshov measure --fps 25`/;
  it.each([
    ["Is there a micro-expression?", /^Of F1: AU14 \(dimpler\) rises from 4\.3 s .* gone by 4\.7 s .* \[E\d+\]\.$/],
    ["Does any expression last under half a second?", /^Of F1: AU14 \(dimpler\) rises/],
    ["How often does she blink?", /^On F1, as far as it was measured, no blink was found \[E\d+\]\.$/],
    ["Does she nod?", /^On F1, as far as it was measured, no nod and no shake of the head was found \[E\d+\]\.$/],
  ])("answers %s by what frames come fast enough for", async (question, fast) => {
    const parts = await partsOfClip(createRulesModel(), reader(150));
    const at = (fps: number) => ({ ...parts, clips: { ...(parts.clips as NonNullable<typeof parts.clips>), fps } });
    expect((await ask({ image: "clip.mp4", question }, at(5))).judgment.answer).toMatch(AT_5_FPS);
    const report = await ask({ image: "clip.mp4", question }, at(25));
    expect(report.judgment.answer).toMatch(fast);
    expect(report.grounding.claims.filter(({ verdict }) => ["contradicted", "uncited"].includes(verdict))).toEqual([]);
  });

  it("says of looks when they turn away, and that why is not measured", async () => {
    const report = await ask(
      { image: "clip.mp4", question: "Why does she look away?" },
      await partsOfClip(createRulesModel()),
    );
    expect(report.judgment.answer).toMatch(/Where F1 looks was not measured \[E\d+\]\./);
  });

  it("shows a model the frames that tell most with their times, and holds what it says of a time against that time", async () => {
    const asked: WireBody[] = [];
    const judgments: ((body: WireBody) => Judgment)[] = [
      (body) => timed(body, [cue("AU12 is present at 1.0 s", { evidenceIds: [idOf(body, /AU12 .*present from/)] })]),
      (body) => timed(body, [cue("AU12 is present at 3.0 s", { evidenceIds: [idOf(body, /AU12 .*present from/)] })]),
    ];
    const { report } = await askModel((body, index): Reply => {
      asked.push(body);
      return saysJson((judgments[index] ?? judgments[1])?.(body) ?? {});
    });
    const [first] = asked;
    if (first === undefined) throw new Error("The model was asked");
    const told = toldIn(first);
    expect(told).toContain(
      "The input is a clip, not one image: 30 frames of it were measured from 0.0 to 5.8 s, 5 in a second.",
    );
    const captions = [...told.matchAll(/^The frame at ([\d.]+) s: (.*)$/gm)].map(([, time, why]) => [time, why]);
    expect(captions.length).toBe(8);
    expect(captions).toContainEqual(["2.0", "apex of AU6 of F1, apex of AU12 of F1, apex of happiness of F1"]);
    expect(captions.map(([time]) => Number(time))).toEqual(
      [...captions.map(([time]) => Number(time))].sort((a, b) => a - b),
    );
    expect(imagesIn(first)).toBe(8);
    // The first judgment is sent back with what was measured at that time, the second holds.
    expect(toldIn(asked[1] as WireBody)).toContain(
      "AU12 at 1 s is said to be present, but fixed@1 measured 0.05 at 1 s",
    );
    expect(report.grounding.askedAgain).toBe(true);
    expect(report.grounding.claims.find(({ part }) => part === "cue")).toMatchObject({ verdict: "supported" });
    expect(report.judgment.subjects[0]?.overTime).toHaveLength(2);
  });

  it("asks again for readings over time that are missing or out of order, and shows one frame to a model that takes one", async () => {
    const { report, asked } = await askModel(
      (body, index) => {
        const { overTime = [], ...rest } = timed(body).subjects[0] as Judgment["subjects"][number];
        const given = index === 0 ? [...overTime].reverse() : overTime;
        return saysJson({ ...timed(body), subjects: [{ ...rest, overTime: given }] });
      },
      { severalImages: false },
    );
    expect(asked.map(imagesIn)[0]).toBe(1);
    expect(toldIn(asked[0] as WireBody)).toContain("One frame of it comes with the question");
    expect(toldIn(asked[0] as WireBody)).toContain("The frame at 2.0 s: apex of AU6 of F1");
    expect(toldIn(asked[1] as WireBody)).toContain("stretches follow one another");
    expect(report.judgment.subjects[0]?.overTime).toHaveLength(2);
  });

  it("asks a model with little room for the whole clip alone, and says so", async () => {
    const { overTime: _none, ...whole } = timed({} as WireBody).subjects[0] as Judgment["subjects"][number];
    const brief = ({ distribution, abstention }: typeof whole.faceOnly) => ({
      ...{ distribution: distribution.map(({ label, probability }) => ({ label, probability })), abstention },
    });
    const readings = { faceOnly: brief(whole.faceOnly), contextOnly: brief(whole.contextOnly) };
    const congruence = { verdict: "not assessable", statement: "There is no context" };
    const person = { faceId: "F1", ...readings, integrated: brief(whole.integrated), cues: [], congruence };
    const { report, asked } = await askModel(
      () => saysJson({ answer: "F1 is perceived as happy.", subjects: [person] }),
      {
        contextTokens: 14_000,
      },
    );
    expect(report.warnings.join("\n")).toContain("one reading of the whole clip and none over time");
    expect(asked).toHaveLength(1);
  });

  describe("by a model that takes video", () => {
    const encoder = async () => createFfmpegEncoder({ command: await installFakeFfmpeg(await tempFolder()) });

    it("sends the frames that were measured as a silent clip, beside the frames that tell most", async () => {
      const { report, asked } = await askModel((body) => saysJson(timed(body)), { video: true }, await encoder());
      const [clip] = videosIn(asked[0] as WireBody);
      const { args, bytes } = JSON.parse(Buffer.from(clip ?? "", "base64").toString());
      // 30 frames of 60 x 40 px, and nothing else that the file of the clip held.
      expect([args.filter((word: string) => word === "-i"), bytes]).toEqual([["-i"], 30 * 60 * 40 * 3]);
      expect(args.join(" ")).toMatch(/-video_size 60x40 -framerate 5 -i pipe:0 -vf scale=60:40 .*-map_metadata -1/);
      expect([videosIn(asked[0] as WireBody).length, imagesIn(asked[0] as WireBody)]).toEqual([1, 8]);
      const told = toldIn(asked[0] as WireBody);
      expect(told).toContain("silent video, whose seconds are those of the evidence. 8 frames of it come with");
      expect(told).toContain("Video: the clip, 6.0 s, silent (60 x 40 px)");
      expect(report.provenance.sent?.[0]?.images.map(({ caption }) => caption)).toContain("the clip, 6.0 s, silent");
    });

    it.each<[string, Reply, RegExp]>([
      [
        "takes no video, which vLLM says of a limit",
        failsWith(400, { error: { message: "At most 0 video(s) may be provided in one prompt.", code: 400 } }),
        /^The server turned the clip down as video/,
      ],
      [
        "finds the request too large",
        failsWith(413, { error: { message: "Request entity too large" } }),
        /^The model got frames of the clip instead of a video: .*takes no request of this size/,
      ],
    ])("shows frames alone where the server %s", async (_case, refusal, warning) => {
      const answer = (body: WireBody) => (videosIn(body).length > 0 ? refusal : saysJson(timed(body)));
      const { report, asked } = await askModel(answer, { video: true }, await encoder());
      expect(asked.map((body) => [videosIn(body).length, imagesIn(body)])).toEqual([
        [1, 8],
        [0, 8],
      ]);
      expect(report.warnings).toContainEqual(expect.stringMatching(warning));
    });

    it.each([
      ["whose face is not found in a frame would not be blurred in it", { face: "F1", blurOthers: true }, "fake"],
      ["ffmpeg, which reads clips, is not installed", {}, "nowhere"],
    ])("sends no video, and says so, as %s", async (why, more, program) => {
      const tools = program === "fake" ? await encoder() : createFfmpegEncoder({ command: "/nowhere/ffmpeg" });
      const { report, asked } = await askModel((body) => saysJson(timed(body)), { video: true }, tools, more);
      expect([videosIn(asked[0] as WireBody).length, imagesIn(asked[0] as WireBody)]).toEqual([0, 8]);
      expect(report.warnings).toContainEqual(
        expect.stringContaining(`Frames of the clip are shown, and not the clip as a video: ${why}`),
      );
    });

    it("sends none to a server that does not say, and was not seen, to take it", async () => {
      const { asked } = await askModel((body) => saysJson(timed(body)), {}, await encoder());
      expect(videosIn(asked[0] as WireBody)).toEqual([]);
      const declared = { architecture: { input_modalities: ["text", "image", "video"] } };
      const server = await startOpenAiServer(() => saysJson({}), {
        models: [{ id: "sees", ...declared }, "test-model"],
      });
      const of = async (name: string) => (await createOpenAiJudge(name, { baseUrl: `${server.url}/v1` })).capabilities;
      expect([(await of("sees")).video, (await of("test-model")).video]).toEqual([true, false]);
    });
  });

  it("refuses a clip that is too long to be judged as a whole, before it has read all of it", async () => {
    let read = 0;
    const video = reader(100_000, (i) => {
      read = i;
    });
    const parts = await partsOfClip(createRulesModel(), video);
    await expect(ask({ image: "long.mp4" }, parts)).rejects.toThrow(
      "Cannot read clip as it has at least 50000 frames at 5 per second, too many to be judged as a whole (limit 3000): cut it into parts",
    );
    expect(read).toBeLessThan(100);
    // Frames may come more slowly later: what may yet be short enough is read on.
    await expect(ask({ image: "long.mp4" }, await partsOfClip(createRulesModel(), reader(3_100)))).rejects.toThrow(
      "it has more than 3000 frames at 5 per second",
    );
  });

  it("judges a single frame, and a clip in which nobody is ever found, as what they are", async () => {
    const one = await ask({ image: "one.mp4" }, await partsOfClip(createRulesModel(), reader(1)));
    expect(one.judgment.subjects[0]?.overTime).toHaveLength(1);
    expect(one.evidence.map(({ statement }) => statement)).toContainEqual(expect.stringContaining("in a single frame"));
    const parts = await partsOfClip(createRulesModel());
    const nobody = await ask({ image: "wall.mp4" }, { ...parts, toolboxes: [fixedToolbox([])] });
    expect(nobody.judgment.subjects).toMatchObject([{ faceId: null, faceOnly: { distribution: [] } }]);
    expect(nobody.evidence.map(({ statement }) => statement)).toContainEqual("No face was found in the clip");
  });
});

function shareOf({ distribution }: Judgment["subjects"][number]["faceOnly"], label: string): number {
  return distribution.find((entry) => entry.label === label)?.probability ?? 0;
}

function topOf({ distribution }: { readonly distribution: readonly { label: string; probability: number }[] }) {
  return [...distribution].sort((a, b) => b.probability - a.probability)[0]?.label;
}

/** A judgment with readings for two stretches. */
function timed(_body: WireBody, cues: readonly ReturnType<typeof cue>[] = []): Judgment {
  const { contextOnly } = subject();
  const rest = reading({ neutral: 1 });
  const smile = reading({ happiness: 1 });
  const overTime = [
    { fromS: 0, toS: 1.8, faceOnly: rest, contextOnly, integrated: rest },
    { fromS: 2, toS: 4, faceOnly: smile, contextOnly, integrated: smile },
  ];
  return { ...judgment(subject({ cues: [...cues], overTime })), answer: "F1 is perceived as happy." };
}

function imagesIn({ messages }: WireBody): number {
  return messages
    .flatMap(({ content }) => (Array.isArray(content) ? content : []))
    .filter((part) => (part as { type?: string }).type === "image_url").length;
}

/** The clips in a request, in base64. */
function videosIn({ messages }: WireBody): string[] {
  const parts = messages.flatMap(({ content }) => (Array.isArray(content) ? content : []));
  return parts.flatMap((part: { type?: string; video_url?: { url: string } }) =>
    part.type === "video_url" ? [part.video_url?.url.replace("data:video/mp4;base64,", "") ?? ""] : [],
  );
}

async function askModel(
  script: (body: WireBody, index: number) => Reply,
  capabilities: Partial<AskDependencies["model"]["capabilities"]> = {},
  encoder?: ClipEncoder,
  more: Partial<AskQuery> = {},
) {
  const asked: WireBody[] = [];
  const server = await startOpenAiServer((body, index) => {
    asked.push(body);
    return script(body, index);
  });
  const model = await createOpenAiJudge("test-model", { baseUrl: `${server.url}/v1` });
  const known = { ...model.capabilities, tools: false, vision: true, ...capabilities };
  model.learn?.(known);
  const limited = "video" in capabilities ? model : { ...model, capabilities: known };
  const parts = await partsOfClip(limited);
  const clips = { ...parts.clips, ...(encoder && { encoder }) } as AskDependencies["clips"];
  const query = { image: "clip.mp4", question: "How does she change?", ...more };
  const report = await ask(query, { ...parts, ...(clips && { clips }) });
  return { report, asked };
}
