import type { Exemplar } from "../domain/exemplar.ts";
import { writeFileAtomic } from "../platform/write-file-atomic.ts";
import { imageName } from "./image-reference.ts";
import type { PackLine } from "./read-pack.ts";

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
