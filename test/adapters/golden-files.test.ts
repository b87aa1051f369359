import { describe, expect, it } from "vitest";
import { FaceMeasurement } from "../../src/domain/measurement.ts";
import { goldenFile, importAll, valuesOn } from "../support/toolbox-files.ts";

const everyFile = [
  ["openface-image.csv", "openface@unknown", 2],
  ["openface-video.csv", "openface@unknown", 2],
  ["openface3.csv", "openface3@unknown", 1],
  ["pyfeat1.csv", "pyfeat@1.x", 2],
  ["pyfeat2.csv", "pyfeat@2.x", 1],
  ["libreface-image.csv", "libreface@unknown", 1],
  ["libreface-video.csv", "libreface@unknown", 2],
  ["pyafar-adult.csv", "pyafar@unknown", 1],
  ["pyafar-infant.json", "pyafar@unknown", 3],
  ["affdex-sdk.csv", "affdex@unknown", 1],
  ["imotions.csv", "affdex@unknown", 1],
  ["facet.txt", "facet@unknown", 1],
  ["facereader.txt", "facereader@unknown", 2],
  ["blendshapes-javascript.json", "blendshapes@unknown", 1],
  ["blendshapes-python.json", "blendshapes@unknown", 1],
  ["blendshapes-arkit.csv", "blendshapes@unknown", 1],
] as const;

describe("a toolbox's file", () => {
  it.each(everyFile)("%s is recognised by its columns as %s", async (name, toolbox, faces) => {
    const { file, rows } = await importAll(goldenFile(name));
    expect(file.toolbox).toBe(toolbox);
    expect(rows.filter(({ face }) => face !== null)).toHaveLength(faces);
  });

  it.each(everyFile)("%s gives measurements that fit the schema and its own stated support", async (name, toolbox) => {
    const { file, rows } = await importAll(goldenFile(name));
    const known = new Set(file.supports.actionUnits.map(({ au, scale }) => `${au} ${scale}`));
    for (const { face } of rows) {
      if (face === null) continue;
      const box = face.box ?? { leftPx: 0, topPx: 0, widthPx: 1, heightPx: 1 };
      const measurement = FaceMeasurement.parse({ ...face.measurement, box });
      expect(measurement.toolbox).toBe(toolbox);
      expect(measurement.actionUnits.length).toBeGreaterThan(0);
      expect(measurement.actionUnits.filter(({ au, scale }) => !known.has(`${au} ${scale}`))).toEqual([]);
    }
  });

  it.each(everyFile)("%s is read again row by row as it was read through", async (name) => {
    const { openEvidenceFile } = await import("../../src/compose/evidence.ts");
    const { rows } = await importAll(goldenFile(name));
    const file = await openEvidenceFile(goldenFile(name));
    expect(await file.rowsAt(rows.map(({ at }) => at))).toEqual(rows);
    expect(await file.rowsAt(rows.slice(-1).map(({ at }) => at))).toEqual(rows.slice(-1));
    await file.close();
  });
});

describe("OpenFace 2", () => {
  it("keeps intensity and presence apart, on their own scales", async () => {
    const { rows } = await importAll(goldenFile("openface-image.csv"));
    expect(valuesOn("intensity-0-5", rows[0]?.face)).toMatchObject({ AU6: 1.87, AU12: 3.25, AU25: 1.1, AU45: 0 });
    expect(valuesOn("binary", rows[0]?.face)).toMatchObject({ AU6: 1, AU12: 1, AU25: 0, AU28: 0 });
    expect(valuesOn("intensity-0-5", rows[0]?.face)).not.toHaveProperty("AU28");
  });

  it("draws the box around its landmarks and turns its angles into ours", async () => {
    const { rows } = await importAll(goldenFile("openface-image.csv"));
    const first = rows[0]?.face;
    expect(first?.box).toEqual({ leftPx: 100, topPx: 80, widthPx: 160, heightPx: 180 });
    // pose_Rx > 0 is chin down, pose_Ry > 0 is toward the left edge.
    expect(first?.measurement.headPose).toEqual({ pitchRad: -0.1, yawRad: 0.2, rollRad: 0.05 });
    expect(first?.measurement.score).toBe(0.975);
    expect(rows.map(({ faceKey }) => faceKey)).toEqual(["0", "1"]);
  });

  it("gives gaze relative to the head: eyes that follow the head's turn look straight ahead", async () => {
    const { rows } = await importAll(goldenFile("openface-video.csv"));
    // The head is turned 0.3 rad toward the left edge while the eyes look into the camera: to the right of the head.
    expect(rows[0]?.face?.measurement.gaze?.yawRad).toBeCloseTo(0.3, 6);
    expect(rows[0]?.face?.measurement.gaze?.pitchRad).toBeCloseTo(0, 6);
  });

  it("takes a frame without success as no face, not as zeros", async () => {
    const { rows } = await importAll(goldenFile("openface-video.csv"));
    expect(rows.map(({ frame, timeSec, face }) => [frame, timeSec, face === null])).toEqual([
      [1, 0, false],
      [2, 0.033, true],
      [3, 0.067, false],
    ]);
  });
});

