import { expect, it } from "vitest";
import { createRulesModel } from "../../src/adapters/rules/rules-model.ts";
import { ask } from "../../src/ask.ts";
import { reportPage } from "../../src/pages/report-page.tsx";
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
  });
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
  expect(html).toContain('aria-label="AU12 (lip corner puller), probability; present from 2.0 to 4.0 s; AU12');
});
