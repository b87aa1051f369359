import { existsSync } from "node:fs";
import { join } from "node:path";
import { ConfigurationError } from "../../domain/errors.ts";
import { type ReadRow, sampleOf } from "./dataset.ts";
import { readCsvRows, type TableRow } from "./table-rows.ts";

/** OASIS (Kurdi, Lozano and Banaji 2017): `OASIS.csv` with mean valence and arousal on 1-7, images in `images/`. */
export async function readOasisSamples(path: string): Promise<ReadRow[]> {
  const table = join(path, "OASIS.csv");
  if (!existsSync(table)) throw new ConfigurationError(`Cannot use dataset as OASIS.csv is not there: \`${path}\``);
  const images = ["images", "Images"].map((name) => join(path, name)).find((folder) => existsSync(folder)) ?? path;
  const rows = await readCsvRows(table);
  return rows.map((row) => rowOf(row, images));
}

function rowOf({ where, cells }: TableRow, images: string): ReadRow {
  const { Theme: theme, Category: category } = cells;
  if (theme === undefined || theme === "") return { where, reason: "it has no Theme" };
  const scaled = (name: string) => {
    const value = Number(cells[name]);
    return value >= 1 && value <= 7 ? (value - 4) / 3 : null;
  };
  return {
    where,
    sample: sampleOf({
      id: theme,
      image: join(images, `${theme}.jpg`),
      truth: { valence: scaled("Valence_mean"), arousal: scaled("Arousal_mean") },
      columns: category === undefined || category === "" ? {} : { category },
    }),
  };
}
