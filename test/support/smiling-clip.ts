import type { AskDependencies } from "../../src/ask-dependencies.ts";
import { SoundDecodeError } from "../../src/domain/errors.ts";
import type { DecodedImage } from "../../src/domain/image.ts";
import type { FerToolbox } from "../../src/ports/fer-toolbox.ts";
import { DETECTOR_WINDOW } from "../../src/ports/speech-detector.ts";
import type { VideoReader } from "../../src/ports/video-reader.ts";
import type { HearingTools } from "../../src/study/hear-clip.ts";
import { fixedToolbox } from "./fixed-toolbox.ts";
import { gradientImage } from "./images.ts";
import { partsFor } from "./judge-of.ts";

export const FPS = 5;
export const SECONDS = 6;

/** A person who rests, smiles from 2 to 4 s, and is not found from 5 to 5.4 s. */
const smileAt = (timeS: number) => (timeS > 1.9 && timeS < 4.1 ? 0.95 : 0.05);
/** Higher than the smile for a moment, but it rises by less. */
const dimpleAt = (timeS: number) => (timeS > 4.3 && timeS < 4.7 ? 1 : 0.6);

/** Its frames are all the same; what is measured goes by their times. */
export const reader = (frames: number, atFrame?: (i: number) => void): VideoReader => ({
  async *frames(path, { fps, skip, fromS = 0, pixels }) {
    for (let i = Math.ceil(fromS * fps) + skip; i < frames; i++) {
      atFrame?.(i);
      const { rgb } = gradientImage(60, 40);
      const copy = pixels.take(rgb.length);
      copy.set(rgb);
      const image = {
        path,
        widthPx: 60,
        heightPx: 40,
        rgb: copy,
        sha256: "c".repeat(64),
        frame: { index: i, timestampS: i / fps },
      };
      yield { image, durationS: frames / fps };
    }
  },
});

export function smilingToolbox(): FerToolbox {
  const at = (timeS: number) => {
    const smile = smileAt(timeS);
    return fixedToolbox([
      {
        ...{ actionUnits: { AU6: smile, AU12: smile, AU4: 0.02, AU14: dimpleAt(timeS) } },
        expression: { happiness: smile, neutral: 1 - smile },
      },
    ]);
  };
  return {
    ...at(0),
    measure: async (image: DecodedImage) => {
      const timeS = image.frame?.timestampS ?? 0;
      return timeS >= 5 && timeS <= 5.4 ? [] : at(timeS).measure(image);
    },
  };
}

export const withoutIdentity = {
  ...{ network: { id: "none", sha256: "0".repeat(64) }, samePersonUpTo: 0.6 },
  describe: async () => null,
  close: async () => {},
};

/** Without a sound track. */
export const silent: HearingTools = {
  sound: {
    // biome-ignore lint/correctness/useYield: there is nothing to hear.
    async *sound(path) {
      throw new SoundDecodeError(path, "it has no sound track");
    },
  },
  speech: {
    listen: () => ({ detect: async (windows) => new Float32Array(windows.length / DETECTOR_WINDOW) }),
    close: async () => {},
  },
};

/** Everything `ask` needs, with a clip of six seconds whatever its name. */
export async function partsOfClip(model: AskDependencies["model"], video = reader(SECONDS * FPS), hearing = silent) {
  const clips = { identity: withoutIdentity, video, ...hearing, fps: FPS, budget: 8, concurrency: 1 };
  return partsFor(model, { toolboxes: [smilingToolbox()], clips });
}
