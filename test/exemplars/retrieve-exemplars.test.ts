import { describe, expect, it } from "vitest";
import { createLanceExemplarStore } from "../../src/adapters/lancedb/exemplar-store.ts";
import type { ExemplarEntry } from "../../src/domain/exemplar.ts";
import type { ImageIdentity } from "../../src/exemplars/leakage.ts";
import { type ExemplarQuery, retrieveExemplars } from "../../src/exemplars/retrieve-exemplars.ts";
import { exemplarEntry, expressionOf, testSpace } from "../support/exemplars.ts";
import { tempFolder } from "../support/temp-folder.ts";

async function storeOf(...entries: ExemplarEntry[]) {
  const store = createLanceExemplarStore(await tempFolder(), testSpace);
  await store.add(entries);
  return store;
}

function query(parts: Partial<ExemplarQuery> & { face?: Record<string, number> }): ExemplarQuery {
  const faces = parts.face === undefined ? [] : [{ faceId: "F1", expression: expressionOf(parts.face) }];
  return { image: null, faces, text: null, textEmbedding: null, ...parts };
}

const duchenne = { AU6: 0.9, AU12: 0.93, AU25: 0.8 };
const laugh = exemplarEntry({ category: "amusement", face: duchenne, caption: "laughing on a rollercoaster" });
const polite = exemplarEntry({ category: "politeness", face: { AU12: 0.75 }, caption: "a portrait for work" });
const scowl = exemplarEntry({ category: "anger", face: { AU4: 0.9 }, caption: "waiting at the rollercoaster" });
const canyon = exemplarEntry({ category: "awe", face: null, caption: "looking into a canyon" });

