import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createLanceExemplarStore } from "../src/adapters/lancedb/exemplar-store.ts";
import { createMeshToolbox } from "../src/adapters/mesh/mesh-toolbox.ts";
import { importExemplars } from "../src/exemplars/import-exemplars.ts";
import { identifyImage } from "../src/exemplars/leakage.ts";
import { embedMeasured, toolboxSpace } from "../src/exemplars/make-exemplar.ts";
import { readPack } from "../src/exemplars/pack.ts";
import { retrieveExemplars } from "../src/exemplars/retrieve-exemplars.ts";
import { STARTER_PACKS } from "../src/exemplars/starter-packs.ts";
import { measureImage } from "../src/measuring/measure-image.ts";
import { ownPath } from "../src/platform/package-paths.ts";
import type { FerToolbox } from "../src/ports/fer-toolbox.ts";
import { samplePhoto } from "./support/photos.ts";
import { temporaryFolder } from "./support/temp-folder.ts";

describe("the starter packs", () => {
  let toolbox: FerToolbox;
  let filled: Awaited<ReturnType<typeof filledStore>>;
  beforeAll(async () => {
    toolbox = await createMeshToolbox({ workers: 2 });
    filled = await filledStore(await temporaryFolder());
  });
  afterAll(() => toolbox.close());

  async function packs() {
    const files = (await readdir(ownPath("fewshot"))).filter((file) => file.endsWith(".jsonl"));
    return Promise.all(files.map((file) => readPack(join(ownPath("fewshot"), file))));
  }

  it("are those that are named wherever one can be chosen", async () => {
    const files = (await readdir(ownPath("fewshot"))).filter((file) => file.endsWith(".jsonl"));
    expect(files.toSorted()).toEqual(STARTER_PACKS.map((name) => `${name}.jsonl`).toSorted());
  });

  async function filledStore(folder: string) {
    const space = toolboxSpace(toolbox);
    const store = createLanceExemplarStore(folder, space);
    const candidates = (await packs()).flatMap((pack) => pack.candidates);
    const outcome = await importExemplars(store, candidates, {
      space,
      measure: (path, signal) => measureImage(path, [toolbox], signal),
      duplicates: "refuse",
      keepViews: true,
      textEmbedder: null,
      concurrency: 2,
      now: () => new Date(),
    });
    return { store, space, outcome, candidates };
  }

  it("point at photos that are there, with the right hash, and at faces that the mesh toolbox finds", async () => {
    expect((await packs()).flatMap((pack) => pack.problems)).toEqual([]);
    const { outcome, candidates } = filled;
    expect(outcome).toMatchObject({ duplicates: [], failures: [], unmeasured: [] });
    expect(outcome.added).toHaveLength(candidates.length);
  });

  it("say of each category what is not one, by a face that is labelled as another", async () => {
    const all = (await packs()).flatMap(({ candidates }) => candidates);
    const places = (role: "instance" | "counter") => all.filter(({ label }) => label.role === role);
    const categories = new Set(places("instance").map(({ label }) => label.category));
    expect(new Set(places("counter").map(({ label }) => label.category))).toEqual(categories);
    for (const counter of places("counter")) {
      const same = places("instance").filter(
        ({ path, region }) => path === counter.path && JSON.stringify(region) === JSON.stringify(counter.region),
      );
      expect(same.map(({ label }) => label.category === counter.label.category)).toEqual([false]);
    }
  });

  it("give a laughing face the laughs and smiles of other photos, never its own", async () => {
    const { store, space } = filled;
    const { image, faces } = await measureImage(samplePhoto(1), [toolbox]);
    const laughing = faces.at(-1);
    const expression = embedMeasured(space, laughing?.measurements ?? []);
    if (expression === null) throw new Error("the laughing face has no place");
    const query = {
      image: identifyImage(
        image,
        faces.map((face) => face.box),
      ),
      faces: [{ faceId: "F3", expression }],
      text: null,
      textEmbedding: null,
    };
    const { hits, excluded } = await retrieveExemplars(store, query, {
      count: 4,
      relevanceShare: 1,
      filter: { roles: ["instance"] },
    });
    // The fourth is a mock disbelief that the toolbox takes for a smile; fewshot/SOURCES.md says so.
    for (const { exemplar } of hits.slice(0, 3)) expect(exemplar.category).toMatch(/laugh|smile/);
    expect(hits[0]?.why[0]).toMatch(/AU12.* similar/);
    expect(excluded).toHaveLength(3);
    expect(new Set(excluded.map((one) => one.reason))).toEqual(new Set(["it is the same image"]));
  });
});
