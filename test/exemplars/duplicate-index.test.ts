import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hashDistance, SAME_IMAGE_BITS } from "../../src/domain/perceptual-hash.ts";
import { createDuplicateIndex } from "../../src/exemplars/duplicate-index.ts";
import type { ExemplarIdentity } from "../../src/ports/exemplar-store.ts";

const ZERO = "0".repeat(64);

/** A hash that differs from {@link ZERO} in the first so many of its 256 bits. */
function bitsOn(count: number): string {
  const bits = "1".repeat(count).padEnd(256, "0");
  return Array.from({ length: 64 }, (_, digit) =>
    Number.parseInt(bits.slice(4 * digit, 4 * digit + 4), 2).toString(16),
  ).join("");
}

function identity(id: string, imageHash: string | null, regionHash: string | null = null): ExemplarIdentity {
  return { id, category: `category of ${id}`, imageSha256: id, imageHash, regionHash };
}

describe("the index of duplicates", () => {
  it("finds what differs in at most 30 bits, nearest first", () => {
    const index = createDuplicateIndex([31, 30, 2, 7].map((bits) => identity(`${bits}`, bitsOn(bits))));
    expect(index.find({ imageHash: ZERO, regionHash: null })).toEqual([
      { id: "2", category: "category of 2" },
      { id: "7", category: "category of 7" },
      { id: "30", category: "category of 30" },
    ]);
  });

  it("compares regions with regions, and whole images with whole images", () => {
    const index = createDuplicateIndex([identity("whole", ZERO), identity("cut", bitsOn(200), ZERO)]);
    const found = (imageHash: string | null, regionHash: string | null) =>
      index.find({ imageHash, regionHash }).map(({ id }) => id);
    expect(found(ZERO, null)).toEqual(["whole"]);
    expect(found(ZERO, ZERO)).toEqual(["cut"]);
    expect(found(bitsOn(200), null)).toEqual([]);
  });

  it("knows every id, and finds nothing by a plain surface", () => {
    const index = createDuplicateIndex([identity("plain", null)]);
    expect([index.has("plain"), index.has("other")]).toEqual([true, false]);
    expect(index.find({ imageHash: ZERO, regionHash: null })).toEqual([]);
    index.add(identity("other", ZERO));
    expect(index.has("other")).toBe(true);
    expect(index.find({ imageHash: null, regionHash: null })).toEqual([]);
    expect(index.find({ imageHash: ZERO, regionHash: null }).map(({ id }) => id)).toEqual(["other"]);
  });

  it("counts the bits as the perceptual hash does, however many it holds", () => {
    const hash = fc
      .array(fc.constantFrom(..."0123456789abcdef"), { minLength: 64, maxLength: 64 })
      .map((digits) => digits.join(""));
    // Near copies, which random hashes never are.
    const near = fc.tuple(hash, fc.array(fc.nat(255), { maxLength: 40 })).map(([base, bits]) => {
      const flipped = [...base].map((digit) => Number.parseInt(digit, 16));
      for (const bit of new Set(bits)) flipped[bit >> 2] = (flipped[bit >> 2] as number) ^ (1 << (bit & 3));
      return [base, flipped.map((digit) => digit.toString(16)).join("")] as const;
    });
    fc.assert(
      fc.property(near, ([base, copy]) => {
        const isFound =
          createDuplicateIndex([identity("x", base)]).find({ imageHash: copy, regionHash: null }).length === 1;
        expect(isFound).toBe(hashDistance(base, copy) <= SAME_IMAGE_BITS);
      }),
    );
    const many = createDuplicateIndex([]);
    for (let n = 0; n < 2000; n += 1) many.add(identity(`${n}`, bitsOn(n === 1500 ? 0 : 128 + (n % 128))));
    expect(many.find({ imageHash: ZERO, regionHash: null }).map(({ id }) => id)).toEqual(["1500"]);
  });
});
