import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ConfigurationError } from "../../../src/domain/errors.ts";
import { tempFolder } from "../../support/temp-folder.ts";
import { goldenFile, importAll, valuesOn } from "../../support/toolbox-files.ts";

/** Writes a table and reads it as what its columns say. */
async function imported(text: string | Uint8Array, { name = "results.csv", as = "" } = {}) {
  const path = join(await tempFolder(), name);
  await writeFile(path, text);
  return importAll(`${as}${path}`);
}

const SMALL = "input,face,confidence,AU04_r,AU12_r,AU12_c\nparty.jpg,0,0.98,0.5,3.25,1\n";

describe("a table as it comes", () => {
  it.each([
    ["a byte order mark", `\uFEFF${SMALL}`],
    ["Windows line ends", SMALL.replaceAll("\n", "\r\n")],
    ["tabs", SMALL.replaceAll(",", "\t")],
    ["semicolons and decimal commas", SMALL.replaceAll(",", ";").replaceAll(".2", ",2").replaceAll("0.5", "0,5")],
    ["spaces after the commas", SMALL.replaceAll(",", ", ")],
    ["quotes around every cell", SMALL.replaceAll(/[^,\n]+/g, '"$&"')],
    ["no line end after the last row", SMALL.trimEnd()],
    ["empty lines", SMALL.replace("\n", "\n\n\n")],
    ["lines with # before the header", `#Study,Faces\n"#Notes, and more"\n${SMALL}`],
    ["Excel's line about its separator", `sep=;\r\n${SMALL.replaceAll(",", ";")}`],
    ["line ends of old Macs", SMALL.replaceAll("\n", "\r")],
    ["R's row names, which the header does not name", SMALL.replaceAll(/[^,\n]+/g, '"$&"').replace("\n", '\n"1",')],
    ["row numbers without quotes that the header does not name", SMALL.replace("\n", "\n1,")],
    ["UTF-16 as Excel saves it", Buffer.from(`\uFEFF${SMALL.replaceAll(",", "\t")}`, "utf16le")],
    ["columns that nobody knows", SMALL.replace("face", "glasses,face").replace(",0,", ",no,0,")],
  ])("is read with %s", async (_case, text) => {
    const { rows } = await imported(text);
    expect(rows).toHaveLength(1);
    expect(rows[0]?.image).toBe("party.jpg");
    expect(valuesOn("intensity-0-5", rows[0]?.face)).toEqual({ AU4: 0.5, AU12: 3.25 });
    expect(valuesOn("binary", rows[0]?.face)).toEqual({ AU12: 1 });
  });

  it("keeps an image name with a comma, a quote and a line break in it", async () => {
    const { rows } = await imported('input,AU12_r\n"a, ""b""\nc.jpg",1\nd.jpg,2\n');
    expect(rows.map(({ image, at }) => [image, at.line])).toEqual([
      ['a, "b"\nc.jpg', 2],
      ["d.jpg", 4],
    ]);
  });

  it("counts a cell without a number as not measured, and says which columns are not there", async () => {
    const { file, rows } = await imported("input,AU04_r,AU12_r\na.jpg,,3\nb.jpg,NaN,nan\n");
    expect(valuesOn("intensity-0-5", rows[0]?.face)).toEqual({ AU12: 3 });
    expect(rows[1]?.face).toBeNull();
    expect(file.warnings[0]).toMatch(/^It has no column AU01_r, AU02_r, AU05_r, .*: what they would say/);
  });

  it("reads a column that stands there twice from its first place", async () => {
    const { rows } = await imported("input,AU12_r,AU12_r\na.jpg,3,4\n");
    expect(valuesOn("intensity-0-5", rows[0]?.face)).toEqual({ AU12: 3 });
  });
});

