import { access } from "node:fs/promises";
import { basename, extname } from "node:path";
import { z } from "zod";
import { issueInWords } from "../domain/complaint.ts";
import { PackError } from "../domain/errors.ts";
import { type Exemplar, ExemplarImage, ExemplarLabel } from "../domain/exemplar.ts";
import { PixelBox } from "../domain/geometry.ts";
import { FaceMeasurement } from "../domain/measurement.ts";
import { readBytes } from "../platform/read-file.ts";
import { whyRefused } from "../platform/system-error.ts";
import { systemPath } from "../platform/system-path.ts";
import { writeFileAtomic } from "../platform/write-file-atomic.ts";
import type { CandidateList, ExemplarCandidate } from "./exemplar-candidate.ts";
import { imageName, locateImage } from "./image-reference.ts";

const { category, role, caption, definition, why, labeller, licence, source } = ExemplarLabel.shape;

/** One line of a pack. Only the image, the category and the labeller must be there. */
const PackLine = z.strictObject({
  /** Relative to the pack, absolute, or `npm:<package>/<file>`. */
  image: z.string().min(1),
  sha256: ExemplarImage.shape.sha256.nullish(),
  region: PixelBox.nullish(),
  category,
  role: role.default("instance"),
  caption: caption.nullish(),
  definition: definition.nullish(),
  why: why.nullish(),
  labeller,
  licence: licence.nullish(),
  source: source.nullish(),
  measurements: z.array(FaceMeasurement).nullish(),
});
type PackLine = z.infer<typeof PackLine>;

/**
 * Reads a pack: JSON, one exemplar per line, UTF-8. Empty lines are skipped.
 * @returns every line that can be used and, with its number, why each other line cannot.
 * @throws {PackError} if there is no such file, or it is not text.
 */
export async function readPack(path: string): Promise<CandidateList> {
  const text = await readText(path);
  const lines = text.split(/\r?\n/).map((content, index) => ({ content, line: index + 1 }));
  const pack = basename(path, extname(path));
  const read = await Promise.all(
    lines.filter(({ content }) => content.trim() !== "").map((entry) => readLine(entry, { path, pack })),
  );
  if (read.length === 0) throw new PackError(path, []);
  return {
    candidates: read.flatMap((entry) => ("candidate" in entry ? [entry.candidate] : [])),
    problems: read.flatMap((entry) => ("reason" in entry ? [entry] : [])),
  };
}

type ReadLine = { readonly candidate: ExemplarCandidate } | { readonly line: number; readonly reason: string };

async function readLine(
  { content, line }: { readonly content: string; readonly line: number },
  { path, pack }: { readonly path: string; readonly pack: string },
): Promise<ReadLine> {
  const json = parseJson(content);
  if (json === undefined) return { line, reason: "it is not JSON" };
  const parsed = PackLine.safeParse(json, { reportInput: true });
  if (!parsed.success) return { line, reason: issueInWords(parsed.error) };
  const entry = parsed.data;
  const place = locateImage(entry.image, path);
  if (place === undefined) return { line, reason: `it points into a package that is not installed (${entry.image})` };
  const reason = await missingFile(place, entry.image);
  if (reason !== undefined) return { line, reason };
  const { image, sha256, region, measurements, ...label } = entry;
  return {
    candidate: {
      label: {
        ...label,
        caption: label.caption ?? null,
        definition: label.definition ?? null,
        why: label.why ?? null,
        licence: label.licence ?? null,
        source: label.source ?? null,
      },
      path: place,
      name: image.startsWith("npm:") ? image : place,
      sha256: sha256 ?? null,
      region: region ?? null,
      pack,
      line,
      measurements: measurements ?? null,
    },
  };
}

/** Why an image file cannot be opened, `undefined` when it can. */
export async function missingFile(path: string, name: string): Promise<string | undefined> {
  return await access(systemPath(path)).then(
    () => undefined,
    () => `its image is gone (${name})`,
  );
}

/** @throws {PackError} */
async function readText(path: string): Promise<string> {
  const bytes = await readBytes(path).catch((error: unknown) => {
    throw new PackError(path, [{ line: null, reason: whyRefused(error) }], { cause: error });
  });
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    throw new PackError(path, [{ line: null, reason: "it is not UTF-8 text" }], { cause: error });
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Writes exemplars as a pack that {@link readPack} reads back, measurements included. Replaces the file at once. */
export async function writePack(path: string, exemplars: readonly Exemplar[]): Promise<void> {
  const text = exemplars.map((exemplar) => `${JSON.stringify(packLine(exemplar, path))}\n`).join("");
  await writeFileAtomic(path, text);
}

function packLine(exemplar: Exemplar, packPath: string): PackLine {
  const { category, role, caption, definition, why, labeller, licence, source, region, measurements } = exemplar;
  return {
    image: imageName(exemplar.image.path, packPath),
    sha256: exemplar.image.sha256,
    region,
    category,
    role,
    caption,
    definition,
    why,
    labeller,
    licence,
    source,
    measurements,
  };
}
