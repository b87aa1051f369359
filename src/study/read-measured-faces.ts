import { createReadStream } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { extname, join } from "node:path";
import { createInterface } from "node:readline";
import { z } from "zod";
import { ConfigurationError } from "../domain/errors.ts";
import { ActionUnitMeasurement } from "../domain/measurement.ts";
import { readText } from "../platform/read-file.ts";

/** Of a measured image, as `measure --json` and studies write it, what agreement needs. */
const MeasuredImage = z.object({
  path: z.string(),
  faces: z.array(z.object({ actionUnits: z.array(ActionUnitMeasurement) })),
});
const MeasureJson = z.object({ images: z.array(MeasuredImage) });

/**
 * The action units of every face that was measured: from the output of `measure --json`, from lines of measured images
 * (`.jsonl`), or from a study's folder with such lines. Lines are read one by one.
 *
 * @throws {ConfigurationError} if there is nothing measured in it.
 */
export async function* readMeasuredFaces(path: string): AsyncGenerator<readonly ActionUnitMeasurement[]> {
  const info = await stat(path).catch((cause: NodeJS.ErrnoException) => {
    throw unreadable(path, cause.code === "ENOENT" ? "there is no such file or folder" : `(${cause.code})`, cause);
  });
  const files = info.isDirectory() ? await linesIn(path) : [path];
  let images = 0;
  for (const file of files) {
    for await (const faces of extname(file) === ".jsonl" ? facesOfLines(file, files.length > 1) : facesOfJson(file)) {
      images += 1;
      yield* faces;
    }
  }
  if (images === 0)
    throw unreadable(path, "there is no measured image in it (write one with: kuleshov measure --json)");
}

type Faces = readonly (readonly ActionUnitMeasurement[])[];

async function linesIn(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder);
  const lines = names.filter((name) => extname(name) === ".jsonl").sort();
  if (lines.length > 0) return lines.map((name) => join(folder, name));
  return names
    .filter((name) => extname(name) === ".json")
    .sort()
    .map((name) => join(folder, name));
}

/** A study's folder also has lines about other things, such as failures: they are passed over. */
async function* facesOfLines(file: string, amongOthers: boolean): AsyncGenerator<Faces> {
  let number = 0;
  for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY })) {
    number += 1;
    if (line.trim() === "") continue;
    const image = MeasuredImage.safeParse(jsonIn(line));
    if (image.success) yield image.data.faces.map(({ actionUnits }) => actionUnits);
    else if (!amongOthers) throw unreadable(file, `line ${number} is no measured image`);
  }
}

async function* facesOfJson(file: string): AsyncGenerator<Faces> {
  const output = MeasureJson.safeParse(jsonIn(await readText(file)));
  if (!output.success) throw unreadable(file, "it is not what measure --json prints");
  for (const { faces } of output.data.images) yield faces.map(({ actionUnits }) => actionUnits);
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function unreadable(path: string, reason: string, cause?: unknown): ConfigurationError {
  return new ConfigurationError(`Cannot read measurements as ${reason}: \`${path}\``, { cause });
}
