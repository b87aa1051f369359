/** The image in other light, or with skin of another tone. */
export const RENDERINGS = [
  "light-left",
  "light-right",
  "light-above",
  "light-below",
  "light-dim",
  "light-warm",
  "light-cool",
  "skin-lighter",
  "skin-darker",
] as const;

/** Ways of showing a stimulus. */
export const ARM_NAMES = [
  "full",
  "face-only",
  "context-only",
  "hole-elsewhere",
  "blurred-background",
  "swapped-context",
  "face-swap",
  "neutral-in-context",
  "neutral-alone",
  "grayscale",
  "re-encoded",
  ...RENDERINGS,
] as const;
