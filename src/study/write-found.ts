import { basename, join } from "node:path";
import { cutPortraits } from "../measuring/cut-portraits.ts";
import { dataAddress } from "../measuring/render-view.ts";
import type { FoundView } from "../pages/found-view.tsx";
import { foundPage } from "../pages/result-pages.tsx";
import { readText } from "../platform/read-file.ts";
import { csvLines } from "../platform/tables/write-table.ts";
import { renderContactSheet, TILE_PX, TILES_PER_SHEET } from "../render/contact-sheet.ts";
import type { RunFolder } from "../runs/run-folder.ts";
import { type FoundFace, type FoundFaces, readFound } from "./found-faces.ts";
import { FoundVerdict } from "./judge-found.ts";

const VERDICTS_FILE = "verdicts.jsonl";
/** What a search ends with. */
export const FOUND_FILES = ["ranking.csv", VERDICTS_FILE, "contact-sheet.jpg", "found.html"] as const;

const COLUMNS = [
  "rank",
  "path",
  "face",
  "left_px",
  "top_px",
  "width_px",
  "height_px",
  "score",
  "similarity",
  "contrast",
  "nearest_exemplar",
  "why",
  "copy_of_exemplar",
  "expression",
  "verdict",
  "probability",
  "model",
  "cues",
] as const;

/** Writes the ranking as CSV, the verdicts with their evidence as JSONL, and the best faces as a contact sheet. */
export async function writeFound(
  run: RunFolder,
  found: FoundFaces,
  best: {
    readonly category: string;
    readonly verdicts: readonly FoundVerdict[];
    readonly candidates: readonly FoundFace[];
  },
  signal?: AbortSignal,
): Promise<void> {
  const said = new Map(best.verdicts.map((verdict) => [keyOf(verdict), verdict]));
  await run.write(VERDICTS_FILE, best.verdicts.map((verdict) => `${JSON.stringify(verdict)}\n`).join(""));
  const shown = best.candidates.slice(0, TILES_PER_SHEET);
  const requests = shown.map((face) => ({ id: keyOf(face), path: face.path, box: face.box }));
  const portraits = await cutPortraits(requests, { sidePx: TILE_PX, square: true }, signal);
  await writeSheet(run, shown, portraits);
  const portraitOf = (face: FoundFace) => {
    const data = portraits.get(keyOf(face));
    return data === undefined ? null : dataAddress({ mimeType: "image/jpeg", data });
  };
  await run.write("found.html", foundPage(foundView(found, { shown, said: best.verdicts, portraitOf }), best.category));
  await run.write("ranking.csv", [...ranking(found.faces, said)]);
}

/** Rows of one piece of text: that of more than a million would be longer than a string can be. */
const ROWS_AT_ONCE = 4096;

function* ranking(faces: readonly FoundFace[], said: ReadonlyMap<string, FoundVerdict>): Generator<string> {
  yield csvLines([COLUMNS]);
  for (let from = 0; from < faces.length; from += ROWS_AT_ONCE) {
    const some = faces.slice(from, from + ROWS_AT_ONCE);
    yield csvLines(some.map((face, index) => rankingRow(face, from + index + 1, said.get(keyOf(face)))));
  }
}

function keyOf({ path, faceId }: { readonly path: string; readonly faceId: string }): string {
  return `${path}#${faceId}`;
}

function rankingRow(face: FoundFace, rank: number, verdict: FoundVerdict | undefined): (string | number | null)[] {
  const { leftPx, topPx, widthPx, heightPx } = face.box;
  return [
    rank,
    face.path,
    face.faceId,
    ...[leftPx, topPx, widthPx, heightPx].map((value) => Math.round(value)),
    ...[face.score, face.similarity].map((value) => value.toFixed(4)),
    face.contrast === null ? null : face.contrast.toFixed(4),
    face.nearest,
    face.why.join("; "),
    face.copyOf,
    face.expression,
    verdict === undefined
      ? null
      : verdict.same === null
        ? `none: ${verdict.reason ?? "abstained"}`
        : verdict.same
          ? "same"
          : "other",
    verdict?.probability?.toFixed(4) ?? null,
    verdict?.model ?? null,
    verdict?.cues
      .map(({ statement, evidence }) => `${statement} [${evidence.map((text) => text.split(" ")[0]).join(", ")}]`)
      .join("; ") ?? null,
  ];
}

type Portraits = ReadonlyMap<string, Uint8Array>;

/** What a search found, as a page shows it. */
function foundView(
  { faces, failures }: FoundFaces,
  {
    shown,
    said,
    portraitOf,
  }: {
    readonly shown: readonly FoundFace[];
    readonly said: readonly FoundVerdict[];
    /** Its address. */
    readonly portraitOf: (face: FoundFace) => string | null;
  },
): FoundView {
  const verdicts = new Map(said.map((verdict) => [keyOf(verdict), verdict]));
  const best = shown.map((face) => {
    const verdict = verdicts.get(keyOf(face));
    const { score, expression, why } = face;
    return {
      ...{ title: `${basename(face.path)} ${face.faceId}`, portrait: portraitOf(face), score, expression, why },
      verdict:
        verdict === undefined
          ? null
          : { words: verdictInWords(verdict), cues: verdict.cues.map(({ statement }) => statement) },
    };
  });
  return { faces: faces.length, failures, best };
}

/** What the folder of a finished search says, its faces from `portraitOf`. */
export async function readFoundView(
  folder: string,
  portraitOf: (face: FoundFace) => string | null,
): Promise<FoundView> {
  const found = await readFound(folder);
  const lines = (await readText(join(folder, VERDICTS_FILE))).split("\n").filter((line) => line !== "");
  const said = lines.map((line) => FoundVerdict.parse(JSON.parse(line)));
  const shown = found.faces.filter(({ copyOf }) => copyOf === null).slice(0, TILES_PER_SHEET);
  return foundView(found, { shown, said, portraitOf });
}

function verdictInWords({ same, probability, model, reason }: FoundVerdict): string {
  if (same === null) return `${model} has no verdict: ${reason ?? "it abstained"}`;
  const share = probability === null ? "" : ` (${Math.round(100 * probability)} %)`;
  return `${model}: ${same ? "the same expression" : "another expression"}${share}`;
}

async function writeSheet(run: RunFolder, shown: readonly FoundFace[], portraits: Portraits): Promise<void> {
  const tiles = shown.flatMap((face, index) => {
    const portrait = portraits.get(keyOf(face));
    if (portrait === undefined) return [];
    const name = face.path.split(/[\\/]/).at(-1) ?? face.path;
    return [
      {
        portrait,
        title: `${name} ${face.faceId}`,
        heading: { label: `Similarity, rank ${index + 1}`, value: face.score.toFixed(2), share: face.score },
        lines: face.expression === null ? [] : [face.expression],
        warning: null,
      },
    ];
  });
  if (tiles.length > 0)
    await run.write(
      "contact-sheet.jpg",
      await renderContactSheet(tiles, { title: "Most similar", range: `the best ${tiles.length}` }),
    );
}
