import { parse } from "csv-parse/sync";
import { describe, expect, it } from "vitest";
import type { ToolboxSupport } from "../../src/domain/measurement.ts";
import { csvHeader, csvRows, dictionaryRows, measurementColumns } from "../../src/measuring/measurement-columns.ts";
import { actionUnits, face } from "../support/builders.ts";

const mesh = {
  id: "mesh@5",
  supports: {
    actionUnits: [
      { au: "AU4", scale: "probability", sides: false },
      { au: "AU12", scale: "probability", sides: true },
    ],
    expressions: ["happiness"],
    expressionSources: ["face-api-expression@1.7.15"],
  } satisfies ToolboxSupport,
};
const openface = {
  id: "openface@2.2",
  supports: {
    actionUnits: [{ au: "AU12", scale: "intensity-0-5", sides: false }],
    expressions: [],
  } satisfies ToolboxSupport,
};

describe("measurementColumns", () => {
  it("writes one row per face under names that sort, and leaves empty what was not measured", () => {
    const columns = measurementColumns([mesh, openface]);
    const smiling = face({ AU4: 0.1, AU12: 0.93, "AU12:left": 0.9 }, { weight: 0.75 });
    const [measurement] = smiling.measurements;
    if (measurement === undefined) throw new Error("the builder gives one measurement");
    const reading = {
      source: "face-api-expression@1.7.15",
      distribution: [{ label: "happiness", probability: 0.123456789 }],
    };
    const coded = {
      ...smiling,
      measurements: [
        { ...measurement, expressions: [reading] },
        {
          ...measurement,
          toolbox: "openface@2.2",
          actionUnits: actionUnits({ AU12: 3.5 }, { toolbox: "openface@2.2", scale: "intensity-0-5" }),
        },
      ],
    };
    const csv = csvHeader(columns) + csvRows(columns, [coded], { path: 'group, "first".jpg' });
    const rows = parse(csv, { columns: true }) as Record<string, string>[];
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({
      path: 'group, "first".jpg',
      face_id: "F1",
      box_width_px: "200",
      quality: "",
      yaw_rad: "",
      AU04_both: "0.1",
      AU04_both_weight: "0.75",
      AU12_both: "0.93",
      AU12_left: "0.9",
      AU12_right: "",
      "face-api-expression_happiness": "0.123457",
      openface_AU12_both: "3.5",
      openface_AU12_both_weight: "",
    });
  });

  it("keeps intensity and presence of one action unit in columns of their own", () => {
    const both: ToolboxSupport = {
      actionUnits: [
        { au: "AU12", scale: "intensity-0-5", sides: false },
        { au: "AU12", scale: "binary", sides: false },
        { au: "AU28", scale: "binary", sides: false },
      ],
      expressions: [],
    };
    const columns = measurementColumns([{ id: "openface@2.2.0", supports: both }]);
    const by = { toolbox: "openface@2.2.0" };
    const smiling = face({}, by);
    const units = [
      ...actionUnits({ AU12: 3.25 }, { ...by, scale: "intensity-0-5" }),
      ...actionUnits({ AU12: 1, AU28: 0 }, { ...by, scale: "binary" }),
    ];
    const coded = { ...smiling, measurements: smiling.measurements.map((m) => ({ ...m, actionUnits: units })) };
    const [row] = parse(csvHeader(columns) + csvRows(columns, [coded], { path: "a.jpg" }), { columns: true });
    expect(row).toMatchObject({ AU12_both_intensity: "3.25", AU12_both_presence: "1", AU28_both: "0" });
  });

  it("explains every column once", () => {
    const columns = measurementColumns([mesh, openface]);
    const rows = dictionaryRows(columns).map(([column, meaning]) => ({ column, meaning }));
    expect(rows.map(({ column }) => column)).toEqual(columns.map(({ name }) => name));
    expect(new Set(rows.map(({ column }) => column)).size).toBe(rows.length);
    expect(rows.find(({ column }) => column === "openface_AU12_both")?.meaning).toMatch(
      /intensity 0\.\.5.*openface@2\.2/,
    );
  });

  it("gives an image without faces no row", () => {
    expect(csvRows(measurementColumns([mesh]), [], { path: "wall.jpg" })).toBe("");
  });

  it("has a column for each score of a toolbox's own, named after it", () => {
    const log = { ...openface, id: "facereader@9", scores: [{ name: "valence", range: "-1..1" }] } as const;
    const [column] = measurementColumns([mesh, log]).filter(({ name }) => name === "facereader_valence");
    const measurement = { toolbox: log.id, scores: [{ name: "valence", range: "-1..1", value: 0.5 }] };
    expect(column?.value({ faceId: "F1", measurements: [measurement] } as never, { path: "a.jpg" })).toBe(0.5);
    expect(column?.description).toBe("valence as facereader@9 gives it, -1..1: a score of its own, no probability");
  });
});