describe("retrieveExemplars", () => {
  it("says which named coordinates are similar and which different", async () => {
    const { hits } = await retrieveExemplars(await storeOf(laugh, polite), query({ face: duchenne }), { count: 2 });
    expect(hits.map((hit) => hit.exemplar.category)).toEqual(["amusement", "politeness"]);
    expect(hits[0]?.why).toEqual(["AU12, AU6 and AU25 similar (0.93, 0.90 and 0.80 here, 0.93, 0.90 and 0.80 there)"]);
    expect(hits[1]?.why).toEqual([
      "AU12 similar (0.93 here, 0.75 there)",
      "AU6 and AU25 different (0.90 and 0.80 here, 0.10 and 0.10 there)",
    ]);
    expect(hits[0]?.face?.similarity).toBeCloseTo(1, 6);
  });

  it("names the words that matched", async () => {
    const { hits, channels } = await retrieveExemplars(
      await storeOf(laugh, polite, scowl, canyon),
      query({ text: "Two people ride the rollercoasters" }),
      { count: 4 },
    );
    expect(channels).toEqual(["text"]);
    expect(hits.map((hit) => hit.exemplar.category).sort()).toEqual(["amusement", "anger"]);
    expect(hits[0]?.why).toContain('text match "rollercoasters"');
  });

  it("joins both: first comes what matches in face and in words", async () => {
    const store = await storeOf(laugh, polite, scowl, canyon);
    const { hits } = await retrieveExemplars(store, query({ face: { AU12: 0.8 }, text: "rollercoaster" }), {
      count: 4,
    });
    expect(hits[0]?.exemplar.category).toBe("amusement");
    expect(Object.keys(hits[0]?.ranks ?? {})).toEqual(["expression F1", "text"]);
  });

  it("compares an exemplar with the face it is most like", async () => {
    const faces = [
      { faceId: "F1", expression: expressionOf({ AU4: 0.9 }) },
      { faceId: "F2", expression: expressionOf(duchenne) },
    ];
    const { hits } = await retrieveExemplars(await storeOf(laugh, scowl), query({ faces }), { count: 2 });
    const nearest = Object.fromEntries(hits.map((hit) => [hit.exemplar.category, hit.face?.faceId]));
    expect(nearest).toEqual({ amusement: "F2", anger: "F1" });
  });

  it("prefers variety among the equally near", async () => {
    const twins = Array.from({ length: 6 }, (_, n) =>
      exemplarEntry({ category: "smile", face: { AU12: 0.9 }, image: `t${n}` }),
    );
    const other = exemplarEntry({
      category: "smile",
      face: { AU12: 0.9, AU1: 0.8, AU2: 0.8, AU26: 0.8 },
      image: "other",
    });
    const store = await storeOf(...twins, other);
    const ids = async (relevanceShare: number) =>
      (await retrieveExemplars(store, query({ face: { AU12: 0.9 } }), { count: 2, relevanceShare })).hits.map(
        (h) => h.exemplar.id,
      );
    expect(await ids(1)).not.toContain(other.exemplar.id);
    expect(await ids(0.2)).toContain(other.exemplar.id);
  });

  it("gives relevance seven tenths of the weight unless told", async () => {
    const ALL = ["AU1", "AU2", "AU26", "AU25", "AU4", "AU6", "AU9", "AU14", "AU15"];
    const showing = (units: number, image: string) =>
      exemplarEntry({ face: { AU12: 0.9, ...Object.fromEntries(ALL.slice(0, units).map((au) => [au, 1])) }, image });
    const [first, twin] = [showing(0, "a"), showing(0, "b")];
    const chosenBeside = async (units: number) => {
      // The third nearest has .66 of the relevance of the second, and is .68 or .87 less like the first.
      const third = showing(units, "c");
      const store = await storeOf(first, twin, third, showing(8, "d"), showing(9, "e"));
      const { hits } = await retrieveExemplars(store, query({ face: { AU12: 0.9 } }), { count: 2 });
      return hits.some(({ exemplar }) => exemplar.id === third.exemplar.id) ? "the third" : "the twin";
    };
    expect([await chosenBeside(4), await chosenBeside(7)]).toEqual(["the twin", "the third"]);
  });

  it("shows two images before two faces of one image", async () => {
    const smile = (category: string, face: Record<string, number>, image: string) =>
      exemplarEntry({ category, face, image });
    const first = smile("grin", { AU12: 0.9 }, "one image");
    const second = smile("smile", { AU12: 0.9, AU1: 0.8, AU2: 0.8, AU26: 0.8 }, "one image");
    const elsewhere = smile("smile", { AU12: 0.9, AU1: 0.8, AU2: 0.8, AU26: 0.9 }, "another");
    const store = await storeOf(first, second, elsewhere);
    const { hits } = await retrieveExemplars(store, query({ face: { AU12: 0.9 } }), { count: 2, relevanceShare: 0.3 });
    expect(hits.map(({ exemplar }) => exemplar.id)).toEqual([first.exemplar.id, elsewhere.exemplar.id]);
  });

  it("gives the words as much weight as all faces together", async () => {
    const faces = [
      { faceId: "F1", expression: expressionOf({ AU4: 0.9 }) },
      { faceId: "F2", expression: expressionOf(duchenne) },
    ];
    const spoken = exemplarEntry({ category: "awe", face: null, caption: "a canyon at dawn" });
    const { hits } = await retrieveExemplars(await storeOf(scowl, spoken), query({ faces, text: "canyon" }), {
      count: 2,
      relevanceShare: 1,
    });
    // First by both faces at half a weight each, first by words at a whole one: a tie.
    expect(hits.map(({ score }) => score)).toEqual([1 / 61, 1 / 61]);
  });

  it("takes turns among the categories asked for", async () => {
    const smiles = Array.from({ length: 8 }, (_, n) =>
      exemplarEntry({ category: "smile", face: { AU12: 0.9 }, image: `s${n}` }),
    );
    const store = await storeOf(...smiles, scowl, canyon);
    const { hits } = await retrieveExemplars(store, query({ face: { AU12: 0.9 }, text: "canyon" }), {
      count: 4,
      balanced: true,
      filter: { categories: ["smile", "anger", "awe"] },
    });
    expect(hits.map((hit) => hit.exemplar.category).sort()).toEqual(["anger", "awe", "smile", "smile"]);
  });

  it.each<[string, (identity: ImageIdentity) => ImageIdentity, string]>([
    ["is the query itself", (identity) => identity, "it is the same image"],
    ["is a copy of the query", (identity) => ({ ...identity, sha256: "0".repeat(64) }), "it is nearly the same image"],
    [
      "is a face cut from the query",
      ({ hashes }) => ({ sha256: "0".repeat(64), hashes: [], regionHashes: hashes }),
      "it shows nearly the same face",
    ],
  ])("leaves out and reports an exemplar that %s", async (_name, change, reason) => {
    const { image } = laugh.exemplar;
    const identity = change({ sha256: image.sha256, hashes: [flipBits(image.hash as string)], regionHashes: [] });
    const store = await storeOf(laugh, polite, scowl);
    const { hits, excluded } = await retrieveExemplars(store, query({ face: duchenne, image: identity }), { count: 3 });
    expect(hits.map((hit) => hit.exemplar.category)).not.toContain("amusement");
    expect(hits).toHaveLength(2);
    expect(excluded).toEqual([{ id: laugh.exemplar.id, category: "amusement", reason }]);
  });

  it("balances only as many categories as fit in, and lets one with more make up for one with fewer", async () => {
    const many = (category: string, count: number, AU12: number) =>
      Array.from({ length: count }, (_, n) => exemplarEntry({ category, face: { AU12 }, image: `${category} ${n}` }));
    const store = await storeOf(...many("smile", 4, 0.9), ...many("grin", 1, 0.5), scowl);
    const categories = async (count: number, names: readonly string[], balanced = true) => {
      const options = { count, balanced, relevanceShare: 1, filter: { categories: names } };
      const { hits } = await retrieveExemplars(store, query({ face: { AU12: 0.9 } }), options);
      return hits.map(({ exemplar }) => exemplar.category).sort();
    };
    expect(await categories(2, ["smile", "grin"])).toEqual(["grin", "smile"]);
    expect(await categories(2, ["smile", "grin"], false)).toEqual(["smile", "smile"]);
    expect(await categories(2, ["smile", "grin", "anger"])).toEqual(["smile", "smile"]);
    expect(await categories(3, ["smile", "grin"])).toEqual(["grin", "smile", "smile"]);
    expect(await categories(5, ["smile", "grin"])).toEqual(["grin", "smile", "smile", "smile", "smile"]);
    expect(await categories(1, ["smile"])).toEqual(["smile"]);
  });

  it("asks the store for fifty candidates, or for five times as many as are wanted", async () => {
    const store = await storeOf(laugh);
    const limits: number[] = [];
    const counting = {
      ...store,
      nearestExpressions: (...[expression, search]: Parameters<typeof store.nearestExpressions>) => {
        limits.push(search.limit);
        return store.nearestExpressions(expression, search);
      },
    };
    for (const count of [3, 11]) await retrieveExemplars(counting, query({ face: duchenne }), { count });
    expect(limits).toEqual([50, 55]);
  });

  it("tells the most relevant first, in whatever order variety chose them", async () => {
    const other = exemplarEntry({ face: { AU12: 0.9, AU1: 0.8, AU2: 0.8, AU26: 0.8 }, image: "other" });
    const twins = [0, 1].map((n) => exemplarEntry({ face: { AU12: 0.9 }, image: `t${n}` }));
    const options = { count: 3, relevanceShare: 0.2 };
    const { hits } = await retrieveExemplars(await storeOf(...twins, other), query({ face: { AU12: 0.9 } }), options);
    expect(hits.map(({ score }) => score)).toEqual([1 / 61, 1 / 62, 1 / 63]);
  });

  it("does not show an exemplar that another program removed in the meantime", async () => {
    const store = await storeOf(laugh, polite);
    const losing = {
      ...store,
      list: async (...options: Parameters<typeof store.list>) =>
        (await store.list(...options)).filter(({ id }) => id !== laugh.exemplar.id),
    };
    const { hits } = await retrieveExemplars(losing, query({ face: duchenne }), { count: 2 });
    expect(hits.map(({ exemplar }) => exemplar.id)).toEqual([polite.exemplar.id]);
  });

  it("says what a text matched by: words, their stems, its meaning, or nothing", async () => {
    const embedded = (category: string, caption: string, textEmbedding: readonly number[]) =>
      exemplarEntry({ category, caption, face: duchenne, textEmbedding: Float32Array.from(textEmbedding) });
    const store = createLanceExemplarStore(await tempFolder(), testSpace);
    const entries = [embedded("joy", "running at the sea", [1, 0, 0]), embedded("grief", "at a grave", [0, 1, 0])];
    await store.add(entries, "test:embedder");
    const text = { text: "runs together", textEmbedding: Float32Array.from([0.9, 0.1, 0]) };
    const { hits, channels } = await retrieveExemplars(store, query(text), { count: 2 });
    expect(channels).toEqual(["text", "text embedding"]);
    expect(Object.fromEntries(hits.map(({ exemplar, why }) => [exemplar.category, why]))).toEqual({
      joy: ["text match", "text embedding: place 1"],
      grief: ["text embedding: place 2"],
    });
  });

  it("finds nothing in an empty store and one in a store of one", async () => {
    expect(await retrieveExemplars(await storeOf(), query({ face: duchenne }), { count: 3 })).toEqual({
      hits: [],
      excluded: [],
      channels: [],
    });
    expect((await retrieveExemplars(await storeOf(laugh), query({ face: duchenne }), { count: 3 })).hits).toHaveLength(
      1,
    );
  });

  it("copes with a store of identical faces", async () => {
    const same = Array.from({ length: 30 }, (_, n) => exemplarEntry({ face: {}, image: `same ${n}` }));
    const { hits } = await retrieveExemplars(await storeOf(...same), query({ face: {} }), { count: 5 });
    expect(hits).toHaveLength(5);
    expect(hits[0]?.why).toEqual(["nothing that stands out in common"]);
  });
});

/** Moves a few bits, as re-encoding does. */
function flipBits(hash: string): string {
  const first = Number.parseInt(hash.slice(0, 4), 16) ^ 0x0f0f;
  return first.toString(16).padStart(4, "0") + hash.slice(4);
}
