import { join } from "node:path";
import { ConfigurationError } from "../../domain/errors.ts";
import { endingOf } from "../../measuring/folder-files.ts";
import { IMAGE_ENDINGS } from "../../measuring/image-format.ts";
import { globFiles } from "../../platform/glob-files.ts";
import type { DatasetSource } from "../file/dataset-source.ts";
import { type FolderRows, mappedLabel, type ReadRow, sampleOf } from "./dataset.ts";
import { compiledPattern } from "./table-files.ts";

type FilesSource = Extract<DatasetSource, { format: "files" }>;

/**
 * Images whose path says what they show. Files that are no images, or that the pattern does not fit, are left out and
 * counted.
 * @throws {ConfigurationError} if the pattern is none, or fits no image.
 */
export async function readNamedFiles(source: FilesSource, path: string): Promise<FolderRows> {
  const pattern = compiled(source.pattern);
  const found = await globFiles(source.files, { cwd: path, caseSensitiveMatch: false });
  const files = found.filter((file) => IMAGE_ENDINGS.includes(endingOf(file)));
  const fitting = files.filter((file) => pattern.test(file));
  const rows = fitting.flatMap((file) => rowOf(file, { ...pattern.exec(file)?.groups }, source, path));
  const counts = [
    [found.length - files.length, "are no images"],
    [files.length - fitting.length, "have a path that the pattern does not fit"],
  ] as const;
  const told = counts.flatMap(([count, what]) => (count === 0 ? [] : [`${count} ${what}`]));
  const notes = told.length === 0 ? [] : [`Left out of ${found.length} files: ${told.join(", ")} (\`${path}\`)`];
  if (rows.length > 0) return { rows, notes };
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
