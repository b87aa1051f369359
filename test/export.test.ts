import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { exportStudy } from "../src/export.ts";
import { walkFolder } from "../src/platform/walk-folder.ts";
import { psychDsIssues } from "./support/psych-ds-rules.ts";
import { storeAnswers } from "./support/store-answers.ts";
import { tempFolder, temporaryFolder } from "./support/temp-folder.ts";

const STUDY = {
  ...{
    kuleshovVersion: "0.1.0",
    createdAt: "2026-11-29T10:00:00Z",
    updatedAt: "2026-11-29T10:00:00Z",
    state: "finished",
  },
  settings: {
    inputs: ["/lab/secret/images"],
    toolboxes: [{ id: "mesh@5", networks: [{ id: "blazeface", sha256: "ab".repeat(32) }] }],
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
    '"/lab/secret/images/talk, 1.mp4",T1,P 01,action unit,AU12,mesh@5,2.4,3,4,1.6,0.8,probability\n' +
    '"/lab/secret/images/talk, 1.mp4",T1,P 01,action unit,AU4,mesh@5,0.5,1,,,0.7,probability\n' +
    '"/lab/secret/images/talk, 1.mp4",T1,P 01,action unit,AU1,mesh@5,,0.2,1,,0.7,probability\n' +
    '"/lab/secret/images/talk, 1.mp4",T1,P 01,blink rate,,mesh@5,0,,9,9,12,per minute\n',
  "data-dictionary.csv":
    "file,column,meaning\nfaces.csv,path,The image\nfailures.csv,path,What failed\nfaces.csv,quality,0..1\n",
};

async function exported(within?: string): Promise<{ folder: string; notes: readonly string[] }> {
  const root = within ?? (await tempFolder());
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

describe("a dataset by the rules of Psych-DS's validator, schema 1.5.1", () => {
  type Files = Map<string, Uint8Array>;
  const DESCRIPTION = "dataset_description.json";
  const FACES = "data/study-Smilestalks_description-faces_data.csv";
  let files: Files;
  beforeAll(async () => {
    const texts = await filesIn((await exported(await temporaryFolder())).folder);
    files = new Map([...texts].map(([name, text]) => [name, Buffer.from(text)]));
  });

  const described = (change: (description: Record<string, unknown>) => void) => (broken: Files) => {
    const description = JSON.parse(Buffer.from(broken.get(DESCRIPTION) ?? []).toString());
    change(description);
    broken.set(DESCRIPTION, Buffer.from(JSON.stringify(description)));
  };
  const tabled = (text: string) => (broken: Files) => void broken.set(FACES, Buffer.from(text));

  const without = (names: RegExp) => (broken: Files) => {
    for (const name of broken.keys()) if (names.test(name)) broken.delete(name);
  };

  it("leaves nothing for it to say", () => {
    expect([...files.keys()]).toContain(FACES);
    expect([...files.keys()].filter((name) => name.startsWith("data/")).length).toBeGreaterThan(4);
    expect(psychDsIssues(files)).toEqual([]);
  });

  it.each<readonly [string, (broken: Files) => void]>([
    ["MISSING_DATASET_DESCRIPTION", (broken) => broken.delete(DESCRIPTION)],
    ["MISSING_DATA_DIRECTORY", without(/^data\//)],
    ["MISSING_DATAFILE", without(/_data\.csv$/)],
    ["FILENAME_KEYWORD_FORMATTING_ERROR", (broken) => void broken.set("data/faces.csv", Buffer.from("path\n"))],
    [
      "FILENAME_UNOFFICIAL_KEYWORD_WARNING",
      (broken) => void broken.set("data/part-faces_data.csv", Buffer.from("path\n")),
    ],
    ["FILE_EMPTY", tabled("")],
    ["FILE_NOT_CHECKED", (broken) => void broken.set("notes.txt", Buffer.from("left over"))],
    ["WRONG_METADATA_LOCATION", (broken) => void broken.set(`data/${DESCRIPTION}`, Buffer.from("{}"))],
    ["JSON_ENCODING_ERROR", (broken) => void broken.set(DESCRIPTION, Buffer.from([0xff, 0xfe, 0x7b]))],
    ["INVALID_JSON_FORMATTING", (broken) => void broken.set(DESCRIPTION, Buffer.from("{"))],
    ["CSV_HEADER_MISSING", tabled("")],
    ["CSV_FORMATTING_ERROR", tabled('path\n"a\n')],
    ["CSV_HEADER_REPEATED", tabled("path,path\na,b\n")],
    ["CSV_HEADER_LENGTH_MISMATCH", tabled("path,frame\na\n")],
    ["ROWID_VALUES_NOT_UNIQUE", tabled("row_id\n1\n1\n")],
    ["CSV_COLUMN_MISSING_FROM_METADATA", tabled("unheard_of\na\n")],
    ["VARIABLE_MISSING_FROM_CSV_COLUMNS", tabled("path\na\n")],
    ["JSON_KEY_REQUIRED", described((description) => delete description.name)],
    ["INVALID_JSONLD_FORMATTING", described((description) => delete description["@context"])],
    ["MISSING_DATASET_TYPE", described((description) => delete description["@type"])],
    ["INCORRECT_DATASET_TYPE", described((description) => Object.assign(description, { "@type": "Book" }))],
    ["INVALID_SCHEMAORG_PROPERTY", described((description) => Object.assign(description, { toolbox: "mesh" }))],
    [
      "INVALID_OBJECT_TYPE",
      described((description) => Object.assign(description, { creator: { "@type": "SoftwareApplication" } })),
    ],
    [
      "OBJECT_TYPE_MISSING",
      described((description) => Object.assign(description, { author: { familyName: "Ekman" } })),
    ],
  ])("would be told %s", (code, change) => {
    const broken = new Map(files);
    change(broken);
    expect(psychDsIssues(broken)).toContain(code);
  });
});

it("has a codebook that says of each table's columns what they mean", async () => {
  const files = await filesIn((await exported()).folder);
  expect(files.get("documentation/codebook.csv")).toContain("faces_data.csv,path,The image\n");
  for (const part of ["README.md", "CHANGES.md", "analysis/starter.R", "materials/many.eval.yaml"]) {
    expect([...files.keys()]).toContain(part);
  }
});

it("has the events of clips as BIDS, one file for each person and clip, and says which it has not", async () => {
  const { folder, notes } = await exported();
  const files = await filesIn(folder);
  expect(files.get("bids/sub-P01/beh/sub-P01_task-talk1_events.tsv")).toBe(
    [
      "onset\tduration\ttrial_type\tkind\tsource\tapex\tvalue\tunit",
      "0.5\tn/a\tAU4\taction unit\tmesh@5\t1\t0.7\tprobability",
      "2.4\t1.6\tAU12\taction unit\tmesh@5\t3\t0.8\tprobability",
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
  expect(methods).toContain("mesh@5 (blazeface, SHA-256 abababababab)");
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
