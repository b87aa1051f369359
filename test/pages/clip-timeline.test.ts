import { expect, it } from "vitest";
import { createRulesModel } from "../../src/adapters/rules/rules-model.ts";
import { ask } from "../../src/ask.ts";
import type { EvidenceItem } from "../../src/domain/evidence.ts";
import { clipPage } from "../../src/pages/clip-page.tsx";
import { reportPage } from "../../src/pages/report-page.tsx";
import { viewOfClip } from "../../src/pages/view-clip.ts";
import { viewOf } from "../../src/pages/view-report.ts";
import { partsOfClip } from "../support/smiling-clip.ts";

const PIXEL = "data:image/png;base64,iVBORw0KGgo=";

it("shows a clip over time, without a script: curves, episodes, readings kept apart, and frames with their numbers", async () => {
  const parts = await partsOfClip(createRulesModel());
  const view = viewOf(await ask({ image: "clip.mp4", context: "Her friend <tells> a joke" }, parts));
  expect(view.faces.map(({ isInImage }) => isInImage)).toEqual([true]);
  const [person, ...others] = view.clip?.people ?? [];
  expect(others).toEqual([]);
  expect(person?.seen.map(({ fromS, toS }) => [fromS, toS])).toEqual([
    [0, 4.8],
    [5.6, 5.8],
  ]);
  expect(person?.curves.map(({ name }) => name)).toEqual(["AU6", "AU12", "AU14", "happiness", "neutral"]);
  expect([person?.absent, person?.uncertain]).toEqual([["AU4"], []]);
  const smile = person?.curves[1];
  expect(smile?.present.map(({ text }) => text)).toEqual(["from 2.0 to 4.0 s"]);
  expect(smile?.episodes).toMatchObject([{ fromS: 1.8, toS: 4.2, apexS: 2 }]);
  expect(smile?.runs.map((run) => [run[0]?.[0], run.at(-1)?.[0]])).toEqual([
    [0, 4.8],
    [5.6, 5.8],
  ]);
  expect(person?.readings.map(({ name, spans }) => [name, spans.length])).toEqual([
    ["face only", 4],
    ["context only", 4],
    ["integrated", 4],
  ]);
  expect(person?.readings[0]?.spans[1]).toMatchObject({
    fromS: 2,
    toS: 4,
    text: expect.stringMatching(/^happiness 0\.\d\d$/),
    hue: 0,
  });
  expect(view.clip?.readAs).toEqual(["happiness", "neutral"]);
  const moments = view.clip?.moments ?? [];
  expect(moments).toHaveLength(12);
  expect(moments.filter(({ isKey }) => isKey)).toMatchObject([
    { timeS: 2, numbers: [expect.stringMatching(/^F1: AU6 0.95, AU12 0.95, AU14 0.60; face alone happiness 0.95/)] },
  ]);
  expect(moments.filter(({ numbers }) => numbers[0] === "F1: not seen").map(({ timeS }) => timeS)).toEqual([5.075]);

  const frames = moments.map((_, at) => (at === 0 ? null : { large: PIXEL, small: `${PIXEL}#${at}` }));
  const html = reportPage(view, PIXEL, frames);
  expect(html).not.toContain("No action unit was measured");
  expect(html).not.toMatch(/<script|\sstyle=|onclick|<tells>/);
  expect(html.match(/<button type="button" aria-label="/g)).toHaveLength(12);
  expect(html).toContain(`aria-label="2.0 s. apex of AU6 of F1`);
  expect(html).toContain(`src="${PIXEL}#11"`);
  expect(html).toMatch(/<span class="unread"><\/span><\/button><\/li>/);
  expect(html).toContain('<rect class="span hue-1" x="0" y="2"');
  expect(html).toContain('aria-label="AU12 (lip corner puller), probability; present from 2.0 to 4.0 s; AU12');
});

const base = { faceId: null, region: null, source: { type: "toolbox", name: "made" } } as const;
const time = { fromS: 2, toS: 6 };
const voice = (above: number): EvidenceItem["value"] => ({
  ...{ type: "voice", spokenBy: "F1", knownBy: "lips" },
  measures: [
    { name: "pitch", value: 216.4, unit: "Hz" },
    { name: "pitch above own", value: above, unit: "semitones" },
  ],
});

it("tells what is said, heard and contradicted as its band has room for, and its seconds are round", () => {
  const items: EvidenceItem[] = [
    {
      ...{ ...base, id: "E1", kind: "utterance", time, statement: "F1 says <it>" },
      value: { type: "utterance", text: "I'm <fine>", speaker: "Ann", spokenBy: "F1", knownBy: "name" },
    },
    { ...base, id: "E2", kind: "voice", time, statement: "F1's voice, higher", value: voice(1.52) },
    { ...base, id: "E3", kind: "voice", time: { fromS: 8, toS: 9 }, statement: "F1's voice", value: voice(0.02) },
    {
      ...{ ...base, id: "E4", kind: "contradiction", time, statement: "Words and face contradict each other" },
      value: { type: "contradiction", spokenBy: "F1", words: "pleasant", share: 0.8, evidenceIds: ["E1", "E2"] },
    },
  ];
  const clip = { untilS: 36.4, cutsS: [], shown: [], keyFrame: 0 };
  const view = viewOfClip({ clip, people: [], items, subjects: [] });
  expect(view.lanes.map(({ name, spans }) => [name, spans.map(({ text }) => text)])).toEqual([
    ["words", ["F1, Ann: I'm <fine>"]],
    ["voices", ["F1: 216 Hz, 1.5 semitones up", "F1: 216 Hz"]],
    ["contradictions", ["F1: pleasant words, an unpleasant face"]],
  ]);
  expect(view.moments[1]?.numbers).toEqual([
    "F1, Ann: I'm <fine>",
    "F1's voice, higher",
    "F1: pleasant words, an unpleasant face",
  ]);
  const html = clipPage({ title: "clip.mp4", view, frames: [], events: [] });
  const seconds = [...html.matchAll(/text-anchor="(\w+)">([\d.]+) s</g)].map(([, anchor, at]) => `${at} ${anchor}`);
  expect(seconds).toEqual(["0 start", "10 middle", "20 middle", "30 middle"]);
  expect(html).toContain('<p class="words"><span>F1, Ann: I\'m &lt;fine></span></p>');
});
