import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { beforeAll, describe, expect, it } from "vitest";
import { createLanceExemplarStore } from "../../src/adapters/lancedb/exemplar-store.ts";
import { acceptProposal } from "../../src/discovery/accept-proposal.ts";
import { discoverCategories } from "../../src/discovery/discover-categories.ts";
import { type CheckKey, drawCheck } from "../../src/discovery/rating-sheet.ts";
import { checkId, readSheet, type SheetRating, scoreSheet, withScore } from "../../src/discovery/score-sheet.ts";
import { readCheckKey, readDiscovery, writeCheck, writeDiscovery } from "../../src/discovery/write-discovery.ts";
import type { Discovery } from "../../src/domain/discovery.ts";
import { ConfigurationError } from "../../src/domain/errors.ts";
import { createRandom } from "../../src/domain/statistics/random.ts";
import { importExemplars } from "../../src/exemplars/import-exemplars.ts";
import { cutPortraits } from "../../src/measuring/cut-portraits.ts";
import { decodeImage } from "../../src/measuring/decode-image.ts";
import { portraitsNeeded, renderDiscoveryPage } from "../../src/pages/discovery-page.tsx";
import { writeFileAtomic } from "../../src/platform/write-file-atomic.ts";
import { expectHarmless, hostile } from "../support/hostile.ts";
import { measureAs } from "../support/measured-images.ts";
import { samplePhoto } from "../support/photos.ts";
import { KNOWN_RECIPES, madeStudy, PLANTED, studySpace } from "../support/study-faces.ts";
import { tempFolder } from "../support/temp-folder.ts";

let discovery: Discovery;
let survivor: string;
const into = (folder: string) => (name: string, content: string | Uint8Array) =>
  writeFileAtomic(join(folder, name), content);

beforeAll(async () => {
  const made = madeStudy([...KNOWN_RECIPES.map((recipe) => [recipe, 40] as const), [PLANTED, 40]], createRandom(4));
  const { sha256 } = await decodeImage(samplePhoto(1));
  // Made faces on a real photograph, each somewhere else on it, so that portraits can be cut.
  const faces = made.map((face, index) => ({
    ...face,
    path: samplePhoto(1),
    sha256,
    box: { leftPx: 5 * index, topPx: 200 + index, widthPx: 300, heightPx: 300 },
  }));
  discovery = await discoverCategories(
    { faces, space: studySpace, textEmbeddings: null },
    {
      known: ["affectnet8"],
      seed: 7,
      describedBy: null,
      textEmbedder: null,
      kuleshovVersion: "0.1.0",
      now: () => new Date("2026-01-01T00:00:00Z"),
    },
  );
  survivor = discovery.proposals.find(({ status }) => status === "survived")?.id ?? "none";
});

const cut = (ids: readonly string[]) => {
  const faces = new Map(discovery.faces.map((face) => [face.id, face]));
  return cutPortraits(
    ids.flatMap((id) => {
      const face = faces.get(id);
      return face === undefined || face.box === null ? [] : [{ id, path: face.path, box: face.box }];
    }),
    { sidePx: 60 },
  );
};
const checkOf = (): CheckKey => {
  const key = drawCheck(discovery, 1);
  if (key === null) throw new Error("a proposal survived");
  return key;
};
/** Ratings of raters who know the truth to some degree: `slip` of them answer at random. */
function ratingsOf(
  key: CheckKey,
  raters: readonly string[],
  options: { right: number; wrong: number; slip: number },
): SheetRating[] {
  const random = createRandom(2);
  return raters.flatMap((rater) =>
    key.items.map(({ item, truth }) => {
      const meant = truth === "member" ? options.right : options.wrong;
      return { item, rater, rating: random.real() < options.slip ? 1 + random.below(5) : meant };
    }),
  );
}