describe("what the columns of a table mean", () => {
  const scalesOf = (
    rows: readonly { face: { measurement: { actionUnits: readonly { au: string; scale: string }[] } } | null }[],
  ) => Object.fromEntries((rows[0]?.face?.measurement.actionUnits ?? []).map(({ au, scale }) => [au, scale]));

  it("takes the boxes of early Py-Feat for Py-Feat, AU24 and all, though its units are named like OpenFace's", async () => {
    const { file, rows } = await imported(
      "FaceRectX1,FaceRectY1,FaceRectX2,FaceRectY2,AU01_c,AU12_c,AU24_c\n180,130,370,400,0,1,1\n",
    );
    expect(file.toolbox).toBe("pyfeat@1.x");
    expect(valuesOn("binary", rows[0]?.face)).toEqual({ AU1: 0, AU12: 1, AU24: 1 });
    expect(rows[0]?.face?.box).toEqual({ leftPx: 180, topPx: 130, widthPx: 190, heightPx: 270 });
  });

  it("reads action units whose leading zero somebody dropped", async () => {
    const { file, rows } = await imported("input,AU1_r,AU4_r,AU12_r\na.jpg,1,2,3\n");
    expect(valuesOn("intensity-0-5", rows[0]?.face)).toEqual({ AU1: 1, AU4: 2, AU12: 3 });
    expect(file.warnings.join()).not.toMatch(/AU01_r|AU04_r/);
  });

  it("takes columns that are only 0 or 1 for decisions, all of a file's or single ones", async () => {
    const intensities = await imported("input,AU04_r,AU12_r\na.jpg,0,1\nb.jpg,1,0\nc.jpg,0,0\n");
    expect(scalesOf(intensities.rows)).toEqual({ AU4: "binary", AU12: "binary" });
    const header = "FaceRectX,FaceRectY,FaceRectWidth,FaceRectHeight,FaceScore,AU07,AU12,input";
    const rows = [0, 1, 1, 0, 1].map((lids, n) => `1,1,9,9,0.9,${lids},0.${n + 1},${n}.jpg`);
    const single = await imported(`${header}\n${rows.join("\n")}\n`);
    expect(scalesOf(single.rows)).toEqual({ AU7: "binary", AU12: "probability" });
    expect(single.file.supports.actionUnits.find(({ au }) => au === "AU7")?.scale).toBe("binary");
    expect(single.file.warnings.join()).toMatch(/Its AU7 is only ever 0 or 1/);
  });

  it("says when intensities never pass 1, and not when one does", async () => {
    const rows = Array.from({ length: 6 }, (_, n) => `${n}.jpg,0.8${n},0.4`);
    const text = `input,AU04_r,AU12_r\n${rows.join("\n")}\n`;
    expect((await imported(text)).file.warnings.join()).toMatch(/never pass 1 in the first rows \(highest 0.85\)/);
    expect((await imported(text.replace("0.4", "1.4"))).file.warnings.join()).not.toMatch(/never pass 1/);
  });
});

