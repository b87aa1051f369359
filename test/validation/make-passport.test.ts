import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import type { FaceMeasurement } from "../../src/domain/measurement.ts";
import type { Passport } from "../../src/domain/passport.ts";
import { passportPage } from "../../src/pages/result-pages.tsx";
import { renderPassport } from "../../src/render/terminal-passport.ts";
import type { LabelledFace } from "../../src/validation/labelled-faces.ts";
import { makePassport } from "../../src/validation/make-passport.ts";
import type { Codes, Truth, TruthTable } from "../../src/validation/read-truth.ts";
import { actionUnits, face } from "../support/builders.ts";
import { expectHarmless, hostile } from "../support/hostile.ts";

/** Made with scikit-learn, SciPy and pingouin; the file names their versions and which made what. */
const { labels, faces, expected } = z
  .object({
    labels: z.array(z.string()),
    faces: z.array(
      z.object({
        subject: z.string(),
        intensity: z.number(),
        value: z.number(),
        label: z.string(),
        reading: z.array(z.number()),
        votes: z.array(z.number()),
        sides: z.tuple([z.number(), z.number()]),
        mirrored: z.tuple([z.number(), z.number()]),
      }),
    ),
    expected: z.record(z.string(), z.union([z.number(), z.record(z.string(), z.number())])),
  })
  .parse(JSON.parse(readFileSync(new URL("../fixtures/validation/passport.json", import.meta.url), "utf8")));

const toolbox = {
  id: "mesh@5",
  supports: {
    actionUnits: ["AU12", "AU14", "AU25"].map((au) => ({ au, scale: "probability" as const, sides: au === "AU14" })),
    expressions: [],
  },
};
const whole = { namesSubjects: true, otherLabels: new Map<string, number>(), problems: [] };
const measured = (values: Readonly<Record<string, number>>, parts: Partial<FaceMeasurement> = {}): FaceMeasurement => ({
  ...(face().measurements[0] as FaceMeasurement),
  ...{ expressions: [], actionUnits: actionUnits(values), ...parts },
});
const radians = (degrees: number) => (degrees * Math.PI) / 180;
const turned = (yaw: number, pitch = 0) => ({
  headPose: { yawRad: radians(yaw), pitchRad: radians(pitch), rollRad: 0 },
});
const list = (...units: string[]): Codes => ({
  ...{ values: new Map(units.map((au) => [au, 1])), rest: "absent", scale: "binary" },
});

let line = 1;
function labelled(truth: Partial<Truth>, seen: Partial<LabelledFace["measured"]>): LabelledFace {
  line += 1;
  return {
    truth: {
      ...{ line, path: `${line}.jpg`, faceId: null, label: null, votes: null, codes: null, group: null },
      ...{ subject: `s${line}`, ...truth },
    },
    measured: { line, measurements: [], readings: [], altered: [], ...seen },
  };
}

function passportOf(all: readonly LabelledFace[], table: Partial<TruthTable> = {}): Passport {
  return makePassport(all, { ...whole, ...table }, { toolboxes: [toolbox], kuleshovVersion: "0.1.0", seed: 1 });
}

function estimateOf({ rows }: Passport, section: string, measure: string, of = "") {
  const found = rows.filter((row) => row.section === section && row.measure === measure && row.of === of);
  expect(found).toHaveLength(1);
  return found[0]?.estimate;
}

const sided = ([left, right]: readonly [number, number]) => ({ "AU14:left": left, "AU14:right": right });
const distribution = (shares: readonly number[]) =>
  shares.map((probability, i) => ({ label: labels[i] as string, probability }));
const golden = faces.map((one) =>
  labelled(
    {
      subject: one.subject,
      label: one.label as Truth["label"],
      votes: distribution(one.votes.map((count) => count / 10)),
      codes: { values: new Map([["AU12", one.intensity]]), rest: "not coded", scale: "intensity-0-5" },
    },
    {
      measurements: [measured({ AU12: one.value, ...sided(one.sides) })],
      readings: [{ source: "rules, face only", distribution: distribution(one.reading), failure: null }],
      altered: [{ name: "mirrored", measurements: [measured({ AU12: one.value, ...sided(one.mirrored) })] }],
    },
  ),
);

