import { describe, expect, it } from "vitest";
import { describeCluster } from "../../src/discovery/describe-cluster.ts";
import { clusteringPoints, discoverCategories, placeFaces } from "../../src/discovery/discover-categories.ts";
import { knownBySignature, matchSignatures } from "../../src/discovery/published-signatures.ts";
import { regroupFaces } from "../../src/discovery/redraw-groups.ts";
import {
  Discovery,
  type Proposal,
  type PublishedSignature,
  type SignatureEntry,
  type StudyFace,
} from "../../src/domain/discovery.ts";
import { coordinatesOf } from "../../src/domain/expression-space.ts";
import { createRandom } from "../../src/domain/statistics/random.ts";
import { signaturesNamed } from "../../src/exemplars/load-taxonomy.ts";
import { renderDiscoveryPage } from "../../src/pages/discovery-page.tsx";
import { signatureLines } from "../../src/render/signature-lines.ts";
import { type FaceRecipe, KNOWN_RECIPES, madeStudy, studySpace } from "../support/study-faces.ts";

const literature = await signaturesNamed(["literature"]);

type Change = (unit: StudyFace["measurement"]["actionUnits"][number]) => Partial<typeof unit>;

/** Faces of known expressions and forty that are read as nothing known and show some units, with measurements changed. */
function studyOf(shows: FaceRecipe["shows"], change: Change = () => ({})): StudyFace[] {
  const planted: FaceRecipe = { shows, label: "neutral", sureness: 0.4 };
  const recipes = [...KNOWN_RECIPES.map((recipe) => [recipe, 50] as const), [planted, 40] as const];
  return madeStudy(recipes, createRandom(1)).map((face) => ({
    ...face,
    measurement: {
      ...face.measurement,
      actionUnits: face.measurement.actionUnits.map((unit) => ({
        ...unit,
        ...(face.id.startsWith("k5-") || unit.au === "AU43" ? change(unit) : {}),
      })),
    },
  }));
}

async function discovered(faces: readonly StudyFace[], signatures: readonly PublishedSignature[]): Promise<Discovery> {
  return Discovery.parse(
    await discoverCategories(
      { faces, space: studySpace, textEmbeddings: null },
      {
        ...{ known: ["literature"], signatures, seed: 1, resamples: 10, describedBy: null, textEmbedder: null },
        ...{ kuleshovVersion: "0.1.0", now: () => new Date("2026-01-01T00:00:00Z") },
      },
    ),
  );
}

/** The group of the forty. */
function plantedIn({ proposals }: Discovery): Proposal {
  const found = proposals.find(({ members }) => members.filter((id) => id.startsWith("k5-")).length > 30);
  if (found === undefined) throw new Error("the planted group was not found");
  return found;
}

const matchWith = ({ published }: Proposal, category: string) => published.find((one) => one.category === category);

