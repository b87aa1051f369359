import { describe, expect, it } from "vitest";
import type { Face } from "../../src/domain/measurement.ts";
import { NO_TRACKS, type TrackingState, trackFaces } from "../../src/measuring/track-faces.ts";
import { face } from "../support/builders.ts";

/** A face 100 px wide at a place, which belongs to a person whose descriptor points along an axis of its own. */
function seen(person: number, leftPx: number, topPx = 0): Face & { person: number } {
  const box = { leftPx, topPx, widthPx: 100, heightPx: 100 };
  const [measurement] = face().measurements;
  if (measurement === undefined) throw new Error("the builder gives one measurement");
  return { faceId: "F?", box, measurements: [{ ...measurement, box }], person };
}

/** What a face looks like; a person may change, as when they turn their head. */
const patchOf = (one: Face) => {
  const { person, turned } = one as Face & { person: number; turned?: true };
  return Array.from({ length: 144 }, (_, cell) => Math.round(128 + 100 * Math.sin(cell * (turned ? 7 : 3 + person))));
};

const tools = (describe: (one: Face) => Promise<number[] | null> = describePerson, isClear = true) => ({
  describe: async (one: Face) => {
    const descriptor = await describe(one);
    return descriptor === null ? null : { descriptor, isClear };
  },
  patch: patchOf,
  samePersonUpTo: 0.6,
  sameAgainUpTo: 0.45,
});

const describePerson = (one: Face) => {
  const { person } = one as Face & { person: number };
  return Promise.resolve(person < 0 ? null : Array.from({ length: 8 }, (_, axis) => (axis === person ? 1 : 0)));
};

/** Track ids, frame by frame, of faces that are seen `stepS` apart. */
async function idsThrough(frames: readonly (readonly Face[])[], stepS = 0.2): Promise<(string | undefined)[][]> {
  let state: TrackingState = NO_TRACKS;
  const ids: (string | undefined)[][] = [];
  for (const [index, faces] of frames.entries()) {
    const tracked = await trackFaces(state, { faces, timestampS: index * stepS }, tools());
    // As a study's journal keeps it between two processes.
    state = JSON.parse(JSON.stringify(tracked.state));
    ids.push(tracked.faces.map(({ trackId }) => trackId));
  }
  return ids;
}