describe("OpenFace 3", () => {
  it("reads eight probabilities and the label, and no numbers for a face that it never measured", async () => {
    const { file, rows } = await importAll(goldenFile("openface3.csv"));
    expect(rows.map(({ image, face }) => [image, face !== null])).toEqual([
      ["photos/party.jpg", true],
      ["photos/empty.jpg", false],
    ]);
    const face = rows[0]?.face;
    expect(valuesOn("probability", face)).toEqual({
      AU1: 0.12,
      AU2: 0.08,
      AU4: 0.31,
      AU6: 0.77,
      AU9: 0.02,
      AU12: 0.91,
      AU25: 0.55,
      AU26: 0.21,
    });
    expect(face?.box).toEqual({ leftPx: 100, topPx: 80, widthPx: 160, heightPx: 200 });
    expect(face?.measurement.scores).toEqual([{ name: "emotion", value: "happiness", range: "label" }]);
    expect(file.warnings.join()).toContain("measured only the first face");
  });
});

describe("Py-Feat", () => {
  it("reads version 1: lower case emotions, no head pose, an empty row as no face", async () => {
    const { file, rows } = await importAll(goldenFile("pyfeat1.csv"));
    expect(rows.map(({ image, face }) => [image, face !== null])).toEqual([
      ["photos/party.jpg", true],
      ["photos/party.jpg", true],
      ["photos/empty.jpg", false],
    ]);
    expect(valuesOn("probability", rows[0]?.face)).toMatchObject({ AU6: 0.81, AU12: 0.93, AU43: 0.05 });
    expect(valuesOn("binary", rows[0]?.face)).toEqual({ AU7: 1 });
    expect(rows[0]?.face?.measurement.headPose).toBeNull();
    expect(rows[0]?.face?.measurement.expressions).toEqual([
      {
        source: "pyfeat@1.x",
        distribution: [
          { label: "anger", probability: 0.01 },
          { label: "disgust", probability: 0.01 },
          { label: "fear", probability: 0.01 },
          { label: "happiness", probability: 0.9 },
          { label: "sadness", probability: 0.02 },
          { label: "surprise", probability: 0.02 },
          { label: "neutral", probability: 0.03 },
        ],
      },
    ]);
    expect(file.warnings.join()).toContain("AU7 is only ever 0 or 1");
  });

  it("reads version 2: capitalised emotions, valence and arousal, Windows paths", async () => {
    const { rows } = await importAll(goldenFile("pyfeat2.csv"));
    const measurement = rows[0]?.face?.measurement;
    expect(measurement?.expressions[0]?.distribution).toContainEqual({ label: "happiness", probability: 0.88 });
    expect(measurement?.scores).toEqual([
      { name: "valence", value: 0.72, range: "-1..1" },
      { name: "arousal", value: 0.31, range: "-1..1" },
    ]);
    expect(measurement?.actionUnits.every(({ estimated }) => !estimated)).toBe(true);
    expect(rows[1]).toMatchObject({ image: "C:\\study\\photos\\empty.jpg", face: null });
  });

  it("reads the head pose only where the version is known to mean it", async () => {
    const pose = async (spec: string) => (await importAll(spec)).rows[0]?.face?.measurement.headPose;
    expect(await pose(`pyfeat@2.1.5:${goldenFile("pyfeat2.csv")}`)).toEqual({
      pitchRad: 0.12,
      yawRad: -0.2,
      rollRad: 0.05,
    });
    expect(await pose(`pyfeat@2.0.0:${goldenFile("pyfeat2.csv")}`)).toBeNull();
    expect(await pose(goldenFile("pyfeat2.csv"))).toBeNull();
  });
});

describe("LibreFace", () => {
  it("keeps presence and intensity apart, its label as a label, and its box in shares of the image", async () => {
    const { rows } = await importAll(goldenFile("libreface-image.csv"));
    const face = rows[0]?.face;
    expect(valuesOn("binary", face)).toMatchObject({ AU6: 1, AU12: 1, AU4: 0 });
    expect(valuesOn("intensity-0-5", face)).toMatchObject({ AU6: 1.8, AU12: 3.4, AU25: 2.2 });
    expect(face?.measurement.expressions).toEqual([]);
    expect(face?.measurement.scores).toEqual([{ name: "facial_expression", value: "Happiness", range: "label" }]);
    expect(face?.boxUnit).toBe("frame");
    expect(face?.box?.leftPx).toBeCloseTo(0.25, 4);
    expect(face?.box?.heightPx).toBeCloseTo(0.3, 4);
  });

  it("reads frame_time_in_ms as the seconds that it holds", async () => {
    const { rows } = await importAll(goldenFile("libreface-video.csv"));
    expect(rows.map(({ frame, timeSec }) => [frame, timeSec])).toEqual([
      [0, 0],
      [45, 1.5],
    ]);
  });
});

