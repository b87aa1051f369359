import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import { openEvidenceFile } from "../../src/compose/evidence.ts";
import { importEvidence } from "../../src/pipeline/import-evidence.ts";
import { describeFerToolbox } from "../contract/fer-toolbox.ts";
import { plainImage } from "../support/fake-toolboxes.ts";
import { goldenFile } from "../support/toolbox-files.ts";

const folder = await mkdtemp(join(tmpdir(), "kuleshov-imported-"));
afterAll(() => rm(folder, { recursive: true, force: true }));

const sized = (path: string) => ({ ...plainImage(0, path), widthPx: 800, heightPx: 600 });
const pictures = { faces: [sized("party.jpg"), sized("street.jpg")] as const, noFace: sized("empty.jpg") };
const paths = ["party.jpg", "street.jpg", "empty.jpg"];

/** A golden file made to be about our three pictures. */
async function opened(golden: string, edit: (text: string) => string) {
  const path = join(folder, golden);
  await writeFile(path, edit(await readFile(goldenFile(golden), "utf8")));
  return { toolbox: await importEvidence(await openEvidenceFile(path), paths), ...pictures };
}

describeFerToolbox("an imported Py-Feat file", () =>
  // The second of two faces in party.jpg is moved to a picture of its own.
  opened("pyfeat1.csv", (text) => {
    const lines = text.split("\n");
    lines[2] = lines[2]?.replace("photos/party.jpg", "photos/street.jpg") ?? "";
    return lines.join("\n");
  }),
);

describeFerToolbox("an imported OpenFace file", () =>
  opened("openface-image.csv", (text) => {
    const [header = "", first = "", second = ""] = text.split("\n");
    const empty = header.split(",").map(() => "nan");
    return [`input,${header}`, `party.jpg,${first}`, `street.jpg,${second}`, `empty.jpg,${empty.join(",")}`].join("\n");
  }),
);

describeFerToolbox("imported blendshapes", () =>
  opened("blendshapes-javascript.json", (text) => {
    const results = JSON.parse(text);
    const street = structuredClone(results["party.jpg"]);
    street.faceBlendshapes[0].categories[44].score = 0.2;
    return JSON.stringify({ ...results, "street.jpg": street });
  }),
);
