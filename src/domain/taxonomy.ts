import { z } from "zod";
import { Category, sameCategory } from "./category.ts";

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