describe("a discovered group and the published signatures", () => {
  it("is the known category whose signature it matches fully, with evidence and source, where it would have been new", async () => {
    const faces = studyOf({ AU12: 0.75, AU43: 0.8 });
    const without = plantedIn(await discovered(faces, []));
    expect([without.status, without.published, without.knownBySignature]).toEqual(["survived", [], null]);
    const discovery = await discovered(faces, literature);
    const found = plantedIn(discovery);
    expect([found.status, found.knownBySignature, found.verdict]).toEqual([
      "set aside",
      "contentment",
      "It matches the published signature of contentment (AU12, AU43; evidence: moderate).",
    ]);
    expect(found.members).toEqual(without.members);
    expect(found.published[0]).toMatchObject({ category: "contentment", match: "full", agreement: 1, absent: [] });
    const text = "Full match with the published signature of contentment (evidence: moderate): shows AU12, AU43.";
    const [line] = signatureLines(found.published);
    expect(line).toEqual({
      text,
      sources: [expect.stringMatching(/^Keltner, D\..* \(2017\)/), expect.stringMatching(/^Campos/)],
    });
    const page = renderDiscoveryPage(discovery, new Map());
    for (const words of [text, "Keltner, D."]) expect(page).toContain(words);
  });

  it("that failed a test is no category by its signature, which is said beside the verdict", async () => {
    const faces = studyOf({ AU12: 0.75, AU43: 0.8 });
    const found = plantedIn(await discovered(faces, []));
    const { placed } = placeFaces({ faces, space: studySpace, textEmbeddings: null });
    const members = placed.flatMap(({ face }, index) => (found.members.includes(face.id) ? [index] : []));
    const rows = placed.map(({ vector }) => coordinatesOf(studySpace, vector));
    const described = describeCluster(
      { members, memberships: members.map(() => 1) },
      {
        ...{ id: "P1", placed, points: clusteringPoints(placed, studySpace), near: undefined, known: new Map() },
        ...{ named: { dimensions: studySpace.dimensions, rows }, signatures: literature },
        tests: found.tests.map((test) => (test.name === "stability" ? { ...test, passed: false } : test)),
      },
    );
    expect([described.status, described.knownBySignature]).toEqual(["failed", null]);
    expect(described.published[0]).toMatchObject({ category: "contentment", match: "full" });
  });

  it("is contempt where AU14 is shown on one side, and not where it is on both", async () => {
    const oneSided: Change = ({ au, side, value }) => (au === "AU14" && side === "right" ? { value: value / 10 } : {});
    const left = plantedIn(await discovered(studyOf({ AU14: 0.95 }, oneSided), literature));
    expect([left.knownBySignature, matchWith(left, "contempt")?.present]).toEqual(["contempt", ["AU14 one-sided"]]);
    const both = plantedIn(await discovered(studyOf({ AU14: 0.95 }), literature));
    expect([both.status, both.knownBySignature, matchWith(both, "contempt")]).toEqual(["survived", null, undefined]);
  });

  it("stays new where it matches a signature in part, which is said, and is judged by the same signatures when redrawn", async () => {
    const discovery = await discovered(studyOf({ AU1: 0.8, AU4: 0.8, AU17: 0.8 }), literature);
    const found = plantedIn(discovery);
    expect([found.status, found.knownBySignature]).toEqual(["survived", null]);
    expect(found.published[0]).toMatchObject({
      ...{ category: "sadness", match: "partial", agreement: expect.closeTo(6 / 7, 9) },
      ...{ present: ["AU1", "AU4", "AU17"], absent: ["AU15"] },
    });
    expect(signatureLines(found.published)[0]?.text).toBe(
      "Partial match with the published signature of sadness (evidence: moderate): shows AU1, AU4, AU17; not AU15.",
    );
    const [moved] = found.members as [string];
    const redrawn = regroupFaces(discovery, [moved], null).proposals.find(({ id }) => id === found.id);
    expect(redrawn?.published[0]).toMatchObject({ category: "sadness", match: "partial" });
  });

  it("cannot be held against a signature with a unit that was not measured, which is no mismatch", async () => {
    const hidden: Change = ({ au }) => (au === "AU43" ? { weight: 0.1 } : {});
    const discovery = await discovered(studyOf({ AU12: 0.75, AU14: 0.8 }, hidden), literature);
    const found = plantedIn(discovery);
    expect(found.status).toBe("survived");
    expect(matchWith(found, "contentment")).toMatchObject({
      ...{ match: "not held", agreement: null, present: ["AU12"], absent: [], unmeasured: ["AU43"] },
    });
    expect(signatureLines(found.published).at(-1)?.text).toMatch(
      /^Cannot be held against the signatures of .*contentment \(AU43 not measured\)/,
    );
    // What the toolbox never measures is said once: head and gaze are angles there.
    expect(discovery.notes).toContainEqual(
      expect.stringMatching(
        /^9 of 35 published signatures cannot be held .* that mesh@5 does not measure: .*\bshame\b/,
      ),
    );
  });
});

describe("a full match", () => {
  const entries = (...shown: string[]): SignatureEntry[] =>
    ["AU4", "AU6", "AU7", "AU12", "AU25", "AU26"].map((dimension) => {
      const mean = shown.includes(dimension) ? 0.8 : 0.1;
      return { dimension, mean, elsewhere: 0.1, effect: mean > 0.5 ? 3 : 0, low: 0, high: 0, nearestKnown: null };
    });
  const known = (...shown: string[]) =>
    knownBySignature(matchSignatures(entries(...shown), literature, new Set()))?.category;

  it("is of the category with the better evidence, and of none on tentative evidence or with a unit besides", () => {
    expect(known("AU6", "AU12")).toBe("happiness");
    expect(known("AU6", "AU12", "AU25")).toBeUndefined();
    expect(known("AU4", "AU7")).toBe("confusion");
    expect(known("AU4", "AU7", "AU12")).toBeUndefined();
  });

  it("is of none where two are as well supported", () => {
    const twins = ["one", "other"].map((category) => ({
      ...{ category, units: ["AU4"], oneSided: false, evidence: "established" as const, sources: ["a study"] },
    }));
    expect(knownBySignature(matchSignatures(entries("AU4"), twins, new Set()))).toBeUndefined();
    expect(knownBySignature(matchSignatures(entries("AU4"), twins.slice(1), new Set()))?.category).toBe("other");
  });
});
