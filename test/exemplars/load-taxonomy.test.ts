import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { loadTaxonomy, taxonomyIds } from "../../src/exemplars/load-taxonomy.ts";
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
