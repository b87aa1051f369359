import { type ActionUnitEntry, actionUnit, actionUnits, nameWithCode } from "./action-units.ts";
import { basicLabelOf } from "./basic-label.ts";
import { type CompoundCategory, compoundCategories } from "./compound-emotions.ts";
import { type EmotionRule, emotionRules, unitsOf } from "./emotion-rules.ts";
import { findActionUnitMentions } from "./prose/find-mentions.ts";
import { stemsOf } from "./prose/words.ts";
import { type SmileRule, smileRules } from "./smile-types.ts";

/** What FACS and our rules say to a question. All lists are empty when nothing is known. */
interface FacsAnswer {
  readonly query: string;
  readonly actionUnits: readonly ActionUnitEntry[];
  readonly rules: readonly EmotionRule[];
  readonly compounds: readonly CompoundCategory[];
  readonly smiles: readonly SmileRule[];
  /** Whether pain was asked for; its score is no weighted rule. */
  readonly pain: boolean;
}

const PAIN_UNITS = ["AU4", "AU6", "AU7", "AU9", "AU10", "AU43"];

/**
 * Looks up action units ("AU12", "12", "raised inner brows"), emotions ("anger", "happily surprised"), smile types
 * ("miserable smile") and "pain". Asking for action units gives the rules in which they take part; asking for a rule
 * gives its action units.
 */
export function lookUpFacs(query: string): FacsAnswer {
  const stems = new Set(stemsOf(query));
  const rules = emotionRules().filter(({ emotion }) => isNamed(emotion, query, stems));
  const compounds = compoundCategories().filter(({ label }) => stemsOf(label).every((stem) => stems.has(stem)));
  const smiles = smileRules().filter(
    ({ type }) => stems.has("smil") && (stems.has(stemsOf(type)[0] ?? "") || stems.size === 1),
  );
  const pain = stems.has("pain") || stems.has("pspi");
  if (rules.length + compounds.length + smiles.length > 0 || pain) {
    const units = [
      ...rules.flatMap(unitsOf),
      ...compounds.flatMap(({ core, variants }) => [...core, ...variants]),
      ...smiles.flatMap(({ present, absent }) => [...present.flat(), ...absent]),
      ...(pain ? PAIN_UNITS : []),
    ];
    return { query, actionUnits: entriesOf(units), rules, compounds, smiles, pain };
  }
  const units = unitsAskedFor(query);
  const asked = (named: readonly string[]) => named.some((au) => units.includes(au));
  return {
    query,
    actionUnits: entriesOf(units),
    rules: emotionRules().filter((rule) => asked(unitsOf(rule))),
    compounds: compoundCategories().filter(({ core, variants }) => asked([...core, ...variants])),
    smiles: smileRules().filter(({ present, absent }) => asked([...present.flat(), ...absent])),
    pain: asked(PAIN_UNITS),
  };
}

function isNamed(emotion: string, query: string, stems: ReadonlySet<string>): boolean {
  if (stems.has(stemsOf(emotion)[0] ?? "")) return true;
  return query.split(/[^\p{L}]+/u).some((word) => basicLabelOf(word) === emotion);
}

/** By code, by number, by the words of a face, or by the words of a description. */
function unitsAskedFor(query: string): string[] {
  const mentioned = findActionUnitMentions(query).flatMap(({ anyOf }) => anyOf);
  if (mentioned.length > 0) return mentioned;
  const numbers = [...query.matchAll(/(?<![\d.])(?:au)?0*([1-9]\d?)(?![\d.])/gi)].map((match) => `AU${match[1]}`);
  const known = numbers.filter((au) => actionUnit(au) !== undefined);
  return known.length > 0 ? known : unitsDescribedBy(query);
}

/** Action units whose name, description or muscles have the most of the words asked for, and at least half of them. */
function unitsDescribedBy(query: string): string[] {
  const wanted = stemsOf(query).filter((stem) => stem.length > 2);
  const counted = actionUnits().map((entry) => {
    const words = new Set(stemsOf(`${entry.name} ${entry.appearance} ${entry.muscles.join(" ")}`));
    return { au: entry.au, hits: wanted.filter((stem) => words.has(stem)).length };
  });
  const most = Math.max(...counted.map(({ hits }) => hits));
  if (most === 0 || most < wanted.length / 2) return [];
  return counted.filter(({ hits }) => hits === most).map(({ au }) => au);
}

function entriesOf(units: readonly string[]): ActionUnitEntry[] {
  return [...new Set(units)].flatMap((au) => actionUnit(au) ?? []).sort((a, b) => numberOf(a) - numberOf(b));
}

function numberOf({ au }: ActionUnitEntry): number {
  return Number(au.slice(2));
}

/** The answer as a model or a person reads it: a few plain lines. */
export function facsAnswerText(answer: FacsAnswer): string {
  const lines = [
    ...answer.actionUnits.map(unitLine),
    ...answer.rules.map(ruleLine),
    ...answer.compounds.map(compoundLine),
    ...answer.smiles.map(smileLine),
  ];
  if (answer.pain) {
    lines.push("Pain (PSPI): AU4 + max(AU6, AU7) + max(AU9, AU10) + AU43, only on intensities from 0 to 5");
  }
  if (lines.length > 0) return lines.join("\n");
  return `Nothing is known about "${answer.query}": ask for an action unit such as AU12, a movement such as raised inner brows, or an emotion such as anger`;
}

function unitLine(entry: ActionUnitEntry): string {
  const muscles = entry.muscles.length === 0 ? "" : ` Muscles: ${entry.muscles.join(", ")}.`;
  const sides = entry.sides ? " Can be one-sided." : "";
  const lookalikes = entry.lookalikes.map(({ au, tellApart }) => ` Not ${au}: ${tellApart}.`).join("");
  return `${entry.au}, ${entry.name}: ${entry.appearance}${muscles}${sides}${lookalikes}`;
}

function ruleLine(rule: EmotionRule): string {
  const terms = (list: EmotionRule["supporting"]) =>
    list.map(({ anyOf, weight, oneSided }) => `${oneSided === true ? "one-sided " : ""}${anyOf.join("/")} (${weight})`);
  const supporting = rule.supporting.length === 0 ? "" : ` for: ${terms(rule.supporting).join(", ")};`;
  const prototypes = rule.prototypes.map((units) => units.join("+")).join(", ");
  const named = prototypes === "" ? "" : ` prototypes: ${prototypes};`;
  return `Rule ${rule.emotion}:${supporting} against: ${terms(rule.opposing).join(", ")};${named} source: ${rule.source}`;
}

function compoundLine({ label, core, variants }: CompoundCategory): string {
  const some = variants.length === 0 ? "" : `, in some people ${variants.join(", ")}`;
  return `Compound emotion ${label} (Du and Martinez): ${core.join("+")}${some}`;
}

function smileLine({ type, present, absent, lookingDown, meaning }: SmileRule): string {
  const needs = present.map((units) => units.join("/")).join("+");
  const without = absent.length === 0 ? "" : ` without ${absent.map(nameWithCode).join(", ")}`;
  return `Smile type ${type}: ${needs}${without}${lookingDown ? " with head or gaze down" : ""}; ${meaning}`;
}