describe("trackFaces", () => {
  it("keeps an id while a face moves, faster than its own width in the end", async () => {
    const lefts = [0, 20, 60, 120, 200, 300, 420, 560];
    expect(await idsThrough(lefts.map((left) => [seen(-1, left)]))).toEqual(lefts.map(() => ["T1"]));
  });

  it("keeps an id while a face falls, faster than its own height in the end", async () => {
    const tops = [0, 20, 60, 120, 200, 300, 420, 560];
    expect(await idsThrough(tops.map((top) => [seen(-1, 0, top)]))).toEqual(tops.map(() => ["T1"]));
  });

  /** The motion of the one track after each of two sightings. */
  async function motionBetween(first: Face, second: Face, passedS: number) {
    const before = await trackFaces(NO_TRACKS, { faces: [first], timestampS: 2 }, tools());
    const after = await trackFaces(before.state, { faces: [second], timestampS: 2 + passedS }, tools());
    expect(after.state.tracks).toHaveLength(1);
    return [...before.state.tracks, ...after.state.tracks].map(({ velocity }) => [velocity.xPxPerS, velocity.yPxPerS]);
  }

  it("takes for a motion what the middle of a face does, and none from before a cut or in one moment", async () => {
    const grown = { ...seen(0, 0), box: { leftPx: -50, topPx: -50, widthPx: 200, heightPx: 200 } };
    const still = [0, 0];
    expect(await motionBetween(seen(0, 0), grown, 0.5)).toEqual([still, still]);
    expect(await motionBetween(seen(0, 0), seen(0, 20, -40), 0.5)).toEqual([still, [40, -80]]);
    expect(await motionBetween(seen(0, 0), seen(0, 30), 1.5)).toEqual([still, [20, 0]]);
    expect(await motionBetween(seen(0, 0), seen(0, 20), 1.6)).toEqual([still, still]);
    expect(await motionBetween(seen(0, 0), seen(0, 20), 0)).toEqual([still, still]);
  });

  it("decides by position between faces that cannot be recognised at the moment", async () => {
    const patch = () => patchOf(seen(0, 0));
    const first = await trackFaces(NO_TRACKS, { faces: [seen(0, 0)], timestampS: 0 }, { ...tools(), patch });
    const covered = [seen(-1, 20), seen(-1, 5)];
    const second = await trackFaces(first.state, { faces: covered, timestampS: 0.2 }, { ...tools(), patch });
    expect(second.faces.map(({ trackId }) => trackId)).toEqual(["T2", "T1"]);
    // Somebody who was never recognised is no rival of somebody who was.
    const both = await trackFaces(
      NO_TRACKS,
      { faces: [seen(-1, 0), seen(1, 30)], timestampS: 0 },
      { ...tools(), patch },
    );
    const later = await trackFaces(both.state, { faces: [seen(1, 10)], timestampS: 0.2 }, { ...tools(), patch });
    expect(later.faces.map(({ trackId }) => trackId)).toEqual(["T2"]);
  });

  it("does not take somebody who cannot be recognised for anybody after a cut", async () => {
    const first = await trackFaces(NO_TRACKS, { faces: [seen(0, 0), seen(-1, 300)], timestampS: 0 }, tools());
    const cut = [seen(-1, 900), seen(0, 1200)];
    const second = await trackFaces(first.state, { faces: cut, timestampS: 0.2 }, tools());
    expect(second.faces.map(({ trackId }) => trackId)).toEqual(["T3", "T1"]);
  });

  it("numbers people in order of appearance and gives no id twice", async () => {
    const frames = [[seen(0, 0)], [seen(0, 0), seen(1, 300)], [seen(1, 300)], [seen(2, 600), seen(1, 300)]];
    expect(await idsThrough(frames)).toEqual([["T1"], ["T1", "T2"], ["T2"], ["T3", "T2"]]);
  });

  it("tells people apart by their looks while they cross", async () => {
    const frames = Array.from({ length: 11 }, (_, step) => [seen(0, step * 30), seen(1, 300 - step * 30)]);
    expect(await idsThrough(frames)).toEqual(frames.map(() => ["T1", "T2"]));
  });

  it("tells people apart by their looks when they meet and turn back", async () => {
    const path = [0, 45, 90, 135, 90, 45, 0];
    const frames = path.map((left) => [seen(0, left), seen(1, 300 - left)]);
    expect(await idsThrough(frames)).toEqual(path.map(() => ["T1", "T2"]));
    // Nobody looks: whoever moved on as before is taken for the other.
    const blind = path.map((left) => [seen(-1, left), seen(-1, 300 - left)]);
    expect((await idsThrough(blind)).at(-1)).toEqual(["T2", "T1"]);
  });

  it("finds people again after a cut, wherever they are then", async () => {
    const frames = [
      [seen(0, 0), seen(1, 300)],
      [seen(1, 10, 400), seen(0, 500, 400)],
    ];
    expect(await idsThrough(frames)).toEqual([
      ["T1", "T2"],
      ["T2", "T1"],
    ]);
  });

  it("sees that somebody else sits where someone sat before a cut", async () => {
    expect(await idsThrough([[seen(0, 0)], [seen(0, 5)], [seen(1, 0)], [seen(0, 0)]])).toEqual([
      ["T1"],
      ["T1"],
      ["T2"],
      ["T1"],
    ]);
  });

  it("asks who it is once a shot has dissolved into another, as a face that fades over always looks like the last", async () => {
    const faded = { ...tools(), patch: () => patchOf(seen(0, 0)) };
    const idsAfter = async (person: number, isNewShot: boolean) => {
      const before = await trackFaces(NO_TRACKS, { faces: [seen(0, 0)], timestampS: 0 }, faded);
      const frame = { faces: [seen(person, 0)], timestampS: 0.2, isNewShot };
      return (await trackFaces(before.state, frame, faded)).faces.map(({ trackId }) => trackId);
    };
    expect(await idsAfter(1, false)).toEqual(["T1"]);
    expect(await idsAfter(1, true)).toEqual(["T2"]);
    expect(await idsAfter(0, true)).toEqual(["T1"]);
    expect(await idsAfter(-1, true)).toEqual(["T1"]);
  });

  it("keeps the id of someone who turns their head", async () => {
    const turned = { ...seen(0, 5), turned: true };
    expect(await idsThrough([[seen(0, 0)], [turned], [seen(0, 5)]])).toEqual([["T1"], ["T1"], ["T1"]]);
  });

  it("knows who comes back after a long while, and who does not", async () => {
    const gone = Array.from({ length: 20 }, () => []);
    expect((await idsThrough([[seen(0, 0)], ...gone, [seen(0, 700)]])).at(-1)).toEqual(["T1"]);
    expect((await idsThrough([[seen(0, 0)], ...gone, [seen(3, 0)]])).at(-1)).toEqual(["T2"]);
    // Nobody can tell who it is: a new id is the honest one.
    expect((await idsThrough([[seen(-1, 0)], ...gone, [seen(-1, 0)]])).at(-1)).toEqual(["T2"]);
  });

  it("bridges a few frames in which a face was missed, by position alone", async () => {
    const frames = [[seen(-1, 0)], [seen(-1, 30)], [], [], [seen(-1, 120)]];
    expect((await idsThrough(frames)).at(-1)).toEqual(["T1"]);
  });

  it("looks at people seldom where position decides", async () => {
    let looks = 0;
    let state: TrackingState = NO_TRACKS;
    for (let frame = 0; frame < 100; frame += 1) {
      const describe = (one: Face) => {
        looks += 1;
        return describePerson(one);
      };
      const faces = [seen(0, frame), seen(1, 400 + frame)];
      ({ state } = await trackFaces(state, { faces, timestampS: frame / 10 }, tools(describe)));
    }
    // Six looks at each of two people settle who they are.
    expect(looks).toBe(12);
  });

  it.each([
    ["goes on from where it was 1.5 s ago", 1.5, 0, "T1"],
    ["is not expected any more after 1.6 s", 1.6, 0, "T2"],
    ["goes on with a face that overlaps by .21", 0.2, 65, "T1"],
    ["does not go on with a face that overlaps by .19", 0.2, 68, "T2"],
  ])("a track of a face nobody can recognise %s", async (_case, stepS, leftPx, id) => {
    expect(await idsThrough([[seen(-1, 0)], [seen(-1, leftPx)]], stepS)).toEqual([["T1"], [id]]);
  });

  it.each([
    ["by position where its lead is .27", 22, ["T1", "T2"]],
    ["by who it is where its lead is .24", 20, ["T2", "T1"]],
  ])("decides %s", async (_case, secondPx, ids) => {
    // The nearer face is somebody else's, and looks the same from far.
    const faces = [seen(1, 5), seen(0, secondPx)];
    const patch = () => patchOf(seen(0, 0));
    const first = await trackFaces(NO_TRACKS, { faces: [seen(0, 0)], timestampS: 0 }, { ...tools(), patch });
    const second = await trackFaces(first.state, { faces, timestampS: 0.2 }, { ...tools(), patch });
    expect(second.faces.map(({ trackId }) => trackId)).toEqual(ids);
  });

  it.each([
    ["somebody else, when it looks less like the last sighting than .7", 0.65, "T2"],
    ["whoever was there, when it looks more like it", 0.75, "T1"],
  ])("takes a face at the same place for %s", async (_case, correlation, id) => {
    const wave = (cycles: number, cell: number) => Math.sin((2 * Math.PI * cycles * cell) / 144);
    const patch = (one: Face) => {
      const other = (one as Face & { person: number }).person === 1;
      const [own, foreign] = other ? [correlation, Math.sqrt(1 - correlation ** 2)] : [1, 0];
      return Array.from({ length: 144 }, (_, cell) => 128 + 100 * (own * wave(3, cell) + foreign * wave(5, cell)));
    };
    const first = await trackFaces(NO_TRACKS, { faces: [seen(0, 0)], timestampS: 0 }, { ...tools(), patch });
    const second = await trackFaces(first.state, { faces: [seen(1, 0)], timestampS: 0.2 }, { ...tools(), patch });
    expect(second.faces[0]?.trackId).toBe(id);
  });

  it("keeps the mean of the descriptors, one for each second, up to six", async () => {
    let state: TrackingState = NO_TRACKS;
    let looked = 0;
    const describe = () => {
      looked += 1;
      return Promise.resolve([looked, 0]); // 1, 2, 3, ... along the first axis
    };
    const means: (number | undefined)[] = [];
    for (let frame = 0; frame <= 16; frame += 1) {
      ({ state } = await trackFaces(state, { faces: [seen(0, 0)], timestampS: frame / 2 }, tools(describe)));
      means.push(state.tracks[0]?.person?.descriptor[0]);
    }
    expect(means.slice(0, 5)).toEqual([1, 1, 1.5, 1.5, 2]);
    expect(means.at(-1)).toBeCloseTo(3.5, 12); // the mean of 1 to 6
    expect(state.tracks[0]?.person?.looks).toBe(6);
  });

  it.each([
    ["at the limit for a face that is where someone was", 0.6, "T1"],
    ["beyond it", 0.61, "T2"],
  ])("judges a face that looks different by its person: %s", async (_case, distance, id) => {
    const person = (one: Face) => Promise.resolve([(one as Face & { turned?: true }).turned ? distance : 0, 1]);
    const first = await trackFaces(NO_TRACKS, { faces: [seen(0, 0)], timestampS: 0 }, tools(person));
    const turned = { ...seen(0, 0), turned: true };
    const second = await trackFaces(first.state, { faces: [turned], timestampS: 0.2 }, tools(person));
    expect(second.faces[0]?.trackId).toBe(id);
  });

  it.each([
    ["near enough to somebody seen before", 0.45, "T1"],
    ["too far from everybody", 0.46, "T2"],
  ])("takes a face out of nowhere for who it is %s", async (_case, distance, id) => {
    const person = (one: Face) => Promise.resolve([one.box.leftPx > 0 ? distance : 0, 1]);
    const first = await trackFaces(NO_TRACKS, { faces: [seen(0, 0)], timestampS: 0 }, tools(person));
    const second = await trackFaces(first.state, { faces: [seen(0, 900)], timestampS: 0.2 }, tools(person));
    expect(second.faces[0]?.trackId).toBe(id);
  });

  /** Ids of one person frame by frame, 0.2 s apart unless told; each frame says where they are and what a look tells. */
  async function idsOfLooks(frames: readonly (readonly Looked[])[], stepS = 0.2) {
    let state: TrackingState = NO_TRACKS;
    const ids: (string | undefined)[][] = [];
    for (const [index, looked] of frames.entries()) {
      const faces = looked.map((one) => ({ ...seen(0, one.leftPx), turned: one.turned, look: one.look }));
      const describe = async (one: Face) => (one as Face & Pick<Looked, "look">).look;
      const tracked = await trackFaces(state, { faces, timestampS: index * stepS }, { ...tools(), describe });
      state = JSON.parse(JSON.stringify(tracked.state));
      ids.push(tracked.faces.map(({ trackId }) => trackId));
    }
    return ids;
  }
  interface Looked {
    readonly leftPx: number;
    readonly look: Awaited<ReturnType<ReturnType<typeof tools>["describe"]>>;
    readonly turned?: true | undefined;
  }
  const at = (leftPx: number, place: number, isClear = true): Looked => ({
    leftPx,
    look: { descriptor: [place, 0], isClear },
  });
  const gone = Array.from({ length: 10 }, () => []);

  it("knows who came back blurred once they are seen better, and keeps the next id for somebody new", async () => {
    const back = [[at(500, 0.6, false)], [at(500, 0.5, false)], [at(500, 0.3)], [at(500, 0), at(0, 2)]];
    const ids = await idsOfLooks([[at(0, 0)], ...gone, ...back]);
    expect(ids.slice(-4)).toEqual([["T2"], ["T2"], ["T1"], ["T1", "T3"]]);
  });

  it("knows in poor sights too who it is, and never by them that it is somebody else", async () => {
    const turned = { ...at(0, 0.9, false), turned: true as const };
    expect((await idsOfLooks([[at(0, 0)], ...gone, [at(500, 0.4, false)]])).at(-1)).toEqual(["T1"]);
    expect((await idsOfLooks([[at(0, 0)], [turned]])).at(-1)).toEqual(["T1"]);
    expect((await idsOfLooks([[at(0, 0)], [{ ...turned, ...at(0, 0.9) }]])).at(-1)).toEqual(["T2"]);
  });

  it("takes nobody for somebody who was seen beside them, nor who has been somebody new for five frames", async () => {
    const beside = [[at(0, 0), at(500, 0.6)], [at(500, 0.1)]];
    expect((await idsOfLooks([[at(0, 0)], ...beside])).at(-1)).toEqual(["T2"]);
    const stays = (frames: number) => Array.from({ length: frames }, () => [at(500, 0.6)]);
    const lastAfter = async (frames: number) =>
      (await idsOfLooks([[at(0, 0)], ...gone, ...stays(frames), [at(500, 0.1)]])).at(-1);
    expect([await lastAfter(4), await lastAfter(5)]).toEqual([["T1"], ["T2"]]);
  });

  it("knows people by each of the views in which they were seen, if these follow from one another", async () => {
    const turning = (...places: readonly number[]) => [...places.map((place) => [at(0, place)]), ...gone];
    expect((await idsOfLooks([...turning(0, 0.45, 0.9), [at(500, 1.2)]], 1)).at(-1)).toEqual(["T1"]);
    // As far off in one step: it may be somebody else who stands where they stood.
    expect((await idsOfLooks([...turning(0, 0.9), [at(500, 1.2)]], 1)).at(-1)).toEqual(["T2"]);
  });
});
