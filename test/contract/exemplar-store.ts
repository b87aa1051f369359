import { describe, expect, it } from "vitest";
import { StoreError } from "../../src/domain/errors.ts";
import { createExpressionSpace, type ExpressionSpace } from "../../src/domain/expression-space.ts";
import type { ExemplarStore } from "../../src/ports/exemplar-store.ts";
import { exemplarEntry, expressionOf, testSpace } from "../support/exemplars.ts";

const smile = exemplarEntry({
  category: "amusement",
  face: { AU6: 0.9, AU12: 0.95, AU25: 0.8 },
  caption: "laughing on a rollercoaster",
});
const polite = exemplarEntry({
  category: "politeness",
  face: { AU12: 0.7 },
  caption: "posing for a portrait",
  labeller: "panel",
});
const frown = exemplarEntry({
  category: "anger",
  face: { AU4: 0.9, AU15: 0.4 },
  caption: "shouting at a referee",
  licence: "CC0-1.0",
});
const scene = exemplarEntry({ category: "awe", face: null, caption: "a canyon at dawn", pack: "canyons" });
const all = [smile, polite, frown, scene];
type Found = { exemplar: { id: string } } | { identity: { id: string } };
const ids = (entries: readonly Found[]) =>
  entries.map((entry) => ("exemplar" in entry ? entry.exemplar : entry.identity).id);
const sorted = (entries: readonly Found[]) => ids(entries).sort();

