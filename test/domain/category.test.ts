import { describe, expect, it } from "vitest";
import { CategoryName, categorySlug, sameCategory, Taxonomy } from "../../src/domain/category.ts";

describe("a category name", () => {
  it.each(["awe", "it's", 'say "cheese"', "../../etc/passwd", "喜び", "doubt/confusion"])("may be %s", (name) => {
    expect(CategoryName.parse(` ${name} `)).toBe(name);
  });

  it.each(["", "  ", "two\nlines", "nul\0", "x".repeat(81)])("may not be %j", (name) => {
    expect(CategoryName.safeParse(name).success).toBe(false);
  });

  it.each([
    ["../../etc/passwd", "etc-passwd"],
    ['doubt/"confusion"', "doubt-confusion"],
    ["Selfie Smile", "selfie-smile"],
    ["喜び", "喜び"],
    ["...", "category"],
    ["CON", "con"],
    ["--ﬁne  -- art--", "fine-art"],
    ["x".repeat(70), "x".repeat(60)],
  ])("makes of %s the file name %s", (name, slug) => {
    expect(categorySlug(name)).toBe(slug);
  });

  it("is the same in other letter case and with hyphens", () => {
    expect(sameCategory("Aesthetic-Appreciation", "aesthetic appreciation")).toBe(true);
    expect(sameCategory(" calm__and -happy", "Calm and happy")).toBe(true);
    expect(sameCategory("art work", "artwork")).toBe(false);
    expect(sameCategory("awe", "awed")).toBe(false);
  });

  it("is refused when a taxonomy lists it twice", () => {
    const category = (name: string) => ({ name, definition: null, contrast: null });
    const taxonomy = { id: "mine", name: "Mine", source: "me", categories: [category("awe"), category("Awe")] };
    expect(Taxonomy.safeParse(taxonomy).error?.issues).toMatchObject([
      { code: "custom", path: ["categories", 1, "name"], message: '"Awe" is listed twice' },
    ]);
    expect(Taxonomy.safeParse({ ...taxonomy, categories: [category("awe"), category("fear")] }).success).toBe(true);
  });
});
