import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { describe, expect, it } from "vitest";
import type { ActionUnitMeasurement, Face, FaceMeasurement } from "../../../src/domain/measurement.ts";
import { csvHeader, dictionaryRows } from "../../../src/measuring/measurement-columns.ts";
import { MESH_POINT_OF_LANDMARK } from "../../../src/study/columns/landmarks-68.ts";
import { openFaceColumns, spacedOpenFaceColumns } from "../../../src/study/columns/openface-columns.ts";
import { pyFeatColumns } from "../../../src/study/columns/pyfeat-columns.ts";
import type { ToolboxColumns } from "../../../src/study/columns/toolbox-columns.ts";
import { chooseColumns } from "../../../src/study/face-tables.ts";
import { actionUnits } from "../../support/builders.ts";
import { tempFolder } from "../../support/temp-folder.ts";
import { goldenFile, importAll, valuesOn } from "../../support/toolbox-files.ts";

const toolbox = "mesh@5";

/** A face with everything that the mesh toolbox measures; mesh point i lies at (100 + i, 200 + i). */
function meshFace(units: ActionUnitMeasurement[], parts: Partial<FaceMeasurement> = {}): Face {
  const box = { leftPx: 100, topPx: 80, widthPx: 160, heightPx: 180 };
  const measurement: FaceMeasurement = {
    toolbox,
    box,
    score: 0.97,
    landmarks: Array.from({ length: 478 }, (_, i) => [100 + i, 200 + i, 0]),
    quality: null,
    headPose: { yawRad: 0.3, pitchRad: -0.1, rollRad: 0.05 },
    gaze: { yawRad: -0.2, pitchRad: 0.1 },
    eyeOpenness: null,
    actionUnits: units,
    expressions: [
      {
        source: "face-api-expression@1",
        distribution: ["anger", "disgust", "fear", "happiness", "neutral", "sadness", "surprise"].map((label) => ({
          label,
          probability: label === "happiness" ? 0.94 : 0.01,
        })),
      },
    ],
    ...parts,
  };
  return { faceId: "F1", box, measurements: [measurement] };
}

const smile = meshFace(actionUnits({ AU6: 0.8, AU12: 0.93, "AU12:left": 0.99, AU25: 0.4, AU43: 0.02 }));

function table(columns: ToolboxColumns, images: readonly (readonly [string, readonly Face[]])[], before = 0) {
  const rowsOf = ([path, faces]: readonly [string, readonly Face[]], index: number) =>
    columns.rows(faces, { path }, before + index);
  const text = csvHeader(columns.columns) + images.map(rowsOf).join("");
  return { text, rows: parse(text, { columns: true }) as Record<string, string>[] };
}

async function readBack(text: string, as: string) {
  const path = join(await tempFolder(), "table.csv");
  await writeFile(path, text);
  return (await importAll(`${as}:${path}`)).rows;
}

const written = [
  ["openface", openFaceColumns({ toolbox }), "openface-video.csv", ["input"]],
  [
    "pyfeat",
    pyFeatColumns({ toolbox }),
    "pyfeat2.csv",
    ["anger", "disgust", "fear", "happiness", "sadness", "surprise", "neutral", "approx_time"],
  ],
] as const;

describe("--columns of another toolbox", () => {
  it.each(written)(
    "%s has only names that this toolbox writes, or that its other version does",
    async (_name, columns, golden, more) => {
      const header = (await readFile(goldenFile(golden), "utf8")).split(/\r?\n/, 1)[0] ?? "";
      const known = new Set([...header.split(","), ...more]);
      expect(columns.columns.map(({ name }) => name).filter((name) => !known.has(name))).toEqual([]);
    },
  );

  it.each(written)("%s explains every column", (_name, columns) => {
    const dictionary = dictionaryRows(columns.columns);
    expect(dictionary.map(([column]) => column)).toEqual(columns.columns.map(({ name }) => name));
    expect(dictionary.every(([, meaning = ""]) => meaning.length > 5)).toBe(true);
    expect(columns.caveats.length).toBeGreaterThan(0);
  });
});

