import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { expect, it } from "vitest";
import type { ImageRecord } from "../../src/measuring/measurement-json.ts";
import { openStudyPeople } from "../../src/study/clip-notes.ts";
import { clipsOf } from "../../src/study/clip-tables.ts";
import { clipsOverTime } from "../../src/study/clip-timelines.ts";
import { EPISODE_HEADER, episodeLines } from "../../src/study/episodes-table.ts";
import { MOST_FRAMES } from "../../src/study/measure-clip.ts";
import { tempFolder } from "../support/temp-folder.ts";

const CLIP = "clips/a.mp4";

async function peopleOf(lines: string) {
  const folder = await tempFolder();
  await writeFile(join(folder, "people.csv"), `path,track_id,from_frame,person\n${lines}`);
  return openStudyPeople(folder);
}

it("calls a track by the name that it was given last, in its own clip", async () => {
  const people = await peopleOf(`${CLIP},T1,0,Ann\n${CLIP},T1,5,Bea\n`);
  const who = (frame: number | null, trackId: string | null, path = CLIP) => {
    const face = { path, frame, trackId };
    return [people.nameOf(face), people.subjectOf(face)];
  };
  expect(who(4, "T1")).toEqual(["Ann", "Ann"]);
  expect(who(5, "T1")).toEqual(["Bea", "Bea"]);
  expect(who(4, "T2")).toEqual(["T2", `${CLIP} T2`]);
  expect(who(4, "T1", "clips/b.mp4")).toEqual(["T1", "clips/b.mp4 T1"]);
  expect(who(null, null)).toEqual([null, null]);
});

/** A smile that rises on one track and goes on another, as when a hand passed before the face. */
async function* smile(): AsyncGenerator<ImageRecord> {
  for (let index = 0; index <= 40; index++) {
    const value = Math.max(0.1, 0.9 - Math.max(0, 15 - index, index - 20) * 0.1);
    const unit = { au: "AU12", side: "both", toolbox: "mesh@2", value, scale: "probability", weight: 1 } as const;
    const face = (trackId: string) => ({
      ...{ faceId: "F1", trackId, box: null, score: 1, toolboxes: ["mesh@2" as const], expressions: [] },
      ...{ quality: null, headPose: null, gaze: null, eyeOpenness: null, actionUnits: [unit] },
    });
    const frame = { index, timestampS: index / 10 };
    const faces = index <= 20 ? [face("T1")] : [face("T2"), face("T3")];
    yield { path: CLIP, widthPx: 10, heightPx: 10, sha256: null, frame, faces } as unknown as ImageRecord;
  }
}

async function episodes(lines: string) {
  let text = EPISODE_HEADER;
  for await (const { path, dynamics, tracksOf } of clipsOf(smile(), await peopleOf(lines))) {
    text += episodeLines(path, dynamics(), tracksOf);
  }
  const rows = parse(text, { columns: true, bom: true }) as Record<string, string>[];
  return rows
    .filter(({ kind }) => kind === "action unit")
    .map(({ track_id, person, onset_frame, offset_frame }) => [track_id, person, onset_frame, offset_frame]);
}

it("follows what happens to one person over the tracks that were said to be theirs", async () => {
  const same = `${CLIP},T1,0,Ann\n${CLIP},T2,0,Ann\n${CLIP},T3,30,Ann\n`;
  expect((await episodes(same))[0]).toEqual(["T1 T2", "Ann", "7", "28"]);
  expect((await episodes("")).map(([track, person]) => [track, person])).toContainEqual(["T1", "T1"]);
  expect((await episodes("")).map((row) => row.slice(2))).not.toContainEqual(["7", "28"]);
});

it("shows over time what is short enough to be kept in mind, whatever comes before it", async () => {
  async function* longThenShort() {
    for (let index = 0; index <= MOST_FRAMES; index++) {
      const frame = { index, timestampS: index / 10 };
      yield { path: "long.mp4", widthPx: 10, heightPx: 10, sha256: null, frame, faces: [] } as unknown as ImageRecord;
    }
    yield* smile();
  }
  const found: [string, number, number][] = [];
  for await (const { path, view } of clipsOverTime(longThenShort(), await peopleOf(""))) {
    found.push([path, view.untilS, view.people.length]);
  }
  expect(found).toEqual([[CLIP, 4, 3]]);
});
