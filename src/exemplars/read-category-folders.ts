import { basename, join } from "node:path";
import { glob } from "tinyglobby";
import { CategoryName } from "../domain/category.ts";
import { PackError } from "../domain/errors.ts";
import { IMAGE_ENDINGS } from "../measuring/image-format.ts";
import type { CandidateList } from "./exemplar-candidate.ts";

/**
 * Reads a tree with one folder per category: `awe/1.jpg`, `awe/more/2.jpg`, `triumph/3.jpg`. The first folder's name is
 * the category.
 * @throws {PackError} if there is no image in any folder of it.
 */
export async function readCategoryFolders(
  root: string,
  options: { readonly labeller: string },
): Promise<CandidateList> {
  const found = await glob([`*/**/*.{${IMAGE_ENDINGS.join(",")}}`], {
    cwd: root,
    caseSensitiveMatch: false,
    followSymbolicLinks: false,
  });
  if (found.length === 0) {
    throw new PackError(root, [{ line: null, reason: "it has no folder per category with images in it" }]);
  }
  const problems: { line: null; reason: string }[] = [];
  const candidates = found.sort().flatMap((file) => {
    const name = CategoryName.safeParse(file.split("/")[0]);
    if (!name.success) {
      problems.push({ line: null, reason: `${file}: ${name.error.issues[0]?.message}` });
      return [];
    }
    const label = { category: name.data, role: "instance", labeller: options.labeller } as const;
    const path = join(root, file);
    return [
      {
        label: { ...label, caption: null, definition: null, why: null, licence: null, source: null },
        path,
        name: path,
        sha256: null,
        region: null,
        pack: basename(root),
        line: null,
        measurements: null,
      },
    ];
  });
  return { candidates, problems };
}