describe("choosing columns", () => {
  it("gives the toolbox's table by name, and a hint for a name that is none", () => {
    const names = ({ columns }: ToolboxColumns) => columns.map(({ name }) => name);
    expect(names(chooseColumns("pyfeat", { toolbox }))).toEqual(names(pyFeatColumns({ toolbox })));
    expect(() => chooseColumns("openfase", { toolbox })).toThrow(/There are no columns "openfase".*openface/);
  });
});

describe("Py-Feat's columns", () => {
  it("hold probabilities, and nothing where a probability was not measured", () => {
    const libre = meshFace(actionUnits({ AU12: 3.4 }, { scale: "intensity-0-5" }));
    const { rows } = table(pyFeatColumns({ toolbox }), [
      ["a.jpg", [smile]],
      ["b.jpg", [libre]],
    ]);
    expect(rows[0]).toMatchObject({ AU06: "0.8", AU12: "0.93", AU25: "0.4", AU43: "0.02", AU11: "", AU01: "" });
    expect(rows[1]).toMatchObject({ AU12: "", input: "b.jpg", frame: "1" });
  });

  it("keep a row for an image without a face, and go on counting after a resume", () => {
    const images = [
      ["a.jpg", []],
      ["b.jpg", [smile, smile]],
    ] as const;
    const { rows } = table(pyFeatColumns({ toolbox }), images, 40);
    expect(rows.map(({ input, frame, AU12 }) => [input, frame, AU12])).toEqual([
      ["a.jpg", "40", ""],
      ["b.jpg", "41", "0.93"],
      ["b.jpg", "41", "0.93"],
    ]);
  });

  it("keep the number that a frame has in its video, its time, who it shows, and the image's size", () => {
    const columns = pyFeatColumns({ toolbox });
    const frame = { index: 7, number: 2107, timestampS: 70.3 };
    const place = { path: "a.mp4", frame, widthPx: 640, heightPx: 360 };
    const text = csvHeader(columns.columns) + columns.rows([{ ...smile, trackId: "T3" }], place, 90);
    const [row] = parse(text, { columns: true }) as Record<string, string>[];
    expect(row).toMatchObject({
      frame: "2107",
      approx_time: "01:10",
      Identity: "Person_2",
      FrameWidth: "640",
      FrameHeight: "360",
    });
    expect(table(columns, [["a.jpg", [smile]]]).rows[0]).toMatchObject({ approx_time: "", Identity: "" });
  });

  it("are read back as what was measured", async () => {
    const { text } = table(pyFeatColumns({ toolbox }), [
      ["a.jpg", [smile]],
      ["b.jpg", []],
    ]);
    const rows = await readBack(text, "pyfeat@2.1.5");
    expect(rows.map(({ image, face }) => [image, face !== null])).toEqual([
      ["a.jpg", true],
      ["b.jpg", false],
    ]);
    expect(valuesOn("probability", rows[0]?.face)).toEqual({ AU6: 0.8, AU12: 0.93, AU25: 0.4, AU43: 0.02 });
    expect(rows[0]?.face?.box).toEqual(smile.box);
    expect(rows[0]?.face?.measurement.headPose).toEqual(smile.measurements[0]?.headPose);
    expect(rows[0]?.face?.measurement.expressions[0]?.distribution).toContainEqual({
      label: "happiness",
      probability: 0.94,
    });
  });
});