describe("the figures of a passport", () => {
  const passport = passportOf(golden);

  it.each([
    ["action units", "share shown", "AU12", "share shown"],
    ["action units", "AUC", "AU12", "AUC"],
    ["action units", "F1", "AU12", "F1"],
    ["action units", "ECE", "AU12", "ECE of AU12"],
    ["action units", "r with intensity", "AU12", "r with intensity"],
    ["FACS agreement", "agreement index", "", "agreement index"],
    ["expressions", "accuracy", "", "accuracy"],
    ["expressions", "mean recall", "", "mean recall"],
    ["expressions", "macro F1", "", "macro F1"],
    ["expressions", "ECE", "", "ECE"],
    ["expressions", "KL from votes", "", "KL from votes"],
    ["asymmetry", "r with the mirrored image", "AU14", "r with the mirrored image"],
  ])("are those of other software: %s, %s %s", (section, measure, of, name) => {
    const { value, low, high } = estimateOf(passport, section, measure, of) ?? {};
    expect(value).toBeCloseTo(expected[name] as number, 9);
    expect(low).toBeLessThanOrEqual(value as number);
    expect(high).toBeGreaterThanOrEqual(value as number);
  });

  it("have the recall of each label", () => {
    for (const [label, value] of Object.entries(expected.recall as Record<string, number>)) {
      expect(estimateOf(passport, "expressions", "recall", label)?.value).toBeCloseTo(value, 9);
    }
  });

  it("have wider intervals where the faces are of fewer people", () => {
    const width = (all: readonly LabelledFace[]) => {
      const { low, high } = estimateOf(passportOf(all), "FACS agreement", "agreement index") ?? {};
      return (high as number) - (low as number);
    };
    const thrice = golden.flatMap((one) => [one, one, one]);
    const apart = thrice.map((one, n) => ({ ...one, truth: { ...one.truth, subject: `p${n}` } }));
    expect(width(thrice)).toBeGreaterThan(1.3 * width(apart));
  });

  it("count an action unit that is called and not coded against the agreement of a face", () => {
    const smile = labelled(
      { codes: list("AU12", "AU14") },
      { measurements: [measured({ AU12: 0.9, AU14: 0.1, AU25: 0.8 })] },
    );
    expect(estimateOf(passportOf([smile]), "FACS agreement", "agreement index")).toMatchObject({ value: 0.5, n: 1 });
  });

  it("take an intensity of B and more for shown, a trace for not, and an empty cell for not coded", () => {
    const seen = (intensities: Readonly<Record<string, number>>) => {
      const codes: Codes = { values: new Map(Object.entries(intensities)), rest: "not coded", scale: "intensity-0-5" };
      return labelled({ codes }, { measurements: [measured({ AU12: 0.9, AU14: 0.9, AU25: 0.9 })] });
    };
    const found = passportOf([seen({ AU12: 2, AU14: 1 }), seen({ AU12: 1, AU14: 1 })]);
    expect(estimateOf(found, "action units", "share shown", "AU12")).toMatchObject({ value: 0.5, n: 2 });
    expect(estimateOf(found, "action units", "AUC", "AU12")).toMatchObject({ value: 0.5 });
    expect(estimateOf(found, "action units", "share shown", "AU14")).toMatchObject({ value: 0, n: 2 });
    expect(estimateOf(found, "action units", "AUC", "AU14")).toMatchObject({ value: null });
    expect(found.rows.some(({ of }) => of === "AU25")).toBe(false);
  });

  it("say what is called present on faces at rest, coded or labelled so", () => {
    const found = passportOf([
      labelled({ codes: list() }, { measurements: [measured({ AU12: 0.9, AU14: 0.1, AU25: 0.8 })] }),
      labelled({ label: "neutral" }, { measurements: [measured({ AU12: 0.1, AU14: 0.1, AU25: 0.1 })] }),
      labelled({ label: "happiness" }, { measurements: [measured({ AU12: 0.9, AU14: 0.1, AU25: 0.9 })] }),
    ]);
    const of = (measure: string, au = "") => estimateOf(found, "faces at rest", measure, au);
    expect(of("any action unit called present")).toMatchObject({ value: 0.5, n: 2 });
    expect(of("action units called present")).toMatchObject({ value: 1, n: 2 });
    expect(of("called present", "AU12")).toMatchObject({ value: 0.5, n: 2 });
    expect(of("called present", "AU14")).toMatchObject({ value: 0, n: 2 });
  });

  it("count no action unit as called wrongly on a face that is labelled neutral and coded with it", () => {
    const parted = { measurements: [measured({ AU12: 0.1, AU14: 0.1, AU25: 0.9 })] };
    const found = passportOf([
      labelled({ label: "neutral", codes: list("AU25") }, parted),
      labelled({ label: "neutral", codes: list("AU12") }, parted),
    ]);
    const of = (measure: string, au = "") => estimateOf(found, "faces at rest", measure, au);
    expect(of("any action unit called present")).toMatchObject({ value: 0.5, n: 2 });
    expect(of("called present", "AU25")).toMatchObject({ value: 1, n: 1, unscored: 1 });
    expect(of("called present", "AU12")).toMatchObject({ value: 0, n: 1, unscored: 1 });
  });

  it("stand apart by how far the head is turned to either side, and lowered or raised", () => {
    const seen = (yaw: number, pitch: number, AU12: number) =>
      labelled({ codes: list("AU12") }, { measurements: [measured({ AU12, AU14: 0.1 }, turned(yaw, pitch))] });
    const found = passportOf([seen(5, 15, 0.9), seen(-25, -15, 0.1), seen(25, 0, 0.9)]);
    expect(estimateOf(found, "head turn", "agreement index", "yaw 0 to 10°")).toMatchObject({ value: 1, n: 1 });
    expect(estimateOf(found, "head turn", "agreement index", "yaw 20 to 30°")).toMatchObject({ value: 0.5, n: 2 });
    expect(estimateOf(found, "head turn", "agreement index", "pitch up 10 to 20°")).toMatchObject({ value: 1, n: 1 });
    expect(estimateOf(found, "head turn", "agreement index", "pitch down 10 to 20°")).toMatchObject({ value: 0, n: 1 });
  });

  it("compare groups with all others together", () => {
    const seen = (group: string, AU12: number) =>
      labelled({ group, codes: list("AU12") }, { measurements: [measured({ AU12, AU14: 0.1 })] });
    const found = passportOf([seen("a", 0.9), seen("a", 0.9), seen("b", 0.1), seen("c", 0.9)]);
    expect(estimateOf(found, "groups", "agreement index", "b")).toMatchObject({ value: 0, n: 1 });
    const difference = estimateOf(found, "groups", "agreement index, less that of the others", "b");
    expect(difference).toMatchObject({ value: -1, n: 4 });
  });

  it("hold what a changed image does apart from a face that was not found again", () => {
    const altered = [{ name: "mirrored", measurements: [measured({ AU12: 0.3, AU14: 0.1 })] }];
    const before = [measured({ AU12: 0.9, AU14: 0.1 })];
    const found = passportOf([
      labelled({ codes: list("AU12") }, { measurements: before, altered }),
      labelled({ codes: list("AU12") }, { measurements: before, altered: [{ name: "mirrored", measurements: [] }] }),
    ]);
    const of = (measure: string) => estimateOf(found, "test-retest", measure, "mirrored");
    expect(of("face found again")).toMatchObject({ value: 0.5, n: 2 });
    expect(of("action units called the same")).toMatchObject({ value: 0.5, n: 1, unscored: 1 });
    expect(of("mean change of an action unit")?.value).toBeCloseTo(0.3, 9);
  });
});

