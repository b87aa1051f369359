import { describe, expect, it } from "vitest";
import { ConfigurationError, InferenceError } from "../../src/domain/errors.ts";
import { type DefinedFace, defineToolbox } from "../../src/measuring/define-toolbox.ts";
import { describeFerToolbox } from "../contract/fer-toolbox.ts";
import { plainImage } from "../support/fake-toolboxes.ts";

const box = { leftPx: 10, topPx: 10, widthPx: 40, heightPx: 50 };

/** Takes an image for a face whose smile is as bright as the image; a black one has no face. */
const brightness = () =>
  defineToolbox({
    id: "brightness@1",
    actionUnits: { AU12: "probability", AU4: "intensity-0-5" },
    expressions: ["happiness", "neutral"],
    async measure({ rgb }, signal) {
      // As a real one would: an abort during the work ends it.
      await new Promise((resolve) => setImmediate(resolve));
      signal?.throwIfAborted();
      const share = (rgb[0] ?? 0) / 255;
      if (share === 0) return [];
      return [
        {
          box,
          score: 0.9,
          actionUnits: { AU12: share, AU4: { left: 5 * share, right: 0 } },
          expression: { happiness: share, neutral: 1 - share },
        },
      ];
    },
  });

describeFerToolbox("a toolbox of one's own", async () => ({
  toolbox: brightness(),
  faces: [await plainImage(80), await plainImage(200)],
  noFace: await plainImage(0),
}));

async function faceOf(face: DefinedFace) {
  const toolbox = defineToolbox({
    id: "own@1",
    actionUnits: { AU12: "probability" },
    expressions: ["joy", "calm"],
    measure: () => [face],
  });
  return toolbox.measure(await plainImage(80));
}

describe("defineToolbox", () => {
  it("writes whole measurements from what the author gives", async () => {
    expect(
      await faceOf({ box, actionUnits: { AU12: { left: 0.75, right: 0.5 } }, expression: { joy: 0.25, calm: 0.75 } }),
    ).toEqual([
      {
        ...{ toolbox: "own@1", box, score: null, landmarks: null, quality: null },
        ...{ headPose: null, gaze: null, eyeOpenness: null },
        actionUnits: [
          {
            au: "AU12",
            side: "left",
            value: 0.75,
            scale: "probability",
            estimated: false,
            weight: null,
            toolbox: "own@1",
          },
          {
            au: "AU12",
            side: "right",
            value: 0.5,
            scale: "probability",
            estimated: false,
            weight: null,
            toolbox: "own@1",
          },
        ],
        expressions: [
          {
            source: "own@1",
            distribution: [
              { label: "joy", probability: 0.25 },
              { label: "calm", probability: 0.75 },
            ],
          },
        ],
      },
    ]);
  });

  it.each<[string, DefinedFace, RegExp]>([
    ["off its scale", { box, actionUnits: { AU12: 1.4 } }, /"own@1" gave AU12 = 1.4, outside its scale probability/],
    ["that is no number", { box, actionUnits: { AU12: Number.NaN } }, /gave AU12 = NaN/],
    ["that was not announced", { box, actionUnits: { AU1: 0.4 } }, /gave AU1, which its definition does not announce/],
    ["of an unknown label", { box, expression: { rage: 1 } }, /gave "rage", which its definition does not announce/],
    ["that does not sum to 1", { box, expression: { joy: 0.3, calm: 0.3 } }, /probabilities sum to 0.6, not to 1/],
    ["of a box without a width", { box: { ...box, widthPx: 0 } }, /impossible face: box.widthPx/],
  ])("refuses a measurement %s", async (_what, face, sentence) => {
    const refusal = faceOf(face);
    await expect(refusal).rejects.toThrow(InferenceError);
    await expect(refusal).rejects.toThrow(sentence);
  });

  it("tells a fault in the author's code as a failure on this image, with its cause", async () => {
    const cause = new Error("CUDA out of memory\nat line 7");
    const toolbox = defineToolbox({
      id: "own@1",
      actionUnits: { AU12: "binary" },
      measure: () => Promise.reject(cause),
    });
    await expect(toolbox.measure(await plainImage(80))).rejects.toMatchObject({
      message: expect.stringMatching(/^The toolbox "own@1" failed on `.*`: CUDA out of memory$/),
      cause,
    });
  });

  it("leaves an error of ours as it is", async () => {
    const error = new ConfigurationError("Cannot find the weights: set OWN_WEIGHTS");
    const toolbox = defineToolbox({
      id: "own@1",
      actionUnits: { AU12: "binary" },
      measure: () => Promise.reject(error),
    });
    await expect(toolbox.measure(await plainImage(80))).rejects.toBe(error);
  });

  it.each([
    ["an id without a version", { id: "own", actionUnits: { AU12: "binary" } }, /written like smiles@1/],
    ["nothing to measure", { id: "own@1" }, /measures nothing/],
  ] as const)("refuses a definition with %s", (_what, definition, sentence) => {
    expect(() => defineToolbox({ ...definition, measure: () => [] })).toThrow(sentence);
  });
});