describe("a blind check", () => {
  it("mixes members, near misses and others, and shows none of them as reference", () => {
    const { items, groups } = checkOf();
    const [group] = groups;
    const counts = Object.fromEntries(
      ["member", "counter", "other"].map((truth) => [truth, items.filter((item) => item.truth === truth).length]),
    );
    expect(counts).toEqual({ member: 12, counter: 3, other: 6 });
    expect(group?.references).toHaveLength(4);
    expect(items.filter(({ face }) => group?.references.includes(face))).toEqual([]);
    expect(new Set(items.map(({ face }) => face)).size).toBe(items.length);
    const truths = items.map(({ truth }) => truth).join();
    expect(truths).not.toBe(
      [...items]
        .map(({ truth }) => truth)
        .sort()
        .join(),
    );
  });

  it("gives raters images and a sheet that do not tell, and keeps the key elsewhere", async () => {
    const folder = await tempFolder();
    expect(await writeCheck(into(folder), discovery, cut)).toBe(21);
    const files = await readdir(join(folder, "check"));
    expect(files.filter((file) => file.startsWith("item-"))).toHaveLength(21);
    expect(files.filter((file) => file.startsWith("reference-A"))).toHaveLength(4);
    const sheet = await readFile(join(folder, "check", "sheet.csv"), "utf8");
    expect(sheet).not.toMatch(/member|counter|AU\d|P\d|#F|k5/);
    expect(parse(sheet, { columns: true })[0]).toEqual({
      item: "001",
      image: "item-001.jpg",
      compare_with: "reference-A*.jpg",
      rater: "",
      rating: "",
      check: checkId(drawCheck(discovery, 7) as CheckKey),
    });
    expect(await readCheckKey(folder)).toEqual(drawCheck(discovery, 7));
  });

  it("is not drawn when nothing survived", () => {
    const failed = {
      ...discovery,
      proposals: discovery.proposals.map((proposal) => ({ ...proposal, status: "failed" as const })),
    };
    expect(drawCheck(failed, 1)).toBeNull();
  });
});

describe("scoring a check", () => {
  it("confirms what two raters agree on", () => {
    const [score] = scoreSheet(ratingsOf(checkOf(), ["ann", "ben"], { right: 5, wrong: 1, slip: 0 }), checkOf());
    expect(score).toMatchObject({
      proposal: survivor,
      raters: 2,
      verdict: "confirmed",
      agreement: { value: 1 },
      toldApart: { value: 1 },
    });
  });

  it("rejects what raters agree is not there", () => {
    const key = checkOf();
    // Both see the same thing in the images, and it has nothing to do with the proposal.
    const ratings = ["ann", "ben"].flatMap((rater) =>
      key.items.map(({ item }) => ({ item, rater, rating: 1 + (Number(item) % 5) })),
    );
    const [score] = scoreSheet(ratings, key);
    expect(score).toMatchObject({ verdict: "rejected", agreement: { value: 1 } });
    expect(score?.explanation).toMatch(/do not tell its faces from others/);
  });

  it.each([
    ["one rater", ["ann"], 0, /at least two are needed/],
    ["raters who answer at random", ["ann", "ben", "cat"], 1, /do not agree enough/],
  ])("leaves it undecided with %s", (_name, raters, slip, explanation) => {
    const key = checkOf();
    const [score] = scoreSheet(ratingsOf(key, raters, { right: 5, wrong: 1, slip }), key);
    expect(score?.verdict).toBe("undecided");
    expect(score?.explanation).toMatch(explanation);
    const proposal = discovery.proposals.find(({ id }) => id === survivor);
    expect(proposal && withScore(proposal, score)).toEqual(proposal);
  });

  it("counts items that nobody rated as unscored, and leaves it undecided when nobody rated", () => {
    const key = checkOf();
    const half = ratingsOf(key, ["ann", "ben"], { right: 5, wrong: 1, slip: 0 }).filter(
      ({ item }) => Number(item) % 2 === 0,
    );
    expect(scoreSheet(half, key)[0]).toMatchObject({ verdict: "confirmed", toldApart: { n: 10, unscored: 11 } });
    expect(scoreSheet([], key)[0]).toMatchObject({ verdict: "undecided", toldApart: { value: null, n: 0 } });
  });

  async function sheet(name: string, text: string): Promise<string> {
    const path = join(await tempFolder(), name);
    await writeFile(path, text);
    return path;
  }

  it("reads one sheet per rater, or several raters in one, and empty ratings as not given", async () => {
    expect(await readSheet(await sheet("ann.csv", "item,rating\n001,5\n002,\n003,NA\n"))).toEqual([
      { item: "001", rater: "ann", rating: 5 },
    ]);
    expect(await readSheet(await sheet("all.csv", "sep=;\r\nitem;rater;rating\r\n001;ben;1\r\n"))).toEqual([
      { item: "001", rater: "ben", rating: 1 },
    ]);
  });

  it.each([
    ["a rating out of range", "item,rating\n001,6\n", /line 2 is "6", not 1 to 5/],
    ["a word for a rating", "item,rating\n001,yes\n", /is "yes"/],
    ["no rating column", "item,answer\n001,5\n", /no column rating/],
    ["a ragged table", "item,rating\n001,5,more\n", /line 2 has 3 cells for 2 columns/],
  ])("refuses %s", async (_name, text, message) => {
    const refusal = readSheet(await sheet("sheet.csv", text));
    await expect(refusal).rejects.toThrow(ConfigurationError);
    await expect(refusal).rejects.toThrow(message);
  });

  it.each([
    ["an item of another check", [{ item: "999", rater: "ann", rating: 1 }], /has no item "999"/],
    [
      "a sheet that an earlier discovery drew, whose items have the same numbers",
      [{ item: "001", rater: "ann", rating: 1, check: "0123456789ab" }],
      /^The sheet of "ann" belongs to an earlier check/,
    ],
    [
      "an item that somebody rated twice",
      [
        { item: "001", rater: "ann", rating: 1 },
        { item: "001", rater: "ann", rating: 2 },
      ],
      /rated item "001" twice/,
    ],
  ])("refuses %s", (_name, ratings, message) => {
    expect(() => scoreSheet(ratings, checkOf())).toThrow(message);
  });
});

describe("accepting a proposal", () => {
  const confirmed = (): Discovery => ({
    ...discovery,
    proposals: discovery.proposals.map((proposal) =>
      proposal.id === survivor ? { ...proposal, status: "confirmed" } : proposal,
    ),
  });

  it("puts its members and counter examples into the store, with where they come from", async () => {
    const candidates = acceptProposal(confirmed(), survivor, { name: 'the "smirk"', discovery: "pilot" });
    const store = createLanceExemplarStore(await tempFolder(), studySpace);
    const outcome = await importExemplars(store, candidates, {
      space: studySpace,
      measure: measureAs(() => []),
      duplicates: "link",
      keepViews: true,
      textEmbedder: null,
      concurrency: 2,
      now: () => new Date(),
    });
    expect(outcome.failures).toEqual([]);
    const kept = await store.list({ filter: { categories: ['the "smirk"'] } });
    expect(kept.filter(({ role }) => role === "instance").length).toBeGreaterThanOrEqual(30);
    expect(kept.filter(({ role }) => role === "counter")).toHaveLength(3);
    expect(kept[0]).toMatchObject({ labeller: `discovery:pilot/${survivor}`, pack: "pilot" });
    expect(kept[0]?.source).toMatch(/seed 7, named by signature, confirmed/);
    expect(await store.count({ measured: true })).toBe(kept.length);
  });

  it("takes one that no raters have seen only when told to", () => {
    expect(() => acceptProposal(discovery, survivor, { discovery: "pilot" })).toThrow(
      /Score a rating sheet first, or pass --unconfirmed/,
    );
    expect(acceptProposal(discovery, survivor, { discovery: "pilot", unconfirmed: true }).length).toBeGreaterThan(30);
  });

  it("never takes one that failed or is known, and names those there are", () => {
    const known = discovery.proposals.find(({ status }) => status === "set aside")?.id ?? "";
    expect(() => acceptProposal(discovery, known, { discovery: "pilot", unconfirmed: true })).toThrow(
      /whose status is "set aside"/,
    );
    expect(() => acceptProposal(discovery, "P99", { discovery: "pilot" })).toThrow(
      /There is no proposal "P99" \(there are P1, /,
    );
    expect(() => acceptProposal(confirmed(), survivor, { discovery: "pilot", name: " " })).toThrow(/needs a name/);
  });
});

describe("the discovery page", () => {
  it("is one file with images, map, signatures and tests, and nothing from elsewhere", async () => {
    const html = renderDiscoveryPage(discovery, await cut(portraitsNeeded(discovery)));
    expect(html.match(/<circle [^>]*><title>/g)).toHaveLength(discovery.faces.length);
    expect(html).toContain("data:image/jpeg;base64,");
    expect(html).toContain("AU12+AU14, near: neutral");
    const title = /<title>(.*?)<\/title>/.exec(html)?.[1];
    expect(title).toMatch(/^Expression categories: 5 groups$/);
    expect(html).toContain("passed its tests: 1; known already: 4");
    expect(html).toContain(`<h1>${title}</h1>`);
    for (const { id } of discovery.outside) expect(html).toContain(`<td>${id}</td>`);
    for (const test of ["separation", "stability", "recognition", "discrimination"])
      expect(html).toContain(`<b>${test}</b>`);
    expect(html).not.toMatch(/<script|(?:src|href)="(?!data:|#)|url\(|@import| style="/);
  });

  it("shows failed groups as failed and keeps markup in names harmless", () => {
    const [first, ...rest] = discovery.proposals;
    const evil = {
      ...first,
      name: '<img src=x onerror="alert(1)">',
      status: "failed" as const,
      verdict: "It failed <b>all</b>.",
    };
    const html = renderDiscoveryPage({ ...discovery, proposals: [evil as (typeof rest)[number], ...rest] }, new Map());
    expect(html).not.toContain("<img src=x");
    expect(html).not.toContain("<b>all</b>");
    expect(html).toContain('class="status failed">no group of its own');
    expect(html).toContain("no image");
  });

  it("is harmless whatever it was made of", () => {
    const ids = discovery.proposals.flatMap(({ id, status }) => [id, status]);
    expectHarmless(renderDiscoveryPage(hostile(discovery, ids), new Map()));
  });

  it("is written with the discovery, which reads back the same", async () => {
    const folder = await tempFolder();
    await writeDiscovery(into(folder), discovery, cut);
    expect(await readDiscovery(folder)).toEqual(discovery);
    expect((await readdir(folder)).sort()).toEqual(["discovery.html", "discovery.json"]);
    await rm(join(folder, "discovery.json"));
    await expect(readDiscovery(folder)).rejects.toThrow(/there is no such file/);
  });
});