/** What every exemplar store must do, wherever it keeps its rows. */
export function describeExemplarStore(name: string, open: (space: ExpressionSpace | null) => Promise<ExemplarStore>) {
  async function filled(): Promise<ExemplarStore> {
    const store = await open(testSpace);
    await store.add(all);
    return store;
  }

  describe(`exemplar store: ${name}`, () => {
    it("answers with nothing before anything was added", async () => {
      const store = await open(testSpace);
      expect(await store.space()).toBeNull();
      expect(await store.count()).toBe(0);
      expect(await store.list()).toEqual([]);
      expect(await store.nearestExpressions(expressionOf({}), { limit: 5 })).toEqual([]);
      expect(await store.matchText("anything", { limit: 5 })).toEqual([]);
      expect(await store.remove({})).toBe(0);
      expect((await store.statistics()).exemplars).toBe(0);
    });

    it("gives back an exemplar exactly as it was added", async () => {
      const store = await open(testSpace);
      const entry = exemplarEntry({
        face: { AU12: 0.5 },
        why: `it's "quoted" \\ and / slashed`,
        view: new Uint8Array([255, 0, 7]),
      });
      expect(await store.add([entry])).toEqual([entry.exemplar.id]);
      expect(await store.get(entry.exemplar.id)).toEqual(entry);
      expect(await store.get("x000000000000000000000000")).toBeUndefined();
      expect(await store.space()).toEqual(testSpace);
    });

    it("keeps the first of two exemplars with one id, in one batch and in two", async () => {
      const store = await open(testSpace);
      expect(await store.add([smile, smile])).toEqual([smile.exemplar.id]);
      expect(await store.add([smile, frown])).toEqual([frown.exemplar.id]);
      expect(await store.count()).toBe(2);
    });

    it("puts an exemplar into the place of the one with its id, and adds none that was not there", async () => {
      const store = await filled();
      const before = await store.count();
      const counter = { ...smile, exemplar: { ...smile.exemplar, role: "counter" as const, why: "a snowplough" } };
      await store.replace([counter, exemplarEntry({ category: "unheard of" })]);
      expect(await store.get(smile.exemplar.id)).toEqual(counter);
      expect(await store.count()).toBe(before);
      expect(ids(await store.matchText("snowplough", { limit: 10 }))).toEqual(ids([smile]));
      expect((await store.placed({ roles: ["counter"] })).map(({ exemplar }) => exemplar.id)).toContain(
        smile.exemplar.id,
      );
    });

    it("finds the nearest expression first and skips what was not measured", async () => {
      const store = await filled();
      const hits = await store.nearestExpressions(expressionOf({ AU6: 0.85, AU12: 0.9, AU25: 0.7 }), { limit: 10 });
      expect(ids(hits)).toEqual(ids([smile, polite, frown]));
      expect(hits[0]?.expression).toEqual(smile.expression);
    });

    it("matches words by their stems and ranks nothing for words nobody used", async () => {
      const store = await filled();
      expect(ids(await store.matchText("rollercoasters and laughter", { limit: 10 }))).toEqual(ids([smile]));
      expect(await store.matchText("submarine", { limit: 10 })).toEqual([]);
      expect(await store.matchText("   ", { limit: 10 })).toEqual([]);
    });

    it("finds words of exemplars added after the first search", async () => {
      const store = await filled();
      const late = exemplarEntry({ category: "relief", caption: "the submarine surfaced" });
      await store.add([late]);
      expect(ids(await store.matchText("submarine", { limit: 10 }))).toEqual(ids([late]));
    });

    it.each([
      ["category", { categories: ["anger", "awe"] }, [frown, scene]],
      ["labeller", { labellers: ["panel"] }, [polite]],
      ["licence", { licences: ["CC0-1.0"] }, [frown]],
      ["pack", { packs: ["canyons"] }, [scene]],
      ["toolbox", { toolboxes: ["mesh@5"] }, [smile, polite, frown]],
      ["another toolbox", { toolboxes: ["openface@2.2"] }, []],
      ["being measured", { measured: false }, [scene]],
      ["two things at once", { categories: ["anger", "politeness"], labellers: ["panel"] }, [polite]],
      ["no category at all", { categories: [] }, []],
    ])("filters by %s", async (_name, filter, expected) => {
      const store = await filled();
      expect((await store.list({ filter })).map((exemplar) => exemplar.id)).toEqual(sorted(expected));
      expect(await store.count(filter)).toBe(expected.length);
      const measured = expected.filter((entry) => entry.expression !== null);
      expect(sorted(await store.nearestExpressions(expressionOf({}), { limit: 10, filter }))).toEqual(sorted(measured));
    });

    it.each(["it's", `say "cheese"`, "a/b\\c", "'; DROP TABLE exemplars; --", "x' OR '1'='1", "喜び", "%_"])(
      "treats the category name %s as text everywhere",
      async (category) => {
        const store = await filled();
        const odd = exemplarEntry({ category, face: { AU9: 0.9 } });
        await store.add([odd]);
        expect((await store.list({ filter: { categories: [category] } })).map((found) => found.id)).toEqual([
          odd.exemplar.id,
        ]);
        expect(await store.remove({ categories: [category] })).toBe(1);
        expect(await store.count()).toBe(all.length);
      },
    );

    it("pages through a list in a steady order", async () => {
      const store = await filled();
      const pages = [await store.list({ limit: 3 }), await store.list({ limit: 3, offset: 3 })];
      expect(pages.map((page) => page.length)).toEqual([3, 1]);
      expect(pages.flat().map((exemplar) => exemplar.id)).toEqual(sorted(all));
    });

    it.each([
      ["is too short", new Float32Array(3)],
      ["is too long", new Float32Array(99)],
      ["holds NaN", Float32Array.from(testSpace.dimensions, () => Number.NaN)],
      ["holds infinity", Float32Array.from(testSpace.dimensions, () => Number.POSITIVE_INFINITY)],
    ])("refuses a vector that %s and writes nothing of that batch", async (_name, expression) => {
      const store = await filled();
      const bad = { ...exemplarEntry({ category: "bad" }), expression };
      await expect(store.add([exemplarEntry({ category: "good" }), bad])).rejects.toThrow(StoreError);
      await expect(store.nearestExpressions(expression, { limit: 1 })).rejects.toThrow(StoreError);
      expect(await store.count()).toBe(all.length);
    });

    it("refuses an exemplar without a proper id, category or image", async () => {
      const store = await filled();
      for (const broken of [{ id: "" }, { category: " " }, { image: undefined }, { labeller: "" }]) {
        const entry = { ...smile, exemplar: { ...smile.exemplar, ...broken } as typeof smile.exemplar };
        await expect(store.add([entry])).rejects.toThrow(/not valid/);
      }
      expect(await store.count()).toBe(all.length);
    });

    it("keeps embeddings of one embedder and refuses another's", async () => {
      const store = await open(testSpace);
      const near = exemplarEntry({ category: "near", textEmbedding: Float32Array.of(1, 0, 0) });
      const far = exemplarEntry({ category: "far", textEmbedding: Float32Array.of(0, 1, 0) });
      await store.add([smile]);
      expect(await store.textEmbedder()).toBeNull();
      expect(await store.nearestTexts(Float32Array.of(1), { limit: 5 })).toEqual([]);
      await store.add([near, far], "ollama:nomic");
      expect(await store.textEmbedder()).toBe("ollama:nomic");
      const hits = await store.nearestTexts(Float32Array.of(0.9, 0.1, 0), { limit: 5 });
      expect(ids(hits)).toEqual(ids([near, far]));
      const other = exemplarEntry({ category: "other", textEmbedding: Float32Array.of(0, 0, 1) });
      await expect(store.add([other], "openai:text-3")).rejects.toThrow(/cannot be compared/);
      await expect(store.add([other])).resolves.toEqual([other.exemplar.id]);
      const short = exemplarEntry({ category: "short", textEmbedding: Float32Array.of(1) });
      await expect(store.add([short], "ollama:nomic")).rejects.toThrow(/numbers where the store/);
    });

    it("refuses an embedding that nobody signed", async () => {
      const store = await open(testSpace);
      const unsigned = exemplarEntry({ textEmbedding: Float32Array.of(1, 0) });
      await expect(store.add([unsigned])).rejects.toThrow(/which embedder/);
    });

    it("finds the same after it was optimized", async () => {
      const store = await filled();
      const before = await store.nearestExpressions(expressionOf({ AU4: 0.8 }), { limit: 10 });
      await store.optimize();
      expect(await store.nearestExpressions(expressionOf({ AU4: 0.8 }), { limit: 10 })).toEqual(before);
      expect(ids(await store.matchText("referee", { limit: 10 }))).toEqual(ids([frown]));
    });

    it("counts what it holds", async () => {
      const store = await filled();
      await store.add([exemplarEntry({ category: "anger", face: { AU4: 0.6 }, labeller: "panel" })]);
      const { exemplars, measured, categories, labellers, licences, packs } = await store.statistics();
      expect({ exemplars, measured }).toEqual({ exemplars: 5, measured: 4 });
      expect(categories[0]).toEqual({ name: "anger", exemplars: 2 });
      expect(labellers).toEqual([
        { name: "tester", exemplars: 3 },
        { name: "panel", exemplars: 2 },
      ]);
      expect(licences).toContainEqual({ name: null, exemplars: 4 });
      expect(packs).toContainEqual({ name: "canyons", exemplars: 1 });
    });

    it("takes identical faces, one exemplar and many removals in its stride", async () => {
      const store = await open(testSpace);
      const twins = Array.from({ length: 20 }, (_, n) => exemplarEntry({ face: { AU12: 0.5 }, image: `twin ${n}` }));
      await store.add(twins.slice(0, 1));
      expect(await store.nearestExpressions(expressionOf({ AU12: 0.5 }), { limit: 10 })).toHaveLength(1);
      await store.add(twins.slice(1));
      expect(await store.nearestExpressions(expressionOf({ AU12: 0.5 }), { limit: 50 })).toHaveLength(20);
      expect(await store.remove({})).toBe(20);
      expect(await store.nearestExpressions(expressionOf({ AU12: 0.5 }), { limit: 10 })).toEqual([]);
    });
  });
}

/** The space of another version of the same toolbox: one that no rename of the toolbox in use ever reaches. */
export const otherSpace = createExpressionSpace(
  "mesh@99",
  { actionUnits: [{ au: "AU12", scale: "probability", sides: false }] },
  [],
);
