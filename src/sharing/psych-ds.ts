import { packageVersion } from "../platform/package-paths.ts";

/** A table of the dataset, by the name of its part: `faces`, `answers`. */
export interface SharedTable {
  readonly part: string;
  readonly text: string;
  readonly columns: readonly string[];
}

/** What the dataset as a whole is. */
export interface DatasetWords {
  readonly title: string;
  /** Family and given name, as in "Ekman, Paul". */
  readonly authors: readonly string[];
  readonly licence: string | undefined;
  readonly description: string;
}

/**
 * Name of a table's file as Psych-DS has it: pairs of a lower-case keyword and letters or digits, then `_data.csv`
 * (psychds-validator, rule Datafile).
 */
export function dataFile(title: string, part: string): string {
  return `data/study-${lettersAndDigits(title)}_description-${lettersAndDigits(part)}_data.csv`;
}

/** What is left of a name that may hold anything; `x` where nothing is. */
export function lettersAndDigits(text: string): string {
  return text.normalize("NFKD").replace(/[^A-Za-z0-9]/g, "") || "x";
}

/** `dataset_description.json`: a schema.org Dataset in JSON-LD that names every column of every table. */
export function datasetDescription(
  { title, authors, licence, description }: DatasetWords,
  tables: readonly SharedTable[],
  meaningOf: (column: string) => string | undefined,
): string {
  const columns = [...new Set(tables.flatMap((table) => table.columns))];
  const dataset = {
    "@context": "http://schema.org/",
    "@type": "Dataset",
    name: title,
    description,
    author: authors.map(person),
    ...(licence === undefined ? {} : { license: licence }),
    citation: "CITATION.cff",
    keywords: ["facial expression", "facial action coding system", "emotion perception"],
    // A creator is a person or an organization in schema.org.
    measurementTechnique: `Kuleshov ${packageVersion()}`,
    variableMeasured: columns.map((name) => {
      const meaning = meaningOf(name);
      return { "@type": "PropertyValue", name, ...(meaning === undefined ? {} : { description: meaning }) };
    }),
  };
  return `${JSON.stringify(dataset, null, 2)}\n`;
}

function person(author: string) {
  const { family, given } = nameParts(author);
  return { "@type": "Person", familyName: family, ...(given === "" ? {} : { givenName: given }) };
}

function nameParts(author: string) {
  const [family = "", ...given] = author.split(",").map((part) => part.trim());
  return { family, given: given.join(" ") };
}

/** `CITATION.cff` of the dataset (Citation File Format 1.2.0), which cites the software too. */
export function citationFile({ title, authors, licence, description }: DatasetWords): string {
  const people = authors.flatMap((author) => {
    const { family, given } = nameParts(author);
    return [
      `  - family-names: ${JSON.stringify(family)}`,
      ...(given === "" ? [] : [`    given-names: ${JSON.stringify(given)}`]),
    ];
  });
  return `${[
    "cff-version: 1.2.0",
    "message: If you use this dataset, please cite it, and the software and networks that made its numbers.",
    "type: dataset",
    `title: ${JSON.stringify(title)}`,
    `abstract: ${JSON.stringify(description)}`,
    "authors:",
    ...people,
    ...(licence === undefined ? [] : [`license: ${JSON.stringify(licence)}`]),
    "references:",
    "  - type: software",
    "    title: Kuleshov",
    `    version: ${packageVersion()}`,
    "    authors:",
    "      - name: The Kuleshov authors",
  ].join("\n")}\n`;
}
