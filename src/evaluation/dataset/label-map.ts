import type { DatasetSource } from "../file/dataset-source.ts";

type LabelMap = Extract<DatasetSource, { format: "files" }>["labelMap"];

/** What a label or code of a dataset means: a label, `null` when its rows are left out. */
export function mappedLabel(
  label: string,
  map: LabelMap,
): { readonly label: string | null } | { readonly reason: string } {
  if (map === undefined) return { label };
  if (Object.hasOwn(map, label)) return { label: map[label] ?? null };
  return { reason: `its label "${label}" is not in labelMap` };
}
