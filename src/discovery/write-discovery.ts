import { join } from "node:path";
import { z } from "zod";
import { Discovery } from "../domain/discovery.ts";
import { ConfigurationError } from "../domain/errors.ts";
import { cutPortraits } from "../measuring/cut-portraits.ts";
import { type Portraits, portraitsNeeded, renderDiscoveryPage } from "../pages/discovery-page.tsx";
import { readText } from "../platform/read-file.ts";
import { whyRefused } from "../platform/system-error.ts";
import { csvLines } from "../platform/tables/write-table.ts";
import { CheckKey, drawCheck } from "./rating-sheet.ts";
import { checkId, SHEET_COLUMNS } from "./score-sheet.ts";

const DISCOVERY_FILE = "discovery.json";
const PAGE_FILE = "discovery.html";
export const CHECK_FOLDER = "check";
/** In it: what raters fill in. */
export const SHEET_FILE = "sheet.csv";
/** Beside the folder that raters are given, not in it. */
const KEY_FILE = "check-key.json";

/** What a discovery ends with, portraits for raters aside. */
export const DISCOVERY_FILES = [DISCOVERY_FILE, PAGE_FILE, KEY_FILE, `${CHECK_FOLDER}/${SHEET_FILE}`] as const;

/** Cuts portraits of faces; a face whose image is gone is left out. */
export type CutPortraits = (faceIds: readonly string[]) => Promise<Portraits>;

/** Writes a file into the folder of a discovery whole or not at all. */
export type WriteFile = (name: string, content: string | Uint8Array) => Promise<void>;

/** Cuts portraits out of the images that a discovery was made of. */
export function portraitsOf({ faces }: Pick<Discovery, "faces">, signal?: AbortSignal): CutPortraits {
  const byId = new Map(faces.map((face) => [face.id, face]));
  return (ids) =>
    cutPortraits(
      ids.flatMap((id) => {
        const face = byId.get(id);
        return face === undefined || face.box === null || face.sha256 === null
          ? []
          : [{ id, path: face.path, box: face.box }];
      }),
      { sidePx: 200 },
      signal,
    );
}

/** Writes the discovery as JSON and as a page. Every file appears whole or not at all. */
export async function writeDiscovery(write: WriteFile, discovery: Discovery, cut: CutPortraits): Promise<void> {
  const page = renderDiscoveryPage(discovery, await cut(portraitsNeeded(discovery)));
  await write(DISCOVERY_FILE, discoveryText(discovery));
  await write(PAGE_FILE, page);
}

/** A face a line, as bytes: indented and in one piece, 50 000 faces are more than a string can hold. */
function discoveryText({ faces, ...rest }: Discovery): Uint8Array {
  const lines = faces.map((face, at) => Buffer.from(`${at === 0 ? "" : ","}\n${JSON.stringify(face)}`));
  return Buffer.concat([
    Buffer.from('{\n "faces": ['),
    ...lines,
    Buffer.from(`\n ],${JSON.stringify(rest, null, 1).slice(1)}\n`),
  ]);
}

/**
 * Writes the blind check: `check/sheet.csv`, an image for each of its lines and for each reference, instructions; and,
 * beside that folder, the key. The sheet goes first: one that a rater has filled in is refused before anything is changed.
 * @returns how many items there are, 0 when no proposal survived.
 */
export async function writeCheck(write: WriteFile, discovery: Discovery, cut: CutPortraits): Promise<number> {
  const key = drawCheck(discovery, discovery.provenance.seed);
  return key === null ? 0 : await writeDrawnCheck(write, key, cut);
}

/** The same for a check that may be there already: where no proposal is left to be rated, it is emptied. */
export async function rewriteCheck(write: WriteFile, discovery: Discovery, cut: CutPortraits): Promise<void> {
  const { seed } = discovery.provenance;
  await writeDrawnCheck(write, drawCheck(discovery, seed) ?? { seed, groups: [], items: [] }, cut);
}

async function writeDrawnCheck(write: WriteFile, key: CheckKey, cut: CutPortraits): Promise<number> {
  const references = key.groups.flatMap(({ group, references: faces }) =>
    faces.map((face, index) => ({ face, file: `reference-${group}${index + 1}.jpg` })),
  );
  const images = [...references, ...key.items.map(({ item, face }) => ({ face, file: `item-${item}.jpg` }))];
  const portraits = await cut(images.map(({ face }) => face));
  const rows = key.items
    .filter(({ face }) => portraits.has(face))
    .map(({ item, group }) => [item, `item-${item}.jpg`, `reference-${group}*.jpg`, "", "", checkId(key)]);
  await write(`${CHECK_FOLDER}/${SHEET_FILE}`, csvLines([SHEET_COLUMNS, ...rows]));
  await write(KEY_FILE, `${JSON.stringify(key, null, 1)}\n`);
  for (const { face, file } of images) {
    const bytes = portraits.get(face);
    if (bytes !== undefined) await write(`${CHECK_FOLDER}/${file}`, bytes);
  }
  await write(`${CHECK_FOLDER}/INSTRUCTIONS.txt`, INSTRUCTIONS);
  return rows.length;
}

const INSTRUCTIONS = `For each line of sheet.csv, look at the image and at the reference images named in compare_with.
Does the face show the same expression as the reference faces do? Write a number into the column rating:

  1  no, clearly another expression
  2  rather not
  3  cannot tell
  4  rather yes
  5  yes, the same expression

Judge the expression only: not the person, the pose of the head, the light or the scene. There is no right answer to be
guessed; the images are in random order. Leave the rating empty if you cannot see the face. Write your initials into the
column rater, or save the sheet under your name. Do not rate together with somebody else.
`;

/** @throws {ConfigurationError} if the folder holds no discovery. */
export async function readDiscovery(folder: string): Promise<Discovery> {
  return await readJson(join(folder, DISCOVERY_FILE), Discovery, "a discovery");
}

/** @throws {ConfigurationError} if no check was written there. */
export async function readCheckKey(folder: string): Promise<CheckKey> {
  return await readJson(join(folder, KEY_FILE), CheckKey, "the key of a check");
}

async function readJson<T>(path: string, schema: z.ZodType<T>, what: string): Promise<T> {
  const text = await readText(path).catch((error: unknown) => {
    throw new ConfigurationError(`Cannot read ${what} as ${whyRefused(error)}: \`${path}\``, { cause: error });
  });
  try {
    return schema.parse(JSON.parse(text));
  } catch (error) {
    const detail =
      error instanceof z.ZodError ? `${error.issues[0]?.path.join(".")}: ${error.issues[0]?.message}` : "not JSON";
    throw new ConfigurationError(
      `Cannot read ${what} as it is damaged or of another version (${detail}): \`${path}\``,
      {
        cause: error,
      },
    );
  }
}