describe("MediaPipe's results as people save them", () => {
  const smile = (score: number) => [
    { categoryName: "mouthSmileLeft", score },
    { categoryName: "mouthSmileRight", score },
    { categoryName: "jawOpen", score: 0.1 },
  ];
  const result = (score: number) => ({ faceBlendshapes: [{ categories: smile(score) }] });
  const python = smile(0.8).map(({ categoryName, score }) => ({ category_name: categoryName, score }));

  it.each([
    ["the bare list of faces", "r.json", [{ categories: smile(0.8) }], [[null, null]]],
    ["Python's list of categories for one face", "r.json", [python], [[null, null]]],
    [
      "frames with timestamps in ms",
      "r.json",
      [
        { timestamp: 0, ...result(0.8) },
        { timestamp: 40, ...result(0.7) },
      ],
      [
        [null, 0],
        [null, 0.04],
      ],
    ],
    [
      "frames by timestamp",
      "r.json",
      { 0: result(0.8), 40: result(0.7) },
      [
        [null, 0],
        [null, 0.04],
      ],
    ],
    ["results by image", "r.json", { "a.jpg": result(0.8) }, [["a.jpg", null]]],
    ["a wrapped result", "r.json", { faceLandmarkerResult: result(0.8) }, [[null, null]]],
    [
      "scores by name",
      "r.json",
      [{ timestamp: 40, blendshapes: { mouthSmileLeft: 0.8, mouthSmileRight: 0.8, jawOpen: 0.1 } }],
      [[null, 0.04]],
    ],
    [
      "bare faces by time",
      "r.json",
      { 0: [{ categories: smile(0.8) }], 33: [{ categories: smile(0.8) }] },
      [
        [null, 0],
        [null, 0.033],
      ],
    ],
  ])("are read as %s", async (_case, name, json, places) => {
    const { rows } = await imported(JSON.stringify(json), { name });
    expect(rows.map(({ image, timeSec }) => [image, timeSec])).toEqual(places);
    expect(rows[0]?.face?.measurement.actionUnits.length).toBeGreaterThan(0);
  });

  it.each([
    ["Python prints a list", "[[{'category_name': 'mouthSmileLeft', 'score': 0.8, 'display_name': None}, RIGHT]]"],
    ["Python prints its objects", "[Category(score=0.8, display_name='', category_name='mouthSmileLeft'), RIGHT]"],
    [
      "Python prints a whole result",
      "FaceLandmarkerResult(face_landmarks=[[NormalizedLandmark(x=0.1, y=0.2, z=-0.01, visibility=None), NormalizedLandmark(x=0.5, y=0.6, z=0.0)]], face_blendshapes=[[Category(score=0.8, category_name='mouthSmileLeft'), RIGHT]], facial_transformation_matrixes=[array([[1., 0.],\n [0., 1.]], dtype=float32)])",
    ],
    ["JavaScript prints", "{ faceBlendshapes: [ [ { score: 0.8, categoryName: 'mouthSmileLeft' }, RIGHT ] ] };"],
  ])("are read as %s", async (_case, text) => {
    const whole = text.replace("RIGHT", "{'category_name': 'mouthSmileRight', 'score': 0.6}");
    const { rows } = await imported(whole, { name: "r.json" });
    expect(valuesOn("percent-0-100", rows[0]?.face)["AU12:left"]).toBeCloseTo(80, 6);
    await expect(imported(whole.slice(0, -4), { name: "r.json" })).rejects.toThrow(/not valid JSON \(cut short\?\)/);
    // As a terminal's output is saved; PowerShell writes UTF-16.
    for (const saved of [`\n ${whole}`, Buffer.from(`\uFEFF${whole}`, "utf16le")]) {
      expect((await imported(saved, { name: "r.txt" })).rows).toEqual(
        rows.map((row) => ({ ...row, file: expect.stringMatching(/r\.txt$/) })),
      );
    }
  });

  it("are read as a stream, one result a line, and refused when the stream is cut short", async () => {
    const lines = [0, 33, 66].map((timestamp) => JSON.stringify({ timestamp, ...result(0.5) }));
    const { rows } = await imported(`${lines.join("\n")}\n`, { name: "r.jsonl" });
    expect(rows.map(({ timeSec }) => timeSec)).toEqual([0, 0.033, 0.066]);
    await expect(imported(lines.join("\n").slice(0, -9), { name: "r.jsonl" })).rejects.toThrow(/cut short/);
  });

  it("are refused when lists of categories may be faces or frames", async () => {
    await expect(imported(JSON.stringify([smile(0.1), smile(0.2)]), { name: "r.json" })).rejects.toThrow(
      /may be faces of one image or frames of a video/,
    );
  });

  it("are moments when a table of them has a timestamp", async () => {
    const golden = await readFile(goldenFile("blendshapes-arkit.csv"), "utf8");
    const names = (golden.split("\n")[0] ?? "")
      .split(",")
      .filter((name) => /^(?:brow|eye|jaw|mouth|nose|cheek)/i.test(name));
    const text =
      ["timestamp_ms", ...names].join() + [0, 33].map((ms) => `\n${ms},${names.map(() => 0.1).join()}`).join("");
    expect((await imported(text)).rows.map(({ timeSec }) => timeSec)).toEqual([0, 0.033]);
  });
});