describe("OpenFace's columns", () => {
  it("leave intensities empty where probabilities were measured, and fill presence at the threshold", () => {
    const { rows } = table(openFaceColumns({ toolbox }), [["a.jpg", [smile]]]);
    expect(rows[0]).toMatchObject({ AU12_r: "", AU12_c: "1", AU06_c: "1", AU25_c: "0", AU01_c: "", AU45_c: "" });
  });

  it("fill intensities that were measured as such, and presence from the toolbox's own", () => {
    const units = [
      ...actionUnits({ AU12: 1.4, AU4: 2.5 }, { scale: "intensity-0-5" }),
      ...actionUnits({ AU12: 1 }, { scale: "binary" }),
    ];
    const { rows } = table(openFaceColumns({ toolbox }), [["a.jpg", [meshFace(units)]]]);
    expect(rows[0]).toMatchObject({ AU12_r: "1.4", AU12_c: "1", AU04_r: "2.5", AU04_c: "1" });
  });

  it("do not tell presence on a face that is too turned to tell", () => {
    const turned = meshFace(actionUnits({ AU12: 0.9 }, { weight: 0.1 }));
    expect(table(openFaceColumns({ toolbox }), [["a.jpg", [turned]]]).rows[0]).toMatchObject({ AU12_c: "" });
  });

  it("say success 0, and nothing else, for an image without a face", () => {
    const { rows } = table(openFaceColumns({ toolbox }), [["a.jpg", []]]);
    expect(rows[0]).toMatchObject({ frame: "1", success: "0", AU12_c: "", confidence: "", input: "a.jpg" });
  });

  it("are read back as what was measured, angles and all", async () => {
    const { text } = table(openFaceColumns({ toolbox }), [
      ["a.jpg", [smile]],
      ["b.jpg", []],
    ]);
    const [first, second] = await readBack(text, "openface");
    expect(second).toMatchObject({ image: "b.jpg", face: null });
    expect(valuesOn("binary", first?.face)).toEqual({ AU6: 1, AU12: 1, AU25: 0 });
    const measured = smile.measurements[0];
    for (const angle of ["yawRad", "pitchRad", "rollRad"] as const) {
      expect(first?.face?.measurement.headPose?.[angle]).toBeCloseTo(measured?.headPose?.[angle] ?? Number.NaN, 5);
    }
    // Gaze went from head to camera axes and back.
    expect(first?.face?.measurement.gaze?.yawRad).toBeCloseTo(-0.2, 5);
    expect(first?.face?.measurement.gaze?.pitchRad).toBeCloseTo(0.1, 5);
  });

  it("fill intensities from another toolbox where their own measures none", () => {
    const other = "libreface@0.2.0";
    const [own] = smile.measurements;
    if (own === undefined) throw new RangeError("The face is measured");
    const units = actionUnits({ AU12: 3.4 }, { scale: "intensity-0-5", toolbox: other });
    const face = { ...smile, measurements: [own, { ...own, toolbox: other, actionUnits: units }] };
    const { rows } = table(openFaceColumns({ toolbox }), [["a.jpg", [face]]]);
    expect(rows[0]).toMatchObject({ AU12_r: "3.4", AU12_c: "1", AU06_r: "" });
  });

  it("can be written as FeatureExtraction writes them: all 714, in its order, a space before each name", async () => {
    const genuine = (await readFile(goldenFile("openface-video.csv"), "utf8")).split(/\r?\n/, 1)[0]?.split(",") ?? [];
    const { text, rows } = table(spacedOpenFaceColumns({ toolbox }), [["a.jpg", [smile]]]);
    const header = text.split("\n", 1)[0]?.split(",") ?? [];
    expect(header).toEqual([...genuine, "input"].map((name, index) => (index === 0 ? name : ` ${name}`)));
    expect(rows[0]).toMatchObject({ " AU12_c": "1", " X_0": "" });
    expect(valuesOn("binary", (await readBack(text, "openface"))[0]?.face)).toEqual({ AU6: 1, AU12: 1, AU25: 0 });
  });

  it("number the frames of a video by themselves, keep their time, and give a person one number", () => {
    const columns = openFaceColumns({ toolbox });
    const frame = { index: 7, number: 35, timestampS: 1.4 };
    const text = csvHeader(columns.columns) + columns.rows([{ ...smile, trackId: "T3" }], { path: "a.mp4", frame }, 90);
    const [row] = parse(text, { columns: true }) as Record<string, string>[];
    expect(row).toMatchObject({ frame: "36", timestamp: "1.4", face_id: "2", input: "a.mp4" });
  });

  it("take 68 different points of the mesh as landmarks", () => {
    expect(new Set(MESH_POINT_OF_LANDMARK).size).toBe(68);
    const { rows } = table(openFaceColumns({ toolbox }), [["a.jpg", [smile]]]);
    // Landmark 8 is the chin, point 152 of the mesh; landmark 48 the right mouth corner, point 61.
    expect(rows[0]).toMatchObject({ x_8: "252", y_8: "352", x_48: "161", y_48: "261" });
    const other = meshFace([], { landmarks: null });
    expect(table(openFaceColumns({ toolbox }), [["a.jpg", [other]]]).rows[0]).toMatchObject({ x_8: "" });
  });
});
