import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { DEFAULT_QUESTION } from "../../src/domain/question.ts";
import { createDefinitionSource } from "../../src/exemplars/define-categories.ts";
import { loadTaxonomy, taxonomyIds } from "../../src/exemplars/load-taxonomy.ts";
import { ownPath } from "../../src/platform/package-paths.ts";
import { measuredFace } from "../support/exemplars.ts";
import { gradientImage } from "../support/images.ts";
import { tempFolder } from "../support/temp-folder.ts";

async function file(name: string, text: string): Promise<string> {
  const path = join(await tempFolder(), name);
  await writeFile(path, text);
  return path;
}

describe("loadTaxonomy", () => {
  it("ships taxonomies that are all valid, sourced and defined", async () => {
    const ids = await taxonomyIds();
    const taxonomies = await Promise.all(ids.map(loadTaxonomy));
    expect(taxonomies.map((taxonomy) => taxonomy.id)).toEqual(ids);
    expect(taxonomies.flatMap(({ categories }) => categories).filter(({ definition }) => definition === null)).toEqual(
      [],
    );
  });

  it.each([
    ["emotic26", 26],
    ["cowen-keltner27", 27],
    ["cowen-keltner28", 28],
    ["cowen16", 16],
    ["goemotions28", 28],
    ["emonet-face40", 40],
    ["plutchik24", 24],
    ["geneva20", 20],
  ])("gives %s its %i categories", async (id, count) => {
    expect((await loadTaxonomy(id)).categories).toHaveLength(count);
  });

  it("ships the categories of the literature, each with what it is, is not, where it is met, and what is known of its face", async () => {
    const { categories, sources = {} } = await loadTaxonomy("literature");
    expect(categories.length).toBeGreaterThanOrEqual(60);
    for (const { name, contrast, situations = [], face } of categories) {
      expect([name, contrast === null, situations.length > 0, face === undefined]).toEqual([name, false, true, false]);
    }
    const faces = categories.flatMap(({ face }) => face ?? []);
    for (const { evidence, shown } of faces) {
      if (evidence === "none") expect(shown).toMatch(/^no (established facial|facial) signature/);
    }
    expect(new Set(faces.flatMap((face) => face.sources))).toEqual(new Set(Object.keys(sources)));
    const known = JSON.parse(await readFile(ownPath("models", "facs", "action-units.json"), "utf8"));
    const units = new Set(known.actionUnits.map(({ au }: { au: string }) => au));
    expect(faces.flatMap((face) => face.units).filter((unit) => !units.has(unit))).toEqual([]);
    for (const id of ["emotic26", "cowen-keltner27", "cowen-keltner28", "geneva20"]) {
      const wanted = (await loadTaxonomy(id)).categories.map(({ name }) => name);
      const covered = categories.flatMap(({ lists }) => lists?.[id] ?? []);
      expect([id, new Set(covered)]).toEqual([id, new Set(wanted)]);
    }
  });

  it("tells the definitions that fit what a face shows and what is said of the situation", async () => {
    const taxonomy = await loadTaxonomy("literature");
    const choose = (values: Record<string, number>, context: string | null, among: readonly string[] | null = null) => {
      const measurement = measuredFace(values);
      const faces = [{ faceId: "F1", box: measurement.box, measurements: [measurement] }];
      const question = { text: DEFAULT_QUESTION, context, labels: null };
      const image = gradientImage(64, 48);
      return createDefinitionSource(taxonomy, { count: 3, among }).choose({ image, faces, question });
    };
    const labels = async (...words: Parameters<typeof choose>) =>
      (await choose(...words)).exemplars.map(({ item }) => item.value.type === "text" && item.value.text);
    expect(await labels({ AU4: 0.9, AU7: 0.9 }, null)).toContain("confusion");
    expect(await labels({ AU6: 0.9, AU12: 0.9, AU25: 0.8 }, null)).toContain("triumph");
    expect((await labels({}, "At the funeral of a friend"))[0]).toBe("grief");
    expect(await labels({ AU6: 0.9, AU12: 0.9 }, null, ["Pain", "awe"])).toEqual(["pain", "awe"]);
    const { exemplars, warnings } = await choose({ AU4: 0.9, AU7: 0.9 }, null, ["confusion"]);
    expect(exemplars.map(({ item }) => item.statement)).toEqual([
      expect.stringMatching(
        /^What "confusion" means: .* Not anger.* Typically: .* On the face: brows lowered.*: AU4, AU7; evidence: established \(McDaniel et al\. 2007; /,
      ),
    ]);
    expect(warnings).toEqual([]);
    expect((await choose({}, null, ["flow"])).warnings).toEqual([expect.stringContaining("literature has none")]);
  });

  it("suggests the id that was meant", async () => {
    await expect(loadTaxonomy("emotic")).rejects.toThrow('There is no taxonomy "emotic". Did you mean "emotic26"?');
  });

  it("reads the user's own as lines, with definitions where there are some", async () => {
    const path = await file("My Smiles.txt", "# mine\nselfie smile: AU13, lips closed\r\n\npolite smile\n");
    expect(await loadTaxonomy(path)).toEqual({
      id: "my-smiles",
      name: "My Smiles",
      source: path,
      categories: [
        { name: "selfie smile", definition: "AU13, lips closed", contrast: null },
        { name: "polite smile", definition: null, contrast: null },
      ],
    });
  });

  it.each([
    ["does not exist", async () => "./none.json", /there is no such file/],
    ["is not JSON", () => file("a.json", "{"), /not JSON/],
    [
      "has units without evidence",
      () =>
        file(
          "a.json",
          JSON.stringify({
            ...{ id: "a", name: "A", source: "me" },
            categories: [
              {
                ...{ name: "awe", definition: null, contrast: null },
                face: { units: ["AU1"], shown: "brows", evidence: "none", sources: [] },
              },
            ],
          }),
        ),
      /units need evidence/,
    ],
    ["lists a category twice", () => file("a.txt", "awe\nAwe\n"), /"Awe" is listed twice/],
    [
      "names no category",
      () => file("a.json", '{"id":"a","name":"A","source":"me","categories":[{}]}'),
      /it has no categories.0.name/,
    ],
    [
      "has a number for a name",
      () => file("a.json", '{"id":"a","name":5,"source":"me","categories":[]}'),
      /name: .*number/,
    ],
    ["is empty", () => file("a.txt", "\n"), /categories/],
  ])("refuses a file that %s", async (_name, path, message) => {
    await expect(loadTaxonomy(await path())).rejects.toThrow(message);
  });
});
