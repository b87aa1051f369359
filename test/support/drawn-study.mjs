// Tools that measure what is drawn: numbers follow from pixels and times alone, so that every process gets the same.

/** @param hangAt after how many images the toolbox never comes back. */
export function drawnStudyTools({ hangAt = Number.POSITIVE_INFINITY } = {}) {
  let measured = 0;
  return { toolboxes: [{ ...toolbox, measure }], identity, video };

  async function measure({ rgb }) {
    measured += 1;
    if (measured > hangAt) await new Promise(() => {});
    return Array.from({ length: rgb[1] % 3 }, (_, index) => faceOf(rgb[0] / 255, index));
  }
}

const toolbox = {
  id: "drawn@1",
  supports: { actionUnits: [{ au: "AU12", scale: "probability", sides: false }], expressions: ["drawn-expression@1"] },
  networks: [{ id: "drawn", sha256: "0".repeat(64) }],
  async close() {},
};

function faceOf(smile, index) {
  return {
    toolbox: "drawn@1",
    box: { leftPx: 4 + 24 * index, topPx: 8, widthPx: 20, heightPx: 24 },
    score: 0.9,
    landmarks: null,
    quality: null,
    headPose: null,
    gaze: null,
    eyeOpenness: null,
    actionUnits: [
      { au: "AU12", side: "both", value: smile, scale: "probability", estimated: true, weight: 1, toolbox: "drawn@1" },
    ],
    expressions: [
      {
        source: "drawn-expression@1",
        distribution: [
          { label: "happiness", probability: smile },
          { label: "neutral", probability: 1 - smile },
        ],
      },
    ],
  };
}

const identity = {
  network: { id: "drawn-identity", sha256: "1".repeat(64) },
  samePersonUpTo: 0.6,
  describe: async () => null,
  async close() {},
};

const FRAMES = 30;

const video = {
  async *frames(path, { fps, skip }) {
    for (let index = skip; index < FRAMES; index += 1) {
      const rgb = new Uint8Array(64 * 48 * 3).fill(Math.round(255 * Math.sin((Math.PI * index) / FRAMES)));
      rgb[1] = 1;
      const frame = { index, number: index, timestampS: index / fps };
      yield { image: { path, sha256: "2".repeat(64), widthPx: 64, heightPx: 48, rgb, frame }, durationS: FRAMES / fps };
    }
  },
};
