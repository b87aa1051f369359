import { expect, it } from "vitest";
import { withKeyOf } from "../../src/study/measure-clip.ts";
import { gradientImage } from "../support/images.ts";

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
