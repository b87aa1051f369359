export interface FacesMeant {
  readonly faceIds: readonly string[];
  /** Ids that are named and are no face of the image. */
  readonly unknown: readonly string[];
}

const PERSON = "(?:person|face|one|man|woman|boy|girl|child|lady|guy|people)";
/** Places of people in an image, whose faces are numbered from left to right. */
const LEFT = new RegExp(
  `\\b(?:left(?:most)?|left-hand) ${PERSON}\\b|\\b${PERSON} (?:\\w+ )?(?:on|at|to) the (?:far )?left\\b`,
  "i",
);
const RIGHT = new RegExp(
  `\\b(?:right(?:most)?|right-hand) ${PERSON}\\b|\\b${PERSON} (?:\\w+ )?(?:on|at|to) the (?:far )?right\\b`,
  "i",
);
const MIDDLE = new RegExp(
  `\\b(?:middle|central) ${PERSON}\\b|\\b${PERSON} (?:\\w+ )?in the (?:middle|cent(?:re|er))\\b`,
  "i",
);

/** The faces that a question names by id or place, in the image's order; all when it names none. */
export function findFaces(text: string, known: readonly string[]): FacesMeant {
  const ids = [...new Set((text.match(/\bF\d+\b/gi) ?? []).map((id) => id.toUpperCase()))];
  const middle = known.length % 2 === 1 ? known[(known.length - 1) / 2] : undefined;
  const placed = [
    ...(LEFT.test(text) ? [known[0]] : []),
    ...(MIDDLE.test(text) ? [middle] : []),
    ...(RIGHT.test(text) ? [known.at(-1)] : []),
  ];
  const named = known.filter((faceId) => ids.includes(faceId) || placed.includes(faceId));
  const unknown = ids.filter((id) => !known.includes(id));
  return { faceIds: named.length === 0 ? known : named, unknown };
}
