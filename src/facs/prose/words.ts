/** One word of a text, as it is compared. */
export interface Word {
  /** Lower case, as written. */
  readonly text: string;
  /** Without inflection: raise, raised and raising share one. Only good for comparing with other stems. */
  readonly stem: string;
  /** Where it starts in the text, in UTF-16 units. */
  readonly index: number;
}

/** Words that carry no content of their own. Skipping them lets "corners of her mouth" match "corner of mouth". */
const FILLERS = new Set(
  "the a an his her hers their its my your our this that these those very quite somewhat".split(" "),
);

/** Adverbs of degree and manner are skipped, except those that deny or doubt. */
const KEPT_ADVERBS = new Set(
  "hardly barely narrowly scarcely usually normally generally merely nearly suddenly unexpectedly wrongly falsely only family lonely ugly early likely unlikely friendly supply assembly anomaly butterfly".split(
    " ",
  ),
);

/** Forms that no rule of endings brings back to their base. */
const IRREGULAR: ReadonlyMap<string, string> = new Map(
  (
    "won:win lost:lose died:die dying:die dead:dead eyed:eye drew:draw drawn:draw rose:rise risen:rise fell:fall " +
    "fallen:fall bit:bite bitten:bite wept:weep fought:fight broke:break broken:break stole:steal stolen:steal " +
    "fled:flee shown:show saw:see seen:see gave:give given:give got:get gotten:get shot:shoot threw:throw thrown:throw " +
    "hid:hide hidden:hide found:find beat:beat beaten:beat told:tell caught:catch held:hold bent:bend taught:teach " +
    "paid:pay sold:sell bought:buy brought:bring sent:send met:meet forgave:forgive forgiven:forgive " +
    "tied:tie lied:lie lying:lie feet:foot teeth:tooth children:child men:man women:woman people:person"
  )
    .split(" ")
    .map((pair) => pair.split(":") as [string, string]),
);

/** The words of a text without fillers: `"Her mouth's corners aren't up"` gives mouth's, corners, are, not, up. */
export function wordsOf(text: string): Word[] {
  const words: Word[] = [];
  for (const match of text.toLowerCase().matchAll(/\p{L}+(?:['’]\p{L}+)*|\d+/gu)) {
    const word = match[0].replaceAll("’", "'").replace("can't", "cannot");
    if (word.endsWith("n't")) {
      const base = word.slice(0, -3);
      words.push({ text: base, stem: stemOf(base), index: match.index });
      words.push({ text: "not", stem: "not", index: match.index + base.length });
      continue;
    }
    if (FILLERS.has(word) || (word.endsWith("ly") && word.length > 5 && !KEPT_ADVERBS.has(word))) continue;
    words.push({ text: word, stem: stemOf(word), index: match.index });
  }
  return words;
}

/** The stems of a phrase, in order. */
export function stemsOf(phrase: string): string[] {
  return wordsOf(phrase).map(({ stem }) => stem);
}

/** Cuts English inflection roughly: possessive, plural, -ed, -ing, doubled last letter, silent e. */
function stemOf(word: string): string {
  let stem = word.replace(/'s$/, "");
  stem = IRREGULAR.get(stem) ?? stem;
  if (stem.length > 4 && /ie[sd]$/.test(stem)) stem = `${stem.slice(0, -3)}y`;
  else if (/(?:ss|sh|ch|x)es$/.test(stem)) stem = stem.slice(0, -2);
  else if (stem.length > 3 && /[^su]s$/.test(stem)) stem = stem.slice(0, -1);
  const bare = stem.replace(/(?:ing|ed)$/, "");
  if (bare.length >= 3 && /[aeiouy]/.test(bare)) stem = bare;
  if (stem.length > 3) stem = stem.replace(/([^aeiou])\1$/, "$1");
  return stem.length > 3 ? stem.replace(/e$/, "") : stem;
}
