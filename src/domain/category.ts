import { z } from "zod";

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

/** A label with what it means. A text that nobody has written is null. */
const Category = z.strictObject({
  name: CategoryName,
  definition: z.string().min(1).nullable(),
  /** What it is easily taken for and is not. */
  contrast: z.string().min(1).nullable(),
});

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
  })
  .superRefine((taxonomy, context) => {
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
