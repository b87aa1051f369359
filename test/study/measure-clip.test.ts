import { expect, it } from "vitest";
import { withKeyOf } from "../../src/study/measure-clip.ts";
import { measureInputs } from "../../src/study/measure-inputs.ts";
import { gradientImage } from "../support/images.ts";
import { reader, smilingToolbox, withoutIdentity } from "../support/smiling-clip.ts";

const frame = (index: number) => ({ ...gradientImage(4, 4), frame: { index, timestampS: index } });
const seen = (faceId: string, frames: readonly number[]) => ({
  ...{ faceId, trackId: faceId },
  sights: frames.map((index) => ({ place: { index, timestampS: index }, face: { faceId } as never })),
});

it("has a frame stand for a clip that shows who is asked about, and leaves it where all of them are in it", () => {
  const [first, second, third] = [frame(0), frame(1), frame(2)];
  const clip = {
    people: [seen("F1", [0, 1]), seen("F2", [1, 2])],
    shown: [first, second, third].map((image) => ({ image, frame: image.frame.index, timeS: 0, why: "spread" })),
    key: third,
  };
  const keyFor = (...asked: string[]) => withKeyOf(clip, new Set(asked)).key.frame?.index;
  expect([keyFor(), keyFor("F2"), keyFor("F1"), keyFor("F1", "F2"), keyFor("F9")]).toEqual([2, 2, 0, 1, 2]);
});

it("says what a long clip takes before it is measured, and nothing of a short one", async () => {
  async function noticesOf(frames: number): Promise<string[]> {
    const notices: string[] = [];
    const input = { key: "day.mp4", path: "day.mp4", kind: "video" as const, neutralPath: null, refusal: null };
    const tools = { toolboxes: [smilingToolbox()], identity: withoutIdentity, video: reader(frames) };
    const onNotice = (notice: string) => notices.push(notice);
    for await (const { outcome } of measureInputs([input], tools, { concurrency: 1, fps: 5, onNotice })) {
      expect(outcome).not.toBeNull();
      break;
    }
    return notices;
  }
  expect(await noticesOf(8 * 3600 * 5)).toEqual([
    "It lasts 8.0 h: up to 144000 frames at 5 per second, which take some 1.6 hours of one processor core with one face in view and 4.8 with a group, and 1.2 GB on disk for each face that is always seen; what is done is kept, and a smaller --fps takes less: `day.mp4`",
  ]);
  expect(await noticesOf(18_000)).toEqual([]);
});
