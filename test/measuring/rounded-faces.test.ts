import { describe, expect, it } from "vitest";
import { measureFaces } from "../../src/measuring/measure-image.ts";
import { toRecord } from "../../src/measuring/measurement-json.ts";
import { roundedShare } from "../../src/measuring/rounded-faces.ts";
import { faceTable } from "../../src/study/face-tables.ts";
import { fixedToolbox } from "../support/fixed-toolbox.ts";

describe("a measured number", () => {
  it.each([
    [0.49951, 0.5],
    [0.4994, 0.499],
    [-0.218988, -0.219],
    [3.14159, 3.142],
    [0.00094, 0.0009],
    [0.00096, 0.001],
    [0.0001313, 0.0001],
    [-0.0000172, -0.00002],
    [0.0000004, 0],
    [0, 0],
  ])("%d is told as %d, and as that again", (measured, told) => {
    expect(roundedShare(measured)).toBe(told);
    expect(roundedShare(told)).toBe(told);
  });

  it("is the same in the evidence, the record and the table, so that a presence is one everywhere", async () => {
    const toolbox = fixedToolbox([
      {
        box: { leftPx: 7.362674, topPx: 20.910449, widthPx: 40.0499, heightPx: 50.96 },
        score: 0.740506,
        headPose: { yawRad: 0.138552, pitchRad: -0.218988, rollRad: 0.000172 },
        quality: {
          ...{ facePx: 354.736, sharpness: 41.04, luminance: 125.5, cutOff: 0.07234, facePresence: 0.99951 },
          ...{ overall: 0.95949, warnings: [] },
        },
        gaze: { yawRad: -0.306501, pitchRad: -0.006993 },
        eyeOpenness: { left: 0.797985, right: 1.049357 },
        actionUnits: { AU12: 0.49951, AU6: 0.0000172 },
        expression: { happiness: 0.9999, neutral: 0.0001 },
      },
    ]);
    const image = { path: "a.jpg", sha256: "1".repeat(64), widthPx: 500, heightPx: 400, rgb: new Uint8Array(0) };
    const faces = await measureFaces(image, [toolbox]);
    const [face] = faces;
    const [measured] = face?.measurements ?? [];
    expect(measured).toMatchObject({
      box: { leftPx: 7.4, topPx: 20.9, widthPx: 40, heightPx: 51 },
      score: 0.741,
      headPose: { yawRad: 0.139, pitchRad: -0.219, rollRad: 0.0002 },
      quality: { facePx: 354.7, sharpness: 41, luminance: 125.5, cutOff: 0.072, facePresence: 1, overall: 0.959 },
      gaze: { yawRad: -0.307, pitchRad: -0.007 },
      eyeOpenness: { left: 0.798, right: 1.049 },
      actionUnits: [
        { au: "AU12", value: 0.5, weight: 0.9 },
        { au: "AU6", value: 0.00002, weight: 0.9 },
      ],
      expressions: [{ distribution: [{ probability: 1 }, { probability: 0.0001 }] }],
    });
    expect(face?.box).toEqual(measured?.box);
    const record = toRecord({ path: "a.jpg", measured: { image, faces } }, { landmarks: false });
    expect("faces" in record && record.faces[0]?.actionUnits.map(({ value }) => value)).toEqual([0.5, 0.00002]);
    const row = faceTable(undefined, [toolbox]).rowsOf({ image, faces }, 0);
    expect(row).toContain(",7.4,20.9,40,51,0.741,0.959,354.7,41,125.5,0.072,");
    expect(row).toContain("0.00002,0.9");
  });
});
