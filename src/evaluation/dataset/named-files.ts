import { join } from "node:path";
import { glob } from "tinyglobby";
import { ConfigurationError } from "../../domain/errors.ts";
import { IMAGE_ENDINGS } from "../../measuring/image-format.ts";
import type { DatasetSource } from "../file/dataset-source.ts";
import { mappedLabel, type ReadRow, sampleOf } from "./dataset.ts";
import { compiledPattern } from "./table-files.ts";

type FilesSource = Extract<DatasetSource, { format: "files" }>;

/**
 * Images whose path says what they show. Files that are no images, or that the pattern does not fit, are left out.
 * @throws {ConfigurationError} if the pattern is none, or fits no image.
 */
export async function readNamedFiles(source: FilesSource, path: string): Promise<ReadRow[]> {
  const pattern = compiled(source.pattern);
  const isImage = new RegExp(`\\.(?:${IMAGE_ENDINGS.join("|")})$`, "i");
  const files = (await glob([source.files], { cwd: path })).filter((file) => isImage.test(file)).sort();
  const rows = files.flatMap((file) => {
    const groups = pattern.exec(file)?.groups;
    return groups === undefined ? [] : rowOf(file, { ...groups }, source, path);
  });
  if (rows.length > 0) return rows;
  throw new ConfigurationError(
    `Cannot use dataset as the pattern ${source.pattern} fits none of its ${files.length} images (${source.files}): \`${path}\``,
  );
}

function compiled(pattern: string): RegExp {
  const expression = compiledPattern(pattern);
  if (/\(\?<label>/.test(pattern)) return expression;
  throw new ConfigurationError(`Cannot use dataset as its pattern has no group (?<label>...): ${pattern}`);
}

function rowOf(
  file: string,
  { label = "", id, subject, ...columns }: Record<string, string | undefined>,
  { labelMap }: FilesSource,
  folder: string,
): ReadRow[] {
  const mapped = mappedLabel(label, labelMap);
  if ("reason" in mapped) return [{ where: file, reason: mapped.reason }];
  if (mapped.label === null) return [];
  const known = Object.fromEntries(Object.entries(columns).flatMap(([name, text]) => (text ? [[name, text]] : [])));
  const sample = sampleOf({
    id: id ?? file,
    image: join(folder, file),
    subject: subject ?? null,
    truth: { label: mapped.label },
    columns: known,
  });
  return [{ where: file, sample }];
}
