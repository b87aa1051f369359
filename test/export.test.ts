import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { expect, it } from "vitest";
import { parse } from "yaml";
import { exportStudy } from "../src/export.ts";
import { readTable } from "../src/platform/tables/table-rows.ts";
import { walkFolder } from "../src/platform/walk-folder.ts";
import { storeAnswers } from "./support/store-answers.ts";
import { tempFolder } from "./support/temp-folder.ts";

const STUDY = {
  ...{
    kuleshovVersion: "0.1.0",
    createdAt: "2026-11-29T10:00:00Z",
    updatedAt: "2026-11-29T10:00:00Z",
    state: "finished",
  },
  settings: {
    inputs: ["/lab/secret/images"],
    toolboxes: [{ id: "mesh@4", networks: [{ id: "blazeface", sha256: "ab".repeat(32) }] }],
    ...{
      neutral: null,
      identity: { id: "i", sha256: "c" },
      fps: 5,
      columns: "kuleshov",
      landmarks: false,
      contactSheet: false,
    },
  },
  ...{ counts: { images: 3, faces: 2, failures: 0 }, files: {}, warnings: [] },
};
const TABLES = {
  "faces.csv":
    "path,frame,track_id,face_id,quality,mesh_AU12_both,net_neutral,net_happiness\n" +
    '/lab/secret/images/a.jpg,,,F1,0.9,0.8,0.1,0.9\n/lab/secret/images/"talk, 1".mp4,3,T1,T1,0.9,,,\n'.replace(
      '/lab/secret/images/"talk, 1".mp4',
      '"/lab/secret/images/talk, 1.mp4"',
    ),
  "images.csv":
    'path,frame,faces\n/lab/secret/images/a.jpg,,1\n/lab/secret/images/b.jpg,,0\n"/lab/secret/images/talk, 1.mp4",3,1\n',
  "failures.csv": "path,reason\n",
  "exclusions.csv": "path,frame,face_id,reason\n/lab/secret/images/a.jpg,,F1,hand before the mouth\n",
  "episodes.csv":
    "path,track_id,person,kind,name,source,onset_s,apex_s,offset_s,duration_s,value,unit\n" +
    '"/lab/secret/images/talk, 1.mp4",T1,P 01,action unit,AU12,mesh@4,2.4,3,4,1.6,0.8,probability\n' +
    '"/lab/secret/images/talk, 1.mp4",T1,P 01,action unit,AU4,mesh@4,0.5,1,,,0.7,probability\n' +
    '"/lab/secret/images/talk, 1.mp4",T1,P 01,action unit,AU1,mesh@4,,0.2,1,,0.7,probability\n' +
    '"/lab/secret/images/talk, 1.mp4",T1,P 01,blink rate,,mesh@4,0,,9,9,12,per minute\n',
  "data-dictionary.csv":
    "file,column,meaning\nfaces.csv,path,The image\nfailures.csv,path,What failed\nfaces.csv,quality,0..1\n",
};

async function exported(): Promise<{ folder: string; notes: readonly string[] }> {
  const root = await tempFolder();
  const study = join(root, "study");
  await mkdir(study);
  await writeFile(join(study, "study.json"), JSON.stringify(STUDY));
  for (const [name, text] of Object.entries(TABLES)) await writeFile(join(study, name), text);
  await writeFile(join(study, "purpose.txt"), "To learn how jurors are seen.\n");
  await storeAnswers(join(root, "run"), 8);
  const folder = join(root, "dataset");
  const { notes } = await exportStudy({
    ...{
      study,
      runs: [join(root, "run")],
      folder,
      title: "Smiles & talks",
      authors: ["Kuleshov, Lev", "Lab"],
      licence: "CC-BY-4.0",
    },
  });
  return { folder, notes };
}

async function filesIn(folder: string): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  for await (const path of walkFolder(folder)) files.set(relative(folder, path), await readFile(path, "utf8"));
  return files;
}

