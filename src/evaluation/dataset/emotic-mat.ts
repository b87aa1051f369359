import { type MatValue, parseMat } from "./mat-file.ts";

/** One person of EMOTIC, as the conversions of its annotations call the parts. */
export interface EmoticPerson {
  readonly where: string;
  readonly folder: string;
  readonly file: string;
  /** x1, y1, x2, y2 in pixels. */
  readonly box: readonly number[];
  readonly categories: readonly string[];
  /** Valence, arousal, dominance on 1..10. */
  readonly affect: readonly number[];
  readonly gender: string;
  readonly age: string;
}

type Struct = Readonly<Record<string, MatValue>>;

/**
 * People of one split of EMOTIC's own `Annotations.mat`. Where several people annotated (validation and test), what they
 * said together counts: `combined_categories` and `combined_continuous`.
 * @throws {RangeError} if it is no such file.
 */
export function emoticPeople(bytes: Buffer, split: string): EmoticPerson[] {
  const images = structsOf(parseMat(bytes).get(split));
  if (images.length === 0) throw new RangeError(`it has no split "${split}"`);
  return images.flatMap((image, n) =>
    structsOf(image.person).map((person) => ({
      where: `${split}(${n + 1})`,
      folder: textOf(image.folder),
      file: textOf(image.filename),
      box: numbersOf(person.body_bbox),
      categories: categoriesOf(person),
      affect: affectOf(person),
      gender: textOf(person.gender),
      age: textOf(person.age),
    })),
  );
}

function categoriesOf({ combined_categories: combined, annotations_categories: single }: Struct): string[] {
  const cells = combined ?? structsOf(single)[0]?.categories;
  if (cells?.kind === "text") return [cells.text];
  return cells?.kind === "cells" ? cells.cells.map(textOf) : [];
}

function affectOf({ combined_continuous: combined, annotations_continuous: single }: Struct): number[] {
  const [affect] = structsOf(combined ?? single);
  return ["valence", "arousal", "dominance"].map((name) => numbersOf(affect?.[name])[0] ?? Number.NaN);
}

function structsOf(value: MatValue | undefined): readonly Struct[] {
  return value?.kind === "structs" ? value.structs : [];
}

function textOf(value: MatValue | undefined): string {
  return value?.kind === "text" ? value.text : "";
}

function numbersOf(value: MatValue | undefined): readonly number[] {
  return value?.kind === "numbers" ? value.values : [];
}
