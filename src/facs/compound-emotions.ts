import { z } from "zod";
import { ActionUnitName } from "../domain/measurement.ts";
import { type ActivationVector, PRESENT_FROM } from "./activation.ts";
import { knowledgeFile } from "./knowledge-file.ts";

const CompoundCategory = z.strictObject({
  label: z.string().min(1),
  core: z.array(ActionUnitName).min(1),
  variants: z.array(ActionUnitName),
});
export type CompoundCategory = z.infer<typeof CompoundCategory>;

const CompoundFile = z.strictObject({ about: z.string(), categories: z.array(CompoundCategory).min(1) });
const compoundFile = knowledgeFile(["facs", "compound-emotions.json"], CompoundFile);

/** Du and Martinez's 21 categories (`models/facs/compound-emotions.json`). */
export function compoundCategories(): readonly CompoundCategory[] {
  return compoundFile().categories;
}

/** How well what is shown fits one category. */
interface CompoundFit {
  readonly label: string;
  /** 0..1; 1 when exactly the core is shown. `null` when the toolbox sees none of the core. */
  readonly fit: number | null;
  readonly missing: readonly string[];
  /** Shown although the category has no place for it. */
  readonly extra: readonly string[];
  /** Share of the category's action units that the toolbox measured, 0..1, and of its core alone. */
  readonly seenShare: number;
  readonly coreSeenShare: number;
  readonly unseen: readonly string[];
}

export interface CompoundMatch {
  /**
   * The best fitting categories whose visible core is complete and at least half of the core: several when they fit
   * equally, none when none does.
   */
  readonly best: readonly CompoundFit[];
  /** All categories, best first. */
  readonly fits: readonly CompoundFit[];
}

/** A variant is shown by only some people, so it explains half of what a core action unit explains. */
const VARIANT_SHARE = 0.5;
const MINIMUM_CORE_SEEN = 0.5;

/**
 * Compares what is shown with every category: the share of core and shown action units that the category explains, a
 * variant counting half. Only action units that some category names take part.
 */
export function matchCompounds(
  vector: ActivationVector,
  categories: readonly CompoundCategory[] = compoundCategories(),
): CompoundMatch {
  const named = new Set(categories.flatMap(({ core, variants }) => [...core, ...variants]));
  const shown = [...vector.activations]
    .filter(([au, { level }]) => named.has(au) && level >= PRESENT_FROM)
    .map(([au]) => au);
  const fits = categories
    .map((category) => fitOf(category, shown, vector))
    .sort((a, b) => (b.fit ?? -1) - (a.fit ?? -1) || a.label.localeCompare(b.label));
  const complete = fits.filter(({ fit, missing, coreSeenShare }) => {
    return fit !== null && missing.length === 0 && coreSeenShare >= MINIMUM_CORE_SEEN;
  });
  const top = complete[0]?.fit;
  return { best: complete.filter(({ fit }) => fit === top), fits };
}

function fitOf(category: CompoundCategory, shown: readonly string[], vector: ActivationVector): CompoundFit {
  const { label, core, variants } = category;
  const all = [...core, ...variants];
  const seen = (au: string) => vector.activations.has(au);
  const visibleCore = core.filter(seen);
  const coreShown = visibleCore.filter((au) => shown.includes(au));
  const variantsShown = variants.filter((au) => shown.includes(au));
  const accountable = new Set([...visibleCore, ...shown]).size;
  const unseen = all.filter((au) => !seen(au));
  return {
    label,
    fit: visibleCore.length === 0 ? null : (coreShown.length + VARIANT_SHARE * variantsShown.length) / accountable,
    missing: visibleCore.filter((au) => !shown.includes(au)),
    extra: shown.filter((au) => !all.includes(au)),
    seenShare: 1 - unseen.length / all.length,
    coreSeenShare: visibleCore.length / core.length,
    unseen,
  };
}
