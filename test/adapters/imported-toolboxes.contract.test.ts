import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { stringify } from "csv-stringify/sync";
import { afterAll } from "vitest";
import { openEvidenceFile } from "../../src/compose/evidence.ts";
import { importEvidence } from "../../src/evidence/import-evidence.ts";
import { describeFerToolbox } from "../contract/fer-toolbox.ts";
import { plainImage } from "../support/fake-toolboxes.ts";
import { goldenFile } from "../support/toolbox-files.ts";

const folder = await mkdtemp(join(tmpdir(), "kuleshov-imported-"));
afterAll(() => rm(folder, { recursive: true, force: true }));

const sized = (path: string) => ({ ...plainImage(0, path), widthPx: 800, heightPx: 600 });
const images = { faces: [sized("party.jpg"), sized("street.jpg")] as const, noFace: sized("empty.jpg") };
const paths = ["party.jpg", "street.jpg", "empty.jpg"];

/** A golden file made to be about our three images. */
async function opened(golden: string, edit: (text: string) => string) {
  const path = join(folder, golden);
  await writeFile(path, edit(await readFile(goldenFile(golden), "utf8")));
  return { toolbox: await importEvidence(await openEvidenceFile(path), paths), ...images };
}

describeFerToolbox("an imported Py-Feat file", () =>
  // The second of two faces in party.jpg is moved to an image of its own.
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

describeFerToolbox("an imported OpenFace 3 file", () =>
  opened("openface3.csv", (text) => {
    const [header, first, second = "", ...rest] = text.split("\n");
    return [header, first, second.replace("photos/party.jpg", "photos/street.jpg"), ...rest].join("\n");
  }),
);

interface OneFace {
  /** Index of the lines with the header and with a face. */
  readonly header: number;
  readonly face: number;
  /** What is another number in the second image. */
  readonly change: readonly [column: string, value: string];
  readonly delimiter?: string;
  /** Exports of whole recordings have no row where there is no face. */
  readonly noFaceRow?: false;
}

/** A table with one face made to be about two images with it, and one without, in a column for the image. */
function asThreeImages(text: string, { header, face, change, delimiter = ",", noFaceRow }: OneFace): string {
  const options = { delimiter, bom: true, relax_column_count: true, relax_quotes: true };
  const table: string[][] = parse(text, options);
  const names = table[header] ?? [];
  const cells = table[face] ?? [];
  const [column, value] = change;
  const changed = cells.map((cell, i) => (names[i] === column ? value : cell));
  const rows = [
    ["image_name", ...names],
    ["party.jpg", ...cells],
    ["street.jpg", ...changed],
    ...(noFaceRow === false ? [] : [["empty.jpg", ...cells.map(() => "")]]),
  ];
  return stringify([...table.slice(0, header), ...rows], { delimiter });
}

describeFerToolbox("an imported LibreFace file", () =>
  opened("libreface-image.csv", (text) =>
    asThreeImages(text, { header: 0, face: 1, change: ["au_12_intensity", "0.4"] }),
  ),
);

describeFerToolbox("an imported PyAFAR file", () =>
  opened("pyafar-adult.csv", (text) => asThreeImages(text, { header: 0, face: 1, change: ["Occ_au_12", "0.2"] })),
);

describeFerToolbox("an imported AFFDEX file", () =>
  opened("affdex-sdk.csv", (text) =>
    asThreeImages(text, { header: 0, face: 1, change: ["smile", "3"], noFaceRow: false }),
  ),
);

describeFerToolbox("an imported iMotions file", () =>
  opened("imotions.csv", (text) =>
    asThreeImages(text, { header: 5, face: 7, change: ["Smile", "3"], noFaceRow: false }),
  ),
);

describeFerToolbox("an imported FACET file", () =>
  opened("facet.txt", (text) =>
    asThreeImages(text, {
      header: 5,
      face: 6,
      change: ["AU12 Evidence", "-2"],
      delimiter: "\t",
      noFaceRow: false,
    }),
  ),
);
