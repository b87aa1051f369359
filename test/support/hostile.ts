import { expect } from "vitest";

/** Ends an attribute, an element and a line of a terminal, and turns the direction of writing. */
export const HOSTILE = `"' onload="x"><img src=x onerror="y">&\u001b[2J\u202e\u0007`;

/**
 * The same data with hostile text after every text in it, whatever holds it; what stands in `kept` is left, as a schema
 * allows nothing else there.
 */
export function hostile<T>(value: T, kept: readonly unknown[] = []): T {
  const changed = (each: unknown): unknown => {
    if (typeof each === "string") return kept.includes(each) ? each : each + HOSTILE;
    if (Array.isArray(each)) return each.map(changed);
    if (each instanceof Map) return new Map([...each].map(([key, held]) => [changed(key), changed(held)]));
    if (typeof each !== "object" || each === null || each instanceof Uint8Array) return each;
    return Object.fromEntries(Object.entries(each).map(([key, held]) => [key, changed(held)]));
  };
  return changed(value) as T;
}

/** @param html A page or drawing that was made of hostile data. */
export function expectHarmless(html: string): void {
  expect(html).toMatch(/&(?:#60|lt);img src=x/);
  expect(html.match(/.{0,60}(?:<img src=x|" onload="|='[^'>]*' onload=).{0,20}/g)).toBeNull();
  expect(html.match(/.{0,60}(?![\n\t])[\p{Cc}\u202e].{0,20}/gu)).toBeNull();
}
