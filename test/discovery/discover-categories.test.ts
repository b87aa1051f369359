import { describe, expect, it } from "vitest";
import { type DiscoveryOptions, discoverCategories } from "../../src/discovery/discover-categories.ts";
import { Discovery, type Proposal, type StudyFace } from "../../src/domain/discovery.ts";
import { createRandom, type Random } from "../../src/domain/statistics/random.ts";
import { type FaceRecipe, KNOWN_RECIPES, madeFace, madeStudy, PLANTED, studySpace } from "../support/study-faces.ts";

const options: DiscoveryOptions = {
  known: ["affectnet8"],
  seed: 1,
  describedBy: null,
  textEmbedder: null,
  kuleshovVersion: "0.1.0",
  now: () => new Date("2026-01-01T00:00:00Z"),
};
const discover = (faces: readonly StudyFace[], parts: Partial<DiscoveryOptions> = {}) =>
  discoverCategories({ faces, space: studySpace, textEmbeddings: null }, { ...options, ...parts });

const AT_REST: FaceRecipe = { shows: {}, label: "neutral" };
const plantedStudy = (random: Random, planted = PLANTED) =>
  madeStudy([...KNOWN_RECIPES.map((recipe) => [recipe, 60] as const), [planted, 40]], random);
/** The planted study of a seed, discovered once for all tests that look at it. */
const discovered = new Map<number, Promise<Discovery>>();
function discoveredOnce(seed: number): Promise<Discovery> {
  const found = discovered.get(seed) ?? discover(plantedStudy(createRandom(seed)), { seed });
  discovered.set(seed, found);
  return found;
}
const plantedShare = ({ members }: Proposal) => members.filter((id) => id.startsWith("k5-")).length / members.length;

/** Smiles and frowns of every strength and mixture: faces differ, but by degrees. */
function continuum(count: number, random: Random): StudyFace[] {
  return Array.from({ length: count }, (_, n) => {
    const [smile, frown] = [random.real() ** 2, random.real() ** 2];
    const shows = { AU6: 0.8 * smile, AU12: 0.9 * smile, AU25: 0.7 * smile, AU4: 0.8 * frown, AU7: 0.6 * frown };
    return madeFace(`c${n}`, { shows, label: "neutral", sureness: 0.9 - 0.4 * Math.max(smile, frown) }, random);
  });
}