describe("FaceReader's text exports", () => {
  const LOG = [
    "Video analysis detailed log",
    "",
    "Face Model:\tGeneral",
    "Calibration:\tNone",
    "Filename:\tC:\\data\\p01.mp4",
    "Frame rate:\t30",
    "",
    "Video Time\tNeutral\tHappy\tSad\tValence\tArousal\tAction Unit 06 - Cheek Raiser\tAction Unit 12 - Lip Corner Puller",
    "00:00:00.000\t0.9\t0.05\t0.01\t0.04\t0.2\tC\t0.4",
    "00:01:00.033\tFIND_FAILED\tFIND_FAILED\tFIND_FAILED\tFIND_FAILED\tFIND_FAILED\tFIND_FAILED\tFIND_FAILED",
  ].join("\r\n");

  it("are read with their own scales, and a moment without a face as one", async () => {
    const { file, rows } = await imported(LOG, { name: "log.txt" });
    expect(file.toolbox).toBe("facereader@unknown");
    expect(rows.map(({ timeSec, face }) => [timeSec, face !== null])).toEqual([
      [0, true],
      [60.033, false],
    ]);
    expect(valuesOn("intensity-0-5", rows[0]?.face)).toEqual({ AU6: 3 });
    expect(rows[0]?.face?.measurement).toMatchObject({ expressions: [], score: null });
    expect(rows[0]?.face?.measurement.scores).toEqual([
      { name: "neutral", value: 0.9, range: "0..1" },
      { name: "happy", value: 0.05, range: "0..1" },
      { name: "sad", value: 0.01, range: "0..1" },
      { name: "valence", value: 0.04, range: "-1..1" },
      { name: "arousal", value: 0.2, range: "0..1" },
      { name: "AU12", value: 0.4, range: "0..1" },
    ]);
  });

  it("are read as a state log", async () => {
    const { rows } = await imported("Video Time\tEmotion\n00:00:00.000\tNeutral\n00:00:02.500\tHappy\n", {
      name: "state.txt",
    });
    expect(rows.map(({ timeSec, face }) => [timeSec, face?.measurement.scores])).toEqual([
      [0, [{ name: "emotion", value: "Neutral", range: "label" }]],
      [2.5, [{ name: "emotion", value: "Happy", range: "label" }]],
    ]);
  });
});

describe("Hume's exports", () => {
  const prediction = (frame: number, score: number) => ({
    frame,
    time: frame / 10,
    prob: 0.99,
    box: { x: 10, y: 20, w: 30, h: 40 },
    emotions: [{ name: "Joy", score }],
    facs: [{ name: "AU12 Lip Corner Puller", score: 0.5 }],
  });
  const batch = [
    {
      source: { type: "file" },
      results: {
        predictions: [
          {
            file: "clip.mp4",
            models: {
              face: { grouped_predictions: [{ id: "face_0", predictions: [prediction(0, 0.2), prediction(3, 0.7)] }] },
            },
          },
        ],
      },
    },
  ];

  it("of the batch API are faces by person and frame, with scores that keep Hume's names", async () => {
    const { file, rows } = await imported(JSON.stringify(batch), { name: "predictions.json" });
    expect(file.toolbox).toBe("hume@unknown");
    expect(rows.map(({ image, frame, timeSec, faceKey }) => [image, frame, timeSec, faceKey])).toEqual([
      ["clip.mp4", 0, 0, "face_0"],
      ["clip.mp4", 3, 0.3, "face_0"],
    ]);
    expect(rows[1]?.face?.box).toEqual({ leftPx: 10, topPx: 20, widthPx: 30, heightPx: 40 });
    expect(rows[1]?.face?.measurement).toMatchObject({
      actionUnits: [],
      expressions: [],
      scores: [
        { name: "Joy", value: 0.7, range: "0..1" },
        { name: "AU12 Lip Corner Puller", value: 0.5, range: "0..1" },
      ],
    });
  });

  it("of expressions and descriptions are read, and refused with a score that is none", async () => {
    const answer = (probability: number) =>
      JSON.stringify({
        expressions: [{ name: "Joy", probability }],
        descriptions: [{ name: "smile", probability: 0.1 }],
      });
    const { rows } = await imported(answer(0.6), { name: "answer.json" });
    expect(rows[0]?.face?.measurement.scores?.map(({ name, value }) => [name, value])).toEqual([
      ["Joy", 0.6],
      ["smile", 0.1],
    ]);
    await expect(imported(answer(7), { name: "answer.json" })).rejects.toThrow(
      /Joy has the score 7, which is no number/,
    );
  });
});