describe("what a passport says to beware of", () => {
  const many = golden.map((one, n) => ({ ...one, truth: { ...one.truth, subject: `p${n}` } }));
  const seen = { measurements: [measured({ AU12: 0.9 })] };

  it("is empty where nothing is missing", () => expect(passportOf(many).notes).toEqual([]));

  it.each<[string, LabelledFace[], Partial<TruthTable>, RegExp]>([
    [
      "one person only",
      golden.map((one) => ({ ...one, truth: { ...one.truth, subject: "s" } })),
      {},
      /^All faces are of one/,
    ],
    ["no column of people", many, { namesSubjects: false }, /^No column says who is who/],
    [
      "codes without faces",
      [...many, labelled({ codes: list("AU12") }, {})],
      {},
      /^No face was found for 1 row, 1 of them/,
    ],
    ["faces without codes", [...many, labelled({ label: "fear" }, seen)], {}, /^1 face without codes takes? no part/],
    ["labels of others", many, { otherLabels: new Map([["bored", 2]]) }, /none of the eight .*: bored \(2\)\.$/],
    ["rows left out", many, { problems: [{ line: 3, reason: "x" }] }, /^1 row of the table could not be used\.$/],
    ["few people", golden, {}, /^Intervals rest on 12 people: under 20/],
  ])("names %s", (_what, all, table, sentence) => {
    const { notes } = passportOf(all, table);
    expect(notes).toEqual([expect.stringMatching(sentence)]);
  });

  it("has no interval of one person, and unscored faces that are not wrong", () => {
    const found = passportOf([labelled({ codes: list("AU12") }, seen), labelled({ codes: list("AU12") }, {})]);
    expect(estimateOf(found, "FACS agreement", "agreement index")).toMatchObject({
      value: 1,
      low: null,
      n: 1,
      unscored: 1,
    });
    expect(found.notFound).toBe(1);
  });
});

