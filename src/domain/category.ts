import { z } from "zod";
import { ActionUnitName } from "./measurement.ts";

// biome's noControlCharactersInRegex would refuse the literal range; Unicode's own property says the same.
const CONTROL = /\p{Cc}/u;

/**
 * What a category is called. Any language, quotes and slashes included: names are data, and whoever puts one into a
 * query or a file name escapes it there ({@link categorySlug}).
 */
export const CategoryName = z
  .string()
  .trim()
  .min(1, "a category needs a name")
  .max(80, "a category name has at most 80 characters")
  .refine((name) => !CONTROL.test(name), "a category name has no line breaks or control characters");
export type CategoryName = z.infer<typeof CategoryName>;

/** How sure the literature is of a facial signature; `established` rests on several studies, `tentative` on one or few. */
export const SignatureEvidence = z.enum(["established", "moderate", "tentative", "none"]);

/** What is known of how faces show a category. */
const FacialSignature = z.strictObject({
  /** Those that make it up; none where there is no established signature. */
  units: z.array(ActionUnitName),
  /** Shown on one side of the face only. */
  oneSided: z.literal(true).optional(),
  shown: z.string().min(1),
  evidence: SignatureEvidence,
  /** Keys of the taxonomy's sources. */
  sources: z.array(z.string().min(1)),
});

/** A label with what it means. A text that nobody has written is null. */
const Category = z.strictObject({
  name: CategoryName,
  definition: z.string().min(1).nullable(),
  /** What it is easily taken for and is not. */
  contrast: z.string().min(1).nullable(),
  /** In which it is typically met. */
  situations: z.array(z.string().min(1)).optional(),
  face: FacialSignature.optional(),
  /** What other taxonomies call it, by their ids. */
  lists: z.record(z.string(), z.string()).optional(),
});
export type Category = z.infer<typeof Category>;

/** Whether two names mean the same category: letter case, hyphens and spaces do not count. */
export function sameCategory(a: string, b: string): boolean {
  return normalised(a) === normalised(b);
}

function normalised(name: string): string {
  return name
    .trim()
    .toLowerCase()
    .replaceAll(/[\s_-]+/g, " ");
}

/**
 * A name that is safe as one file or folder name on every system: `a/b "c"` becomes `a-b-c`. Two different names may
 * share a slug, so it labels a file and never identifies a category.
 */
export function categorySlug(name: string): string {
  const slug = name
    .normalize("NFKC")
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, "-")
    .replaceAll(/^-+|-+$/g, "")
    .slice(0, 60);
  return slug === "" ? "category" : slug;
}

/** A published or private set of categories that belong together. */
export const Taxonomy = z
  .strictObject({
    /** How it is asked for on the command line, e.g. `emotic26`. */
    id: z.string().regex(/^[a-z0-9][a-z0-9-]*$/, "a taxonomy id is lower-case letters, digits and hyphens"),
    name: z.string().min(1),
    /** Where it comes from: a citation, or who made it. */
    source: z.string().min(1),
    categories: z.array(Category).min(1),
    /** Publications by the keys that facial signatures name. */
    sources: z.record(z.string(), z.string().min(1)).optional(),
  })
  .superRefine((taxonomy, context) => {
    taxonomy.categories.forEach(({ face }, index) => {
      const path = ["categories", index, "face"];
      const complain = (message: string) => context.addIssue({ code: "custom", path, message });
      const unknown = face?.sources.find((key) => taxonomy.sources?.[key] === undefined);
      if (unknown !== undefined) complain(`"${unknown}" is none of the sources`);
      if (face === undefined) return;
      if ((face.evidence === "none") !== (face.units.length === 0)) complain("units need evidence, and evidence units");
      if (face.evidence !== "none" && face.sources.length === 0) complain("evidence needs a source");
    });
    taxonomy.categories.forEach((category, index) => {
      const first = taxonomy.categories.findIndex((other) => sameCategory(other.name, category.name));
      if (first === index) return;
      context.addIssue({
        code: "custom",
        path: ["categories", index, "name"],
        message: `"${category.name}" is listed twice`,
      });
    });
  });
export type Taxonomy = z.infer<typeof Taxonomy>;