describe("discoverCategories", () => {
  it.each([1, 4, 6])(
    "finds a planted category, names it by its signature, and it survives its tests (seed %i)",
    async (seed) => {
      const { proposals } = await discoveredOnce(seed);
      const survivors = proposals.filter((proposal) => proposal.status === "survived");
      expect(survivors.map(({ name, namedBy }) => ({ name, namedBy }))).toEqual([
        { name: "AU12+AU14, near: neutral", namedBy: "signature" },
      ]);
      const [found] = survivors as [Proposal];
      expect(plantedShare(found)).toBe(1);
      expect(found.size).toBeGreaterThanOrEqual(36);
      expect(found.tests.map((test) => [test.name, test.passed])).toEqual([
        ["separation", true],
        ["stability", true],
        ["recognition", true],
        ["discrimination", true],
      ]);
      for (const { estimate, threshold } of found.tests) {
        expect(estimate.low).toBeGreaterThan(threshold);
        expect(estimate.high).toBeGreaterThanOrEqual(estimate.low as number);
      }
      const units = found.signature.filter((entry) => /^AU\d+$/.test(entry.dimension)).slice(0, 2);
      expect(units.map((entry) => entry.dimension).sort()).toEqual(["AU12", "AU14"]);
    },
  );

  it("says what a planted category lacks beside the nearest known one", async () => {
    const smirk: FaceRecipe = { shows: { AU12: 0.85, AU14: 0.85, AU25: 0.7 }, label: "happiness", sureness: 0.4 };
    const smiles: readonly [FaceRecipe, number][] = [
      [KNOWN_RECIPES[2] as FaceRecipe, 80],
      [smirk, 50],
    ];
    const { proposals } = await discover(madeStudy(smiles, createRandom(2)));
    const found = proposals.find(({ members }) => members.every((id) => id.startsWith("k1-")));
    expect(found?.name).toBe("AU14 without AU6, near: happiness");
    expect(found?.contrast).toMatch(/^Not happiness: .*less AU6/);
  });

  it("sets aside what known categories explain", async () => {
    const { proposals } = await discoveredOnce(1);
    const aside = proposals.filter((proposal) => proposal.status === "set aside");
    expect(aside.map((proposal) => proposal.verdict.replace(/:.*/, "")).sort()).toEqual([
      "It is anger",
      "It is happiness",
      "It is neutral",
      "It is surprise",
    ]);
  });

  it.each([1, 2, 3, 10])("lets no proposal survive among faces at rest (seed %i)", async (seed) => {
    const { proposals } = await discover(madeStudy([[AT_REST, 300]], createRandom(seed + 50)), { seed });
    expect(proposals.filter((proposal) => proposal.status === "survived")).toEqual([]);
  });

  it.each([0, 2, 5])(
    "lets no proposal survive where faces differ by degrees alone, and shows those that fail (seed %i)",
    async (seed) => {
      const { proposals } = await discover(continuum(300, createRandom(seed + 90)), { seed });
      expect(proposals.filter((proposal) => proposal.status === "survived")).toEqual([]);
      const failed = proposals.filter((proposal) => proposal.status === "failed");
      expect(failed.length).toBeGreaterThan(0);
      for (const proposal of failed)
        expect(proposal.verdict).toMatch(/^It is no group of its own: its faces stand no closer/);
    },
  );

  it("reaches every face: in a group, near one, or an outlier with what sets it apart", async () => {
    const random = createRandom(1);
    const odd = madeFace("odd", { shows: { AU9: 0.95, AU43: 0.95, AU15: 0.9 }, label: "disgust" }, random);
    const { proposals, faces, outside } = await discover([...plantedStudy(random), odd], { resamples: 4 });
    const reached = [...proposals.flatMap(({ members }) => members), ...outside.map(({ id }) => id)];
    expect(reached.toSorted()).toEqual(faces.map(({ id }) => id).toSorted());
    expect(outside.find(({ id }) => id === "odd")).toMatchObject({
      near: false,
      nearest: expect.stringMatching(/^P\d$/),
      why: expect.stringMatching(
        /^It is further .*, most of all by (?:AU9|AU15|AU43|disgust) \(0\.\d\d here, 0\.\d\d there\)\.$/,
      ),
    });
  });

  it("says of every face that no group was found where none was", async () => {
    const { outside, faces } = await discover(plantedStudy(createRandom(1)).slice(0, 10));
    expect(outside).toEqual(faces.map(({ id }) => ({ id, nearest: null, near: false, why: "No group was found." })));
  });

  it("does not let a category survive when there is nothing known to tell it from", async () => {
    const faces = plantedStudy(createRandom(1)).map((face) => ({ ...face, known: [] }));
    const { proposals } = await discover(faces);
    const planted = proposals.find((proposal) => plantedShare(proposal) === 1);
    expect(planted).toMatchObject({ status: "failed", verdict: "discrimination could not be tested." });
  });

  it("gives examples: a medoid and boundary within, counter examples of the nearest known without", async () => {
    const { proposals, faces } = await discoveredOnce(4);
    const found = proposals.find((proposal) => proposal.status === "survived") as Proposal;
    expect(found.members).toEqual(expect.arrayContaining([found.medoid, ...found.boundary]));
    expect(found.counter).toHaveLength(3);
    const known = new Map(faces.map((face) => [face.id, face.known[0]?.label]));
    for (const id of found.counter) {
      expect(found.members).not.toContain(id);
      expect(known.get(id)).toBe(found.nearestKnown);
    }
  });

  it("is valid, and the same for the same seed", async () => {
    const faces = plantedStudy(createRandom(1));
    const [one, two] = [await discoveredOnce(1), await discover(faces)];
    expect(Discovery.parse(JSON.parse(JSON.stringify(one)))).toEqual(two);
    expect(one.map.points.map((point) => point.id)).toEqual(faces.map((face) => face.id));
    expect(one.map.axes.join()).toMatch(/AU12/);
  });

  it.each<[string, StudyFace[], RegExp]>([
    ["no faces", [], /^There are 0 faces; at least 16 are needed/],
    ["one face", madeStudy([[AT_REST, 1]], createRandom(1)), /^There are 1 faces/],
    [
      "identical faces",
      Array.from({ length: 60 }, (_, n) => ({
        ...(madeStudy([[AT_REST, 1]], createRandom(1))[0] as StudyFace),
        id: `same${n}`,
      })),
      /^Nothing in these faces varies together/,
    ],
  ])("proposes nothing from %s and says why", async (_name, faces, note) => {
    const { proposals, notes, map } = await discover(faces);
    expect(proposals).toEqual([]);
    expect(notes).toEqual([expect.stringMatching(note)]);
    expect(map.points).toHaveLength(faces.length);
  });

  it("leaves out and counts faces of which too little was measured", async () => {
    const faces = plantedStudy(createRandom(1));
    const blank = faces.slice(0, 7).map((face) => ({ ...face, measurement: { ...face.measurement, actionUnits: [] } }));
    const { provenance } = await discover([...blank, ...faces.slice(7)], { resamples: 2 });
    expect(provenance.leftOut).toEqual([{ reason: "too little of the face could be measured", faces: 7 }]);
    expect(provenance.faces).toBe(faces.length - 7);
  });

  it("stops when aborted", async () => {
    const signal = AbortSignal.abort();
    const faces = madeStudy(
      [
        [KNOWN_RECIPES[2] as FaceRecipe, 40],
        [PLANTED, 40],
      ],
      createRandom(1),
    );
    await expect(discover(faces, { signal })).rejects.toThrow(/abort/i);
  });
});