describe("a passport is told", () => {
  const passport = passportOf(golden);

  it("in a paragraph with faces, people, figures and their intervals", () => {
    expect(passport.paragraph).toMatch(
      /^Measurements were validated with Kuleshov 0\.1\.0 on 24 labelled faces of 12 people\./,
    );
    expect(passport.paragraph).toMatch(
      /agreement index of mesh@5 with the codes was \.73 \[\.\d\d, \.\d\d\] \(n = 15\)/,
    );
    expect(passport.paragraph).toMatch(
      /on a share of \.75 \[\.\d\d, \.\d\d\] of the faces \(rules, face only; n = 24\)/,
    );
    expect(passport.paragraph).toMatch(/bootstrap over people \(BCa\)\.$/);
    expect(renderPassport(passport)).toContain(passport.paragraph);
  });

  it("on a page with every number, names of action units, and no script or style attribute", () => {
    const html = passportPage(passport);
    expect(html.match(/<tr><td>/g)?.length).toBeGreaterThanOrEqual(passport.rows.length);
    expect(html).toContain('<tr><td>AU12 lip corner puller</td><td>mesh@5</td><td>AUC</td><td class="n">0.964</td>');
    expect(html).not.toMatch(/<script|<[^>]* style=/);
  });

  it("on a page, also where figures differ by rounding alone", () => {
    const rows = [0.3, 0.1 + 0.2].map((value, n) => ({
      ...{ section: "expressions" as const, source: `judge ${n}`, of: "", measure: "accuracy" },
      estimate: { value, low: null, high: null, n: 10, unscored: 0 },
    }));
    expect(passportPage({ ...passport, rows: rows as never })).toContain("judge 1");
  });

  it("harmlessly, whatever labels, groups and files are called", () => {
    const kept = ["confusion", "reliability", ...passport.rows.map(({ section }) => section)];
    const bad = hostile(passport, kept);
    expectHarmless(passportPage(bad));
    expect(renderPassport(bad)).not.toMatch(/(?!\n)[\p{Cc}\u202e]/u);
  });
});
