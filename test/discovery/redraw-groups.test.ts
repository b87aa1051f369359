import { beforeAll, describe, expect, it } from "vitest";
import { discoverCategories } from "../../src/discovery/discover-categories.ts";
import { regroupFaces, renameGroup } from "../../src/discovery/redraw-groups.ts";
import { Discovery, type Proposal } from "../../src/domain/discovery.ts";
import { createRandom } from "../../src/domain/statistics/random.ts";
import { KNOWN_RECIPES, madeStudy, PLANTED, studySpace } from "../support/study-faces.ts";

let discovery: Discovery;
let planted: Proposal;

beforeAll(async () => {
  const recipes = [...KNOWN_RECIPES.slice(0, 3).map((recipe) => [recipe, 30] as const), [PLANTED, 30] as const];
  discovery = await discoverCategories(
    { faces: madeStudy(recipes, createRandom(4)), space: studySpace, textEmbeddings: null },
    {
      ...{ known: ["affectnet8"], seed: 7, describedBy: null, textEmbedder: null, kuleshovVersion: "0.1.0" },
      ...{ resamples: 4, now: () => new Date("2026-01-01T00:00:00Z") },
    },
  );
  const found = discovery.proposals.find(({ status }) => status === "survived") ?? discovery.proposals[0];
  if (found === undefined) throw new Error("no group was found");
  planted = found;
});

const groupOf = (changed: Discovery, id: string) => changed.proposals.find((proposal) => proposal.id === id);
const onMap = (changed: Discovery, id: string) =>
  changed.map.points.filter(({ proposal }) => proposal === id).map((point) => point.id);

/** What must hold of every discovery, however often it was redrawn. */
function expectWhole(changed: Discovery): void {
  expect(Discovery.parse(changed)).toEqual(changed);
  for (const { id, members, size, medoid } of changed.proposals) {
    expect(members.length).toBe(size);
    expect(members).toContain(medoid);
    expect(onMap(changed, id).toSorted()).toEqual([...members].sort());
  }
  const inGroups = changed.proposals.flatMap(({ members }) => members);
  expect(new Set(inGroups).size).toBe(inGroups.length);
  expect([...inGroups, ...changed.outside.map(({ id }) => id)].sort()).toEqual(
    changed.faces.map(({ id }) => id).sort(),
  );
  expect(changed.provenance.outliers).toBe(changed.outside.length);
}

describe("groups that a person redraws", () => {
  it("splits some faces off into a group of their own, which is tested as far as tests apply", () => {
    const some = planted.members.slice(0, 12);
    const changed = regroupFaces(discovery, some, "new");
    expectWhole(changed);
    const made = changed.proposals.at(-1) as Proposal;
    expect([...made.members].sort()).toEqual([...some].sort());
    expect(Number(made.id.slice(1))).toBe(discovery.proposals.length + 1);
    expect(made.tests.map(({ name, passed }) => [name, passed === null])).toEqual([
      ["separation", true],
      ["stability", true],
      ["recognition", false],
      ["discrimination", false],
    ]);
    expect(groupOf(changed, planted.id)?.size).toBe(planted.size - 12);
    expect(changed.notes.at(-1)).toMatch(/^A person put faces into other groups/);
    expect(regroupFaces(changed, some.slice(0, 1), null).notes).toEqual(changed.notes);
  });

  it("merges a group into another, and leaves all others as they were", () => {
    const other = discovery.proposals.find(({ id }) => id !== planted.id) as Proposal;
    const changed = regroupFaces(discovery, other.members, planted.id);
    expectWhole(changed);
    expect(groupOf(changed, other.id)).toBeUndefined();
    expect(groupOf(changed, planted.id)?.size).toBe(planted.size + other.size);
    const rest = ({ id }: Proposal) => id !== other.id && id !== planted.id;
    expect(changed.proposals.filter(rest)).toEqual(discovery.proposals.filter(rest));
  });

  it("takes a face out of its group and puts one in that was in none", () => {
    const [face] = planted.members as [string];
    const out = regroupFaces(discovery, [face], null);
    expectWhole(out);
    expect(out.outside.map(({ id }) => id)).toContain(face);
    const back = regroupFaces(out, [face], planted.id);
    expectWhole(back);
    expect(back.outside).toEqual(discovery.outside);
    expect(groupOf(back, planted.id)).toMatchObject({
      status: "survived",
      verdict: expect.stringMatching(/^A person put it together/),
    });
  });

  it("keeps the name that a person gave when faces come or go", () => {
    const named = renameGroup(discovery, planted.id, "  polite doubt ");
    expect(groupOf(named, planted.id)).toEqual({ ...planted, name: "polite doubt", namedBy: "a person" });
    const [face] = planted.members as [string];
    expect(groupOf(regroupFaces(named, [face], null), planted.id)).toMatchObject({
      name: "polite doubt",
      namedBy: "a person",
    });
  });

  it.each([
    ["a face that is not there", () => regroupFaces(discovery, ["nobody#F1"], null), /no such face/],
    ["a group that is not there", () => regroupFaces(discovery, planted.members, "P99"), /there is no group P99/],
    ["a name that is none", () => renameGroup(discovery, planted.id, " "), /a category needs a name/],
    [
      "a group that is a category already",
      () => {
        const proposals = discovery.proposals.map((one) =>
          one === planted ? { ...one, status: "accepted" as const } : one,
        );
        return regroupFaces({ ...discovery, proposals }, planted.members.slice(0, 2), null);
      },
      /is the category ".*" in a store already/,
    ],
  ])("refuses %s", (_, change, sentence) => {
    expect(change).toThrow(sentence);
  });
});
