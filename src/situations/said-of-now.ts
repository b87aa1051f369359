import { sentencesOf } from "./plain-text.ts";
import { pleasantnessOf } from "./word-pleasantness.ts";

/** What makes a clause tell of something that is not, not now, or only by somebody's word. */
export const NOT_SAID_NOW =
  /\b(?:if|unless|when|whenever|whether|in case|would|might|may|should|could (?:be|have been)|will be|wish|(?<!(?:all|no|any|of|lost|the|our|my|up) )hopes?|suppose|imagine|pretend|say|says|said|tell|tells|told|think|thinks|thought|believe|believes|claims?|claimed|asked|wrote|writes|texted|shouted|goes)\b|\w'd\b(?! (?:been|had|better)\b)|\w'll be\b/;
/** Of these, sentences tell as a whole of what might be, or of what somebody else holds. */
const ELSEWHERE =
  /^(?:if|unless|when|whenever|in case|suppose|imagine|let's pretend|pretend)\b|\b(?:according to|(?:was|were|'s|is|'m|am) (?:all )?like,? (?:i|i'm|you|no|oh|we)|is (?:called|titled|spelled)|the title is|i (?:don't|do not) know (?:if|whether))\b/;
/** Times that are over. */
const ELSEWHEN =
  /(?<!\b(?:get|gets|got|getting|be|am|are|is|'m|'re) )\bused to\b|\b(?:back (?:then|when)|in th(?:ose|e old) days|at the time|once upon|as a (?:child|kid|boy|girl|baby|teenager|student|young \w+)|when (?:i|we) (?:was|were|had|lived|started|first)|years ago|in (?:19|20)\d\d|in the \w+ties|during the|before i was born|i remember|(?:my|our) (?:first|former|old|ex) \w+ (?:was|were|had|\w+ed)|last (?:year|century|decade|summer|winter))\b/;
/** Two sides at once, or none. */
const UNDECIDED =
  /\b(?:neither|either way|one way or (?:the other|another)|mixed feelings|at the same time|strong feelings|not\b.*\bnot\b.*\beither)\b/;
/** Taken back, or said so that the opposite is meant: "so scared, not", "yeah, sure". */
const TAKEN_BACK =
  /(?<!\b(?:am|'m|is|are|was|were|do|does|did|hope|think|guess|why|or|rather|if|of course|certainly|absolutely|definitely|probably|maybe|better)) not[.!]*$|\b(?:just )?(?:kidding|joking)[.!]*$|\bhaha no\b|^(?:oh |well )*(?:yeah|yes|right)?,? ?(?:sure|right),? (?=i)|\bas if\b/;
/** Of what need not be: "in theory". */
const ONLY_THOUGHT = /\bin theory\b|\b(?:want|wants|like|hope) to (?:be|feel|become|have)\b/;
/** "I'm happy to help" and "I'm good at sums" tell nothing of how somebody is. */
const OFFERS =
  /\b(?:happy|glad|pleased|delighted) to (?!see|be|hear|have|meet|know|say)\w|\bglad you asked\b|\b(?:nice|pleased|good) to meet\b|\bgood (?:morning|evening|afternoon)\b|\bwell (?:aware|known|prepared|over|under|into|past)\b|\b(?:good|great|bad|terrible) (?:at(?! (?:all|the moment|home|work))|with)\b|\bdead (?:serious|sure|certain|right|set|on|easy|simple)\b|\bgood for (?!me|us|nothing|my|our)|\bsorry(?:,| but)? (?:could|can|would|say|i (?:didn't|did not|missed)|what|you)\b/;
/** What stands before a statement and leaves it as it is: "Honestly, I guess I'm fine". */
const LEAD =
  /^(?:(?:oh|ah|ugh|hey|well|yes|yeah|yep|no|so|and|but|or|honestly|frankly|actually|really|basically|luckily|sadly|look|listen|see|you know(?: what)?|you see|i mean|to be (?:honest|frank|fair)|to tell (?:you )?the truth|maybe|perhaps|now|today|right now|wow|god|my god|man|me|in fact|of course|obviously|i must (?:say|admit|confess)|i have to (?:say|admit|confess)|i(?:'d| would)(?: have to)? (?:say|admit)|(?:i|we)(?: do| actually| really)? (?:guess|suppose|think|believe|reckon|admit|confess|feel like|feel that|find(?= (?:it|this|that|the|all)\b)|know)|i can(?: honestly| only)? say)(?: that(?! (?:is|was)\b|'s))?,?\s+)+/;

/** Sentences that somebody says for themself and of now: no questions and quotes, nothing that is over, might be, or is undecided. */
export function sentencesOfNow(text: string): string[] {
  const sentences = sentencesOf(withoutQuotes(text.replaceAll("’", "'"))).map(withoutTag);
  return sentences.filter((sentence) => {
    const plain = sentence.toLowerCase();
    return (
      !/\?["”]?$/.test(plain) &&
      ![ELSEWHERE, ELSEWHEN, UNDECIDED, TAKEN_BACK, ONLY_THOUGHT, OFFERS, ASKS_UNMARKED].some((one) =>
        one.test(plain),
      ) &&
      !isMixed(plain)
    );
  });
}

const ASKS =
  /^(?:what|which|who|whose|why|how|where|when|am|is|are|was|were|do|does|did|can|could|should|would|will|have|has|had|may|isn't|aren't|wasn't|don't|doesn't|didn't|can't|couldn't|won't|wouldn't|haven't|hasn't)\b/i;

/** A question as transcribers write it, without its mark: a verb before its subject, or a word that asks before a verb. */
const ASKS_UNMARKED =
  /^(?:(?:so|and|but|or|um|uh|well|okay|ok|hey|yeah|no|right|wait),? )*(?:(?:am|are|is|was|were|do|does|did|can|could|would|will|have|has|had|should)(?:n't)? (?:you|we|they|he|she|it|i|this|that|these|those|there|the|your|my|our|his|her|their|any\w+|some\w+)\b|(?:what|which|where|when|why|who|how(?: (?:long|much|many|often|old|far|come))?)(?:'s|'re| is| are| do| does| did| was| were| can| could| would| will| have| has| should| kind| sort| time)\b(?! wrong))(?!.*!)/;

/** "I'm tired, can't you see?" says something before it asks. */
function withoutTag(sentence: string): string {
  const said = /^(?<before>.+),\s*(?<asked>[^,]+\?)$/.exec(sentence)?.groups;
  const { before = "", asked = "" } = said ?? {};
  return said !== undefined && ASKS.test(asked) && !ASKS.test(before) && !SORRY.test(before) ? `${before}.` : sentence;
}

/** Said to whoever is asked, of nothing that hurts. */
const SORRY = /^(?:oh,? )?(?:(?:i'm|i am) (?:so |very |terribly )?sorry|excuse me|pardon me|sorry)$/i;

/** What is quoted is said by somebody else, or at another time; a text that is a quote as a whole is what is said. */
function withoutQuotes(text: string): string {
  const rest = text.replace(/["“«][^"”»]*["”»]/g, " . ");
  return /\p{L}/u.test(rest) ? rest : text;
}

/** "Happy and sad". */
function isMixed(sentence: string): boolean {
  return [...sentence.matchAll(/\b(\w+) (?:and|or)(?: also| a bit| a little)? (\w+)\b/g)].some(
    ([, one = "", two = ""]) => {
      return (pleasantnessOf(one) ?? 0) * (pleasantnessOf(two) ?? 0) < 0;
    },
  );
}

/** Clauses in lower case, each without what leads into it. */
export function clausesSaid(sentence: string): string[] {
  const plain = sentence
    .toLowerCase()
    .replace(/[.!"“”]+/g, " ")
    .replace(/,(?= thank)/g, "")
    // Nothing could be more so, nothing ever was: these deny nothing.
    .replace(/\b(?:could(?:n't| not)|can't|cannot) (?:be|feel|have been) (?:any )?more (?=\w)/g, "am ")
    .replace(/\bnever (?:been|felt) (?:so|this|that|more) (?=\w)/g, "been ")
    .replace(/\bnever (?:been|felt) less (?=\w)/g, "been not ")
    .replace(/ (?:the least bit|in the least|in the slightest|even a bit)\b/g, "");
  return plain
    .split(/[,;:–—]\s*|\s+(?:but|and|because|though|although|yet)\s+/)
    .map((clause) => withoutLead(clause.trim()));
}

function withoutLead(clause: string): string {
  const rest = clause.replace(LEAD, "");
  return rest === "" ? clause : rest;
}
