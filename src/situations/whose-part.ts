/** How the one who is asked about takes part in a clause. */
export interface Part {
  /** `receiver` when something is done to them by somebody else in the sentence. */
  readonly role: "actor" | "receiver";
  /** The clause told from their side, where it can be turned: "her boss fired her" as "she was fired by her boss". */
  readonly retold: string | null;
}

const SUBJECT_OF = /^(he|she|they|we|i)$/i;
const OBJECTS: Readonly<Record<string, string>> = {
  him: "he was",
  her: "she was",
  them: "they were",
  me: "I was",
  us: "we were",
};
const PARTICIPLES: Readonly<Record<string, string>> = Object.fromEntries(
  (
    "gave:given stole:stolen beat:beaten bit:bitten threw:thrown broke:broken took:taken chose:chosen saw:seen forgot:forgotten " +
    "drove:driven knew:known left:left told:told hit:hit hurt:hurt shot:shot caught:caught brought:brought bought:bought " +
    "taught:taught sent:sent sold:sold paid:paid made:made held:held kept:kept met:met lost:lost found:found fought:fought " +
    "struck:struck cut:cut forgave:forgiven betrayed:betrayed swore:sworn tore:torn woke:woken bore:borne let:let"
  )
    .split(" ")
    .map((pair) => pair.split(":") as [string, string]),
);
/** After "her", these end the object: "fired her without a word", but not "beat her dog". */
const AFTER_OBJECT =
  /^(?:$|[.,;:!?]|(?:for|at|in|on|to|by|with|without|from|because|and|but|when|while|after|before|during|out|off|down|up|away|again|that|as|into|over|under|the|a|an|alone|behind|yesterday|today|badly|so|very|about|of|his|her|their|my)\b)/i;
const ACTED_ON =
  /^(?<subject>(?:[\w'-]+\s+){0,4}?[\w'-]+)\s+(?<verb>[\w]+)\s+(?:(?<way>at|to|for|with|on|against|past)\s+)?(?<object>him|her|them|me|us)\b\s*(?<rest>.*)$/i;

/**
 * Who does and who receives. The one asked about is the subject unless `about` names the object, or the subject is
 * somebody else from the object's view ("her boss", "a stranger", "the teacher") who acts on him, her, me, us or them.
 */
export function partOf(clause: string, about?: string): Part {
  const actor = { role: "actor", retold: null } as const;
  if (about !== undefined) return isObject(clause, about) ? { ...actor, role: "receiver" } : actor;
  const found = ACTED_ON.exec(clause.trim())?.groups;
  const { subject = "", verb = "", way = "", object = "", rest = "" } = found ?? {};
  if (found === undefined || !AFTER_OBJECT.test(rest) || !isSomebodyElse(subject)) return actor;
  const participle = participleOf(verb.toLowerCase());
  if (way !== "" || participle === null) return { role: "receiver", retold: null };
  const retold = `${OBJECTS[object.toLowerCase()]} ${participle} ${rest} by ${subject}`.replace(/\s+/g, " ");
  return { role: "receiver", retold };
}

function isObject(clause: string, about: string): boolean {
  const at = clause.toLowerCase().indexOf(about.toLowerCase());
  return at > 0 && (clause.slice(0, at).match(/\p{L}+/gu)?.length ?? 0) >= 2;
}

function isSomebodyElse(subject: string): boolean {
  const words = subject.toLowerCase().split(/\s+/);
  if (words.some((word) => SUBJECT_OF.test(word))) return false;
  return /^(?:his|her|their|my|our|the|a|an|some|somebody|someone|everybody|everyone|nobody|people|another|one|two)\b/.test(
    subject.toLowerCase(),
  );
}

function participleOf(verb: string): string | null {
  return PARTICIPLES[verb] ?? (verb.endsWith("ed") ? verb : null);
}