it("is a dataset by the rules of the Psych-DS validator", async () => {
  const { folder } = await exported();
  const files = await filesIn(folder);
  const description = JSON.parse(files.get("dataset_description.json") ?? "");
  // psychds-validator, defaultSchema.json: rules.files.common.core, rules.compiled_metadata, rules.csv_data.
  expect(description).toMatchObject({ "@context": "http://schema.org/", "@type": "Dataset", name: "Smiles & talks" });
  for (const key of ["name", "description", "variableMeasured", "author", "license", "citation", "keywords"]) {
    expect(description[key], key).toBeTruthy();
  }
  for (const part of ["README.md", "CHANGES.md", ".psychdsignore", "analysis/starter.R", "materials/many.eval.yaml"]) {
    expect([...files.keys()]).toContain(part);
  }
  const named = new Set(description.variableMeasured.map(({ name }: { name: string }) => name));
  const data = [...files.keys()].filter((name) => name.startsWith("data/"));
  expect(data.length).toBeGreaterThan(4);
  for (const name of data) {
    expect(name).toMatch(/^data\/([a-z]+-[a-zA-Z0-9]+)(_[a-z]+-[a-zA-Z0-9]+)*_data\.csv$/);
    // The reader refuses a row that has more or fewer cells than the header.
    const rows = await readTable(join(folder, name), { refuse: (reason) => new Error(`${name}: ${reason}`) });
    expect(rows.length, name).toBeGreaterThan(0);
    const header = (files.get(name) ?? "").split("\n")[0]?.split(",") ?? [];
    expect(new Set(header).size).toBe(header.length);
    expect(header.filter((column) => !named.has(column))).toEqual([]);
  }
  expect(files.get("documentation/codebook.csv")).toContain("faces_data.csv,path,The image\n");
});

it("has the events of clips as BIDS, one file for each person and clip, and says which it has not", async () => {
  const { folder, notes } = await exported();
  const files = await filesIn(folder);
  expect(files.get("bids/sub-P01/beh/sub-P01_task-talk1_events.tsv")).toBe(
    [
      "onset\tduration\ttrial_type\tkind\tsource\tapex\tvalue\tunit",
      "0.5\tn/a\tAU4\taction unit\tmesh@4\t1\t0.7\tprobability",
      "2.4\t1.6\tAU12\taction unit\tmesh@4\t3\t0.8\tprobability",
      "",
    ].join("\n"),
  );
  expect(JSON.parse(files.get("bids/dataset_description.json") ?? "")).toMatchObject({
    ...{ Name: "Smiles & talks", BIDSVersion: "1.10.0", Authors: ["Kuleshov, Lev", "Lab"], License: "CC-BY-4.0" },
  });
  expect(files.get("bids/participants.tsv")).toBe("participant_id\nsub-P01\n");
  expect(notes).toEqual([expect.stringMatching(/^1 episodes? whose onset was not seen/)]);
});

it("tells nobody where the images lay, and has no image", async () => {
  const { folder } = await exported();
  for (const [name, text] of await filesIn(folder)) {
    expect(text, name).not.toMatch(/secret|kuleshov-test-/);
    expect(name).not.toMatch(/\.(?:jpe?g|png|webp)$/);
  }
});

it("fills methods, checklist, preregistration and citation from the study and the run", async () => {
  const files = await filesIn((await exported()).folder);
  const methods = files.get("documentation/methods.md") ?? "";
  expect(methods).toContain("mesh@4 (blazeface, SHA-256 abababababab)");
  expect(methods).toContain("Of 3 images and frames, 1 showed no face");
  expect(methods).toContain("1 face or image was excluded (hand before the mouth: 1)");
  expect(methods).toContain("Models judged which emotions");
  expect(files.get("documentation/many-checklist.md")).toContain("| Calls; failed or refused; abstained | 8; 0; 0 |");
  expect(files.get("documentation/many-preregistration.md")).toContain("Models: rules. Prompts: judge.");
  expect(files.get("documentation/participant-notice.md")).toContain("**What for.** To learn how jurors are seen.");
  expect(parse(files.get("CITATION.cff") ?? "")).toMatchObject({
    ...{ "cff-version": "1.2.0", type: "dataset", title: "Smiles & talks", license: "CC-BY-4.0" },
    authors: [{ "family-names": "Kuleshov", "given-names": "Lev" }, { "family-names": "Lab" }],
  });
});

it("refuses a folder that holds something, and one that is no study", async () => {
  const { folder } = await exported();
  const query = { runs: [], title: "t", authors: ["a"], licence: undefined };
  await expect(exportStudy({ ...query, study: join(folder, "..", "study"), folder })).rejects.toThrow(
    /holds something/,
  );
  await expect(exportStudy({ ...query, study: folder, folder: `${folder}2` })).rejects.toThrow(/holds no study/);
});
