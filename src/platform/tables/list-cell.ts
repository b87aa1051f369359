/**
 * Items of a cell that holds a list as Python, NumPy or JSON write it: `['Peace', "Doubt/Confusion"]`, `[0, 0, 640]`,
 * `[1.  2.5]`. `undefined` when the cell is not such a list.
 */
export function listInCell(text: string): string[] | undefined {
  const inner = /^\s*[[(]([\s\S]*)[\])]\s*$/.exec(text)?.[1];
  if (inner === undefined) return undefined;
  const items: string[] = [];
  const pattern = /'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|([^\s,'"][^,'"]*)/g;
  for (const [, single, double, bare] of inner.matchAll(pattern)) {
    if (bare === undefined) items.push((single ?? double ?? "").replaceAll(/\\(.)/g, "$1"));
    else items.push(...bareItems(bare, inner.includes(",")));
  }
  return items.filter((item) => item !== "");
}

/** NumPy separates by spaces; with commas, spaces belong to the item. */
function bareItems(text: string, hasCommas: boolean): string[] {
  return hasCommas ? [text.trim()] : text.trim().split(/\s+/);
}
