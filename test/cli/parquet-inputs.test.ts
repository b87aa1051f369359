import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { writeParquet } from "../../src/platform/tables/write-parquet.ts";
import { samplePhoto } from "../support/photos.ts";
import { runCli } from "../support/run-cli.ts";
import { tempFolder } from "../support/temp-folder.ts";

const refuse = (reason: string) => new Error(reason);

/** A CSV table of these lines and the same as Parquet, in a folder of their own. */
async function written(folder: string, name: string, text: string): Promise<void> {
  await writeFile(join(folder, `${name}.csv`), text);
  await writeParquet(join(folder, `${name}.csv`), join(folder, `${name}.parquet`), { meanings: new Map(), refuse });
}

const PHOTOS = ([1, 3, 4] as const).map((number) => samplePhoto(number));

it("lists and data sets as Parquet are inputs of discover, find and eval", async () => {
  const place = await tempFolder();
  await written(place, "list", `path\n${PHOTOS.join("\n")}\n`);
  await written(place, "data", `image,label\n${PHOTOS.map((path) => `${path},happiness`).join("\n")}\n`);
  const run = async (...words: string[]) => {
    const { code, stderr } = await runCli(words, { cwd: place });
    expect({ code, said: code === 0 ? "" : stderr }).toEqual({ code: 0, said: "" });
  };
  await run("exemplars", "add", samplePhoto(1), "--category", "smile", "--face", "F1");
  await run("find", "smile", "list.parquet", "--model", "none", "--out", "found");
  await run("discover", "list.parquet", "--out", "discovered");
  const file = `
name: parquet
dataset: { format: csv, path: data.parquet, columns: { image: image, label: label }, taxonomy: [happiness, neutral] }
matrix: { models: [rules], arms: [full] }
scorers: [accuracy]
`;
  await writeFile(join(place, "parquet.eval.yaml"), file);
  await run("eval", "run", "parquet.eval.yaml", "--out", "evaluated");
  const read = (name: string) => readFile(join(place, name), "utf8");
  const [ranking, discovery, results] = await Promise.all(
    ["found/ranking.csv", "discovered/discovery.json", "evaluated/results.jsonl"].map(read),
  );
  expect(PHOTOS.filter((path) => !ranking?.includes(path))).toEqual([]);
  const faces: readonly { readonly path: string }[] = JSON.parse(discovery ?? "").faces;
  expect([...new Set(faces.map(({ path }) => path))].sort()).toEqual([...PHOTOS].sort());
  expect(results?.trim().split("\n")).toHaveLength(3);
});

it("a toolbox's table as Parquet is imported, and agreement reads the same of it, as CSV", async () => {
  const place = await tempFolder();
  const tables = { openface: "openface-video.csv", pyfeat: "pyfeat2.csv" };
  for (const [name, file] of Object.entries(tables)) {
    await written(place, name, await readFile(join("test/fixtures/toolboxes", file), "utf8"));
  }
  for (const kind of ["csv", "parquet"]) {
    const words = ["import", ...Object.keys(tables).map((name) => `${name}.${kind}`), "--out", kind];
    expect(await runCli(words, { cwd: place })).toMatchObject({ code: 0 });
    expect(await runCli(["agreement", kind, "--out", `agreed-${kind}`], { cwd: place })).toMatchObject({ code: 0 });
  }
  for (const name of ["faces.csv", "agreement.csv"]) {
    const [csv, parquet] = await Promise.all(
      ["csv", "parquet"].map((kind) =>
        readFile(join(place, name === "faces.csv" ? kind : `agreed-${kind}`, name), "utf8"),
      ),
    );
    expect(parquet?.replaceAll("openface.parquet", "openface.csv")).toBe(csv); // a clip is named after its table
    expect(csv?.split("\n").length).toBeGreaterThan(3);
  }
});
