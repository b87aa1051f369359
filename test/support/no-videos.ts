import type { FrameDrawer } from "../../src/evaluation/dataset/drawn-images.ts";

/** For evaluations whose samples are no frames of videos. */
export const NO_VIDEOS: FrameDrawer = {
  video: {
    frames() {
      throw new RangeError("There is no video here");
    },
  },
  folder: "unused",
};