describe("PyAFAR", () => {
  it("reads the adult model: likelihoods and five intensities", async () => {
    const { rows } = await importAll(goldenFile("pyafar-adult.csv"));
    expect(valuesOn("probability", rows[0]?.face)).toMatchObject({ AU6: 0.77, AU12: 0.96, AU24: 0.04 });
    expect(valuesOn("intensity-0-5", rows[0]?.face)).toEqual({ AU6: 2.6, AU10: 0.3, AU12: 3.8, AU14: 0.2, AU17: 0.1 });
    expect(rows[0]).toMatchObject({ frame: 1, faceKey: "1" });
  });

  it("knows the infant model by its own action units", async () => {
    const { file, rows } = await importAll(goldenFile("pyafar-infant.json"));
    expect(file.supports.actionUnits.map(({ au }) => au)).toEqual([
      "AU1",
      "AU2",
      "AU3",
      "AU4",
      "AU6",
      "AU9",
      "AU12",
      "AU20",
      "AU28",
    ]);
    expect(valuesOn("probability", rows[2]?.face)).toMatchObject({ AU12: 0.8, AU1: 0.2 });
    expect(file.warnings.join()).toContain("infant model");
  });
});

describe("AFFDEX and iMotions", () => {
  it("maps metrics of 0 to 100 to action units and leaves emotion scores what they are", async () => {
    const { rows } = await importAll(goldenFile("affdex-sdk.csv"));
    const face = rows[0]?.face;
    expect(valuesOn("percent-0-100", face)).toMatchObject({ AU12: 98.25, AU6: 71.3, AU25: 62.5, AU4: 0.26 });
    expect(face?.measurement.expressions).toEqual([]);
    expect(face?.measurement.scores).toContainEqual({ name: "valence", value: 88.4, range: "-100..100" });
    // The second column of this name is an emoji's.
    expect(face?.measurement.scores).toContainEqual({ name: "smirk", value: 1.5, range: "0..100" });
    expect(face?.box).toEqual({ leftPx: 100, topPx: 80, widthPx: 160, heightPx: 200 });
  });

  it("reads iMotions' title case after # lines and passes over rows of other sensors", async () => {
    const { rows } = await importAll(goldenFile("imotions.csv"));
    expect(rows).toHaveLength(1);
    expect(rows[0]?.at.line).toBe(8);
    expect(rows[0]?.timeSec).toBeCloseTo(0.0332, 9);
    expect(valuesOn("percent-0-100", rows[0]?.face)).toMatchObject({ AU12: 93.7, AU4: 0.3, AU15: 0 });
  });

  it("reads FACET's evidence as log-odds", async () => {
    const { rows } = await importAll(goldenFile("facet.txt"));
    expect(valuesOn("log-odds", rows[0]?.face)).toMatchObject({ AU12: 3.2, AU6: 1.1, AU4: -0.8 });
    expect(rows[0]?.face?.measurement.scores?.[0]).toEqual({ name: "joy", value: 2.4, range: "log10 odds" });
    expect(rows[0]?.face?.box).toEqual({ leftPx: 100, topPx: 80, widthPx: 160, heightPx: 200 });
  });
});

describe("blendshapes", () => {
  it.each(["blendshapes-javascript.json", "blendshapes-python.json", "blendshapes-arkit.csv"])(
    "%s gives estimated action units for both sides and each side",
    async (name) => {
      const { rows } = await importAll(goldenFile(name));
      const face = rows.find((row) => row.face !== null)?.face;
      const values = valuesOn("percent-0-100", face);
      expect(values.AU12).toBeCloseTo(80, 6);
      expect(values["AU12:left"]).toBeCloseTo(90, 6);
      expect(values["AU12:right"]).toBeCloseTo(70, 6);
      // A jaw opened by 0.15 parts the lips half and hardly drops.
      expect(values.AU25).toBeCloseTo(50, 6);
      expect(values.AU26).toBeCloseTo(10, 6);
      expect(values.AU27).toBe(0);
      expect(face?.measurement.actionUnits.every(({ estimated }) => estimated)).toBe(true);
    },
  );

  it("tells an image without a face from one that the file does not mention", async () => {
    const { rows } = await importAll(goldenFile("blendshapes-javascript.json"));
    expect(rows.map(({ image, face }) => [image, face !== null])).toEqual([
      ["party.jpg", true],
      ["empty.jpg", false],
    ]);
    expect(rows[0]?.face?.box?.heightPx).toBeCloseTo(0.3, 9);
  });
});
