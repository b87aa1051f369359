/*
 * A face and a scene show what is expressed and what is perceived; what someone feels is theirs to say. These patterns
 * find sentences that assert a felt state, so that the model can be asked to word them as perceived or expressed.
 */

/** Words that assert an inner state wherever they stand. */
const ASSERTIONS: readonly RegExp[] = [
  /\b(?:is|are|was|were|be|been|being|he's|she's|they're|person's)\s+(?:\w+ly\s+|really\s+|also\s+|still\s+)?feeling\b/,
  // A scene may feel festive and a hat may be of felt.
  /(?<!\b(?:scene|atmosphere|mood|setting|context|image|photo|picture|room|it) )\b(?:feels|felt)\b(?! (?:hat|tip|pen|cloth))/,
  /\b(?:he|she|they|people|person|man|woman|child|boy|girl|subject|f\d+)\s+(?:really\s+|truly\s+|both\s+)?feel\b/,
  /\bexperienc(?:es|ing)\s+(?!the\s+(?:event|scene))/,
  /\b(?:deep down|internally(?! (?:consistent|coherent))|on the inside|inside (?:he|she|they)|inner (?:state|feelings?|emotions?))\b/,
  /\b(?:true|real|genuine|actual|felt) (?:feelings?|emotions?|emotional state)\b/,
];

const STATES =
  "happy|unhappy|sad|angry|afraid|scared|fearful|frightened|terrified|disgusted|surprised|shocked|anxious|nervous|worried|" +
  "embarrassed|ashamed|proud|amused|delighted|joyful|excited|relieved|bored|confused|upset|furious|annoyed|jealous|lonely|" +
  "depressed|content|grieving|heartbroken|in pain|in love|guilty|hopeful|disappointed|contemptuous";

/** "She is happy" says what she feels; "her expression is happy" says what is expressed. */
const COPULA = new RegExp(
  String.raw`(?<![\w'])([\w']+)\s+(?:is|are|was|were)\s+(?:not\s+)?(?:\w+ly\s+|very\s+|so\s+|quite\s+|really\s+)?(?:${STATES})\b`,
);
const COPULA_SUBJECTS =
  /^(?:he|she|they|who|person|people|man|woman|men|women|child|children|boy|girl|subject|individual|f\d+|everyone)$/;

/** Before the assertion in the same clause, these turn it into a perception, a question or a disclaimer. */
const PERCEIVED =
  /\b(?:perceived|appears?|appearing|seems?|seeming|seemingly|apparently|looks?|looking|as if|as though|reads? as|comes? across|impression|expressed|whether|what|how|cannot|can't|unknown|if)\b/;

/** After it, these say that it is not asserted. */
const DISCLAIMED =
  /\b(?:is not|isn't|not|cannot be|can't be|never) (?:known|asserted|claimed|told|inferred|measured|said)\b/;

/** What somebody is quoted to say is theirs. */
const QUOTED = /"[^"]*"|“[^”]*”/g;

/** Splits where a new thought may start, so that a hedge in one does not excuse the next. */
function clauses(text: string): string[] {
  return text
    .toLowerCase()
    .replace(/[^\S\n]+/g, " ")
    .split(/[.;:!?\n]+|,\s+(?:and|but|so|yet|while)\s+|\s+(?:but|because|yet)\s+/)
    .filter((clause) => clause.trim() !== "");
}

function assertionIn(clause: string): { words: string; before: string } | undefined {
  for (const pattern of ASSERTIONS) {
    const match = pattern.exec(clause);
    if (match !== null) return { words: match[0], before: clause.slice(0, match.index) };
  }
  const copula = COPULA.exec(clause);
  if (copula === null || !COPULA_SUBJECTS.test(copula[1] ?? "")) return undefined;
  return { words: copula[0], before: clause.slice(0, copula.index) };
}

/**
 * The words that assert a felt state in a text, or `undefined` when it keeps to what is perceived or expressed.
 * `"She feels proud"` gives `"feels"`, `"She is perceived as feeling proud"` nothing.
 */
export function feltStateIn(text: string): string | undefined {
  for (const clause of clauses(text.replace(QUOTED, '""'))) {
    const found = assertionIn(clause);
    if (found === undefined || PERCEIVED.test(found.before) || DISCLAIMED.test(clause)) continue;
    return found.words.trim();
  }
  return undefined;
}