describe("a table that cannot be used", () => {
  it.each([
    [
      "is cut short",
      "input,AU04_r,AU12_r\na.jpg,1,2\nb.jpg,1",
      /the file ends in the middle of a row: line 3 has 2 cells for 3 columns/,
    ],
    ["lacks cells in the middle", "input,AU04_r,AU12_r\na.jpg,1\nb.jpg,1,2\n", /line 2 has 2 cells for 3 columns/],
    [
      "has a comma in a name without quotes",
      "input,AU12_r\na, b.jpg,1\n",
      /line 2 has 3 cells for 2 columns \(a comma/,
    ],
    [
      "has words where numbers must be",
      "input,AU12_r\na.jpg,high\n",
      /line 2 has AU12_r = high, which is not a number/,
    ],
    [
      "has an intensity outside 0 to 5",
      "input,AU12_r\na.jpg,1\nb.jpg,7.2\n",
      /line 3 has AU12_r = 7.2, outside its scale intensity-0-5 \(0 to 5\)/,
    ],
    ["has half a presence", "input,AU12_c\na.jpg,0.5\n", /line 2 has AU12_c = 0.5, but it can only be 0 or 1/],
    ["never closes a quote", `input,AU12_r\n"a.jpg,1\n${"x".repeat(18_000_000)}`, /does not end \(a quote/],
    [
      "is of no toolbox",
      "name,age\nAnn,30\n",
      /its columns are those of no toolbox known here \(openface, openface3, .*; its columns are name, age/,
    ],
    ["is empty", "", /the file is empty/],
    ["is a spreadsheet", "PK\u0003\u0004", /spreadsheet or zip file/],
    ["is not text", Buffer.from([1, 2, 0, 4, 5]), /not a text file/],
    ["has only comments", "#Study\n#Notes\n", /no line with column names/],
  ])("when it %s, is refused in one sentence", async (_case, text, sentence) => {
    const refusal = imported(text);
    await expect(refusal).rejects.toThrow(ConfigurationError);
    await expect(refusal).rejects.toThrow(sentence);
    await expect(refusal).rejects.toThrow(/results\.csv`$/);
  });

  it("says whose columns they are when another toolbox was named", async () => {
    await expect(imported(SMALL, { as: "libreface:" })).rejects.toThrow(
      /its columns are those of OpenFace 2, not of LibreFace/,
    );
  });

  it("says which columns it looked for when the named toolbox's are missing", async () => {
    await expect(imported("a,b\n1,2\n", { as: "openface:" })).rejects.toThrow(
      /OpenFace's action units \(AU01_r .*\) are missing; its columns are a, b/,
    );
  });

  it("says that there is no such toolbox, or no such file", async () => {
    await expect(imported(SMALL, { as: "openfce:" })).rejects.toThrow(/There is no toolbox "openfce"/);
    await expect(importAll("openface:nowhere.csv")).rejects.toThrow(/there is no such file: `nowhere.csv`/);
  });

  it.each([
    ["cut short", '{"AU01": [0.1', /not valid JSON \(cut short\?\)/],
    ["without its commas, which would take minutes to put in", `[${"[]".repeat(200_000)}]`, /not valid JSON/],
    ["no table", '"hello"', /neither a table in JSON nor a result/],
    [
      "a blendshape over 1",
      '{"faceBlendshapes":[{"categories":[{"categoryName":"jawOpen","score":3}]}]}',
      /jawOpen has the score 3/,
    ],
  ])("refuses JSON that is %s", async (_case, text, sentence) => {
    await expect(imported(text, { name: "results.json" })).rejects.toThrow(sentence);
  });
});

describe("JSON tables", () => {
  it.each([
    ["records", '[{"input":"a.jpg","AU12_r":3.5,"AU12_c":1},{"input":"b.jpg","AU12_r":NaN,"AU12_c":null}]'],
    ["pandas columns", '{"input":{"0":"a.jpg","1":"b.jpg"},"AU12_r":{"0":3.5,"1":null},"AU12_c":{"0":1,"1":null}}'],
    ["lists", '{"input":["a.jpg","b.jpg"],"AU12_r":[3.5,null],"AU12_c":[1,null]}'],
  ])("are read as %s", async (_case, text) => {
    const { rows } = await imported(text, { name: "results.json" });
    expect(rows.map(({ image, face }) => [image, valuesOn("intensity-0-5", face)])).toEqual([
      ["a.jpg", { AU12: 3.5 }],
      ["b.jpg", {}],
    ]);
  });
});

describe("any subset and order of columns", () => {
  const golden = ["openface-image.csv", "pyfeat1.csv", "affdex-sdk.csv", "pyafar-adult.csv", "blendshapes-arkit.csv"];

  it.each(golden)("of %s gives the same numbers, or says what is missing", async (name) => {
    const table: string[][] = parse(await readFile(goldenFile(name)), { bom: true, trim: true });
    const header = table[0] ?? [];
    const whole = await importAll(goldenFile(name));
    const full = new Map<string, number>();
    for (const unit of whole.rows[0]?.face?.measurement.actionUnits ?? [])
      full.set(`${unit.au} ${unit.side} ${unit.scale}`, unit.value);
    // Of the blendshapes MediaPipe has no tongueOut, ARKit has: a table without it is a whole one.
    const tongue = header.indexOf("TongueOut");
    await fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray(
          header.flatMap((name, column) => (name === "" ? [] : [column])),
          { minLength: 1 },
        ),
        async (columns) => {
          const text = table.map((row) => columns.map((column) => row[column]).join(",")).join("\n");
          const read = await imported(text, { as: `${whole.file.toolbox.split("@")[0]}:` }).catch(
            (error: unknown) => error,
          );
          if (read instanceof ConfigurationError) {
            expect(read.message).toMatch(/ (is|are) missing; its columns are /);
            return;
          }
          const { file, rows } = read as Awaited<ReturnType<typeof importAll>>;
          const units = rows[0]?.face?.measurement.actionUnits ?? [];
          const values = new Map(units.map((unit) => [`${unit.au} ${unit.side} ${unit.scale}`, unit.value]));
          for (const [key, value] of values) expect([key, value]).toEqual([key, full.get(key)]);
          const unsaid = tongue >= 0 && !columns.includes(tongue) ? 1 : 0;
          if (values.size < full.size - unsaid) expect(file.warnings.join()).toMatch(/It has no column/);
        },
      ),
      { numRuns: 25 },
    );
  });

  it("cuts rows and cells as csv-parse does, quotes, line breaks and all", async () => {
    const cell = fc.oneof(
      fc.stringMatching(/^[a-z0-9.]{1,6}$/),
      fc.string({ unit: fc.constantFrom("a", '"', ",", "\n", " x"), minLength: 1, maxLength: 5 }),
    );
    // A column of nothing but 0 and 1 would be read as presence, not as an intensity.
    const written = fc.array(fc.tuple(cell, fc.integer({ min: 2, max: 5 })), { minLength: 1, maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(written, fc.constantFrom("\n", "\r\n"), async (cells, lineEnd) => {
        const quoted = cells.map(([text, value]) => `"${text.replaceAll('"', '""')}",${value}`);
        const text = `input,AU12_r${lineEnd}${quoted.join(lineEnd)}${lineEnd}`;
        const expected: string[][] = parse(text, { from_line: 1 });
        const { rows } = await imported(text);
        expect(rows.map(({ image, face }) => [image ?? "", `${valuesOn("intensity-0-5", face).AU12}`])).toEqual(
          expected.slice(1).map(([image = "", value = ""]) => [image.trim(), value]),
        );
      }),
      { numRuns: 50 },
    );
  });
});
