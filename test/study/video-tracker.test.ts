import { expect, it } from "vitest";
import type { DecodedImage } from "../../src/domain/image.ts";
import { createVideoTracker, VideoProgress } from "../../src/study/video-tracker.ts";
import { face } from "../support/builders.ts";

const [WIDTH, HEIGHT, FPS] = [96, 54, 5];
/** Shots of two people in one place: the first dissolves into the second from 0.8 to 2.0 s. */
const shareAt = (timeS: number) => Math.min(1, Math.max(0, (timeS - 0.8) / 1.2));
const luminance = (person: number, pixel: number) => 128 + 100 * Math.sin(pixel * (person === 0 ? 0.31 : 0.83));

function frameAt(index: number): DecodedImage {
  const timestampS = index / FPS;
  const share = shareAt(timestampS);
  const rgb = Uint8Array.from({ length: WIDTH * HEIGHT * 3 }, (_, i) => {
    const cell = Math.floor((Math.floor(i / 3) % WIDTH) / 8) + 12 * Math.floor(Math.floor(i / 3) / WIDTH / 8);
    return Math.round((1 - share) * luminance(0, cell) + share * luminance(1, cell));
  });
  return { path: "clip", widthPx: WIDTH, heightPx: HEIGHT, rgb, sha256: "c".repeat(64), frame: { index, timestampS } };
}

const CLIP_INPUT = { key: "clip", path: "clip", kind: "video", neutralPath: null, refusal: null } as const;

/** Seen well enough to tell that it is somebody else. */
const CLEAR = { facePx: 200, sharpness: 300, luminance: 128, cutOff: 0, facePresence: 1, overall: 0.9, warnings: [] };
const seen = () => ({ ...face(), measurements: face().measurements.map((one) => ({ ...one, quality: CLEAR })) });

it("takes a face that dissolved into another for somebody new, in one process or two, and learns nobody from faces of two", async () => {
  const lookedAtS: number[] = [];
  const identity = {
    network: { id: "of-the-test", sha256: "0".repeat(64) },
    samePersonUpTo: 0.6,
    async describe({ frame }: DecodedImage) {
      lookedAtS.push(frame?.timestampS ?? Number.NaN);
      return [shareAt(frame?.timestampS ?? 0), 0];
    },
    close: async () => undefined,
  };
  const open = (progress?: VideoProgress) =>
    createVideoTracker(CLIP_INPUT, { tools: { toolboxes: [], identity }, neutral: null, progress });
  const ids: (string | undefined)[] = [];
  const mixedS: number[] = [];
  let tracker = open();
  for (let index = 0; index < 20; index++) {
    const measured = { image: frameAt(index), faces: [seen()], timingsMs: { decode: 0, measure: 0 } };
    const followed = await tracker.follow({ path: "clip", measured });
    if ("reason" in followed) throw new Error(followed.reason);
    const [one] = followed.measured.faces;
    ids.push(one?.trackId);
    const { frame } = followed.measured.image;
    if (frame?.dissolvedFromS !== undefined) mixedS.push(frame.timestampS);
    tracker = open(VideoProgress.parse(JSON.parse(JSON.stringify(tracker.progress()))));
  }
  expect(mixedS.at(-1)).toBe(2);
  expect(ids).toEqual([...Array(11).fill("T1"), ...Array(9).fill("T2")]);
  expect(lookedAtS.filter((timeS) => mixedS.includes(timeS))).toEqual([]);
});

it("asks more of a face that is where somebody was before a cut than of one in the same shot", async () => {
  const halves = (isSecond: boolean): DecodedImage => {
    const light = (i: number) => (Math.floor(i / 3) % WIDTH < WIDTH / 2 === isSecond ? 220 : 30);
    const rgb = Uint8Array.from({ length: WIDTH * HEIGHT * 3 }, (_, i) => light(i));
    return { ...frameAt(0), rgb };
  };
  const idsThrough = async (distance: number) => {
    const identity = {
      network: { id: "of-the-test", sha256: "0".repeat(64) },
      samePersonUpTo: 0.6,
      describe: async ({ frame }: DecodedImage) => [frame?.index === 0 ? 0 : distance, 0],
      close: async () => undefined,
    };
    const tools = { toolboxes: [], identity };
    const tracker = createVideoTracker(CLIP_INPUT, { tools, neutral: null, progress: undefined });
    const ids: (string | undefined)[] = [];
    for (const index of [0, 1]) {
      const image = { ...halves(index === 1), frame: { index, timestampS: index / FPS } };
      const measured = { image, faces: [seen()], timingsMs: { decode: 0, measure: 0 } };
      const followed = await tracker.follow({ path: "clip", measured });
      if ("reason" in followed) throw new Error(followed.reason);
      expect(followed.measured.image.frame?.cut).toBe(index === 1 ? true : undefined);
      ids.push(followed.measured.faces[0]?.trackId);
    }
    return ids;
  };
  expect(await idsThrough(0.44)).toEqual(["T1", "T1"]);
  expect(await idsThrough(0.5)).toEqual(["T1", "T2"]);
});
