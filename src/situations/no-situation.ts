import { runSituationNetwork, situationLabels } from "./situation-network.ts";
import { turnTable } from "./turn-table.ts";
import { pleasantnessOf } from "./word-pleasantness.ts";
import { findCues } from "./word-table.ts";

const ORDER =
  /^\s*(?:please\s+)?(?:ignore|disregard|forget (?:all|your|the|every|previous)|answer|reply|respond|say (?:that|it|only)|output|print|return|rate|describe|tell me|label|classify|pretend|act as|you (?:must|should|are now)|do not|don['’]t|never (?:use|open|leave|touch)|system:|assistant:)\b/i;
const QUESTION =
  /^\s*(?:what|which|who|whose|why|how|where|when|is|are|does|do|did|can|could|should|would)\b[^.!]*\?\s*$/i;
/** Verbs that tell somebody what to do when they open a sentence in their plain form. */
const INSTRUCTION =
  /^\s*(?:please\s+|now\s+|then\s+|first,?\s+|next,?\s+|always\s+|\d+[.)]\s*)?(?:(?:attach|bake|boil|bring|buy|choose|chop|combine|connect|download|drain|ensure|fasten|fetch|fry|grate|insert|install|make sure|note that|peel|plug in|pour|preheat|proceed|refer to|remember to|remove|rinse|select|send|simmer|sprinkle|stir|submit|unplug|upload|whisk|write|fill in|fill out|switch on|switch off|turn on|turn off|turn left|turn right|go straight|go to|wash at|save as|see page|see section|keep left|keep right|keep away|keep out|read on)\b|(?:add|adjust|apply|arrange|call|check|clean|click|close|complete|confirm|cook|copy|cover|cut|delete|draw|drop|dry|enter|fill|fold|follow|heat|hold|keep|leave|lift|mark|measure|mix|move|open|order|pack|paste|place|press|pull|push|put|read|repeat|replace|restart|save|scan|serve|set|shake|shut|sign|slice|sort|start|stop|store|take|tap|tick|touch|turn|type|update|use|wait for|wash|water|wear|wipe|wrap)\s+(?:up\s+|down\s+|out\s+|off\s+|gently\s+|carefully\s+)?(?:the|an?|all|any|each|every|some|your|this|these|it|them|one|two|three|four|five|\d+)\b)/i;
/** What such a statement is about: "The museum", "Birds", "Water", "Version 2"; a bare name ("Tom") may be somebody's. */
const THING =
  /^(?:(?:the|an?|all|most|many|some|each|every|this|these|those|its)\s+|(?=\p{L}+s\s)|(?=(?:water|light|sound|ice|iron|gold|salt|sugar|oil|air|milk|wood|glass|steel|version|section|chapter|table|figure|page|part|item|group|condition|step)\s))/iu;
/** "The museum is open from nine to five", "Light travels faster than sound": what is so, and not what happens to anybody. */
const STATES =
  /^(?:[\p{L}\d'’-]+,?\s+){1,6}?(?:is|are|has|have|consists?|contains?|means?|costs?|weighs?|measures?|opens|closes|departs?|arrives?|leaves|boils?|freezes|melts?|travels?|equals?|includes?|shows|stands for|belongs?|lives?|eats?|needs?|consisted|comprised|was (?:taken|made|built|published|recorded|measured|collected))\b(?!\s+(?:\p{L}+ing|gone|over|on|back|here|there|late|lost|dead|alive|empty|dark|coming)\b)/iu;

/** Whether a sentence asks, orders or instructs. */
export function asksOrOrders(sentence: string): boolean {
  return [ORDER, QUESTION, INSTRUCTION].some((one) => one.test(sentence));
}

const PERSONS = new Set(
  (
    "i me my mine we us our he him his she her hers they them their who whose somebody someone everybody everyone nobody anybody " +
    "man woman boy girl child baby kid teenager adult lady guy person people men women children kids couple family families friend " +
    "mother father mum mom mommy dad daddy parent parents brother sister son daughter uncle aunt cousin grandmother grandfather " +
    "grandma grandpa granny husband wife widow bride groom boyfriend girlfriend fiance fiancee partner ex neighbour neighbor colleague " +
    "boss employee worker teacher pupil student patient doctor nurse surgeon soldier refugee officer driver cyclist passenger pedestrian " +
    "waiter guest customer stranger fan player team crowd audience actor singer dancer climber farmer judge lawyer victim prisoner " +
    "employer tenant landlord roommate flatmate classmate teammate coach beggar infant toddler nephew niece siblings twin twins lover " +
    "dog cat puppy kitten horse mourner protester firefighter firefighters coworker client visitor"
  ).split(" "),
);

/** Whether a word names a person, or an animal that one lives with. */
export function isPersonWord(word: string): boolean {
  const plain = word.toLowerCase().replace(/['’]s?$/, "");
  return PERSONS.has(plain) || (plain.length > 3 && plain.endsWith("s") && PERSONS.has(plain.slice(0, -1)));
}

/** An unpleasant emotion from here on is told even where nobody is named: "The bridge is under water". Set by hand, not fitted. */
const FELT_FROM = 0.5;

/** Whether a text states a fact in which nobody has a part and nothing is pleasant or unpleasant. */
export function statesFact(text: string): boolean {
  const words = text.toLowerCase().match(/[\p{L}'’]+/gu) ?? [];
  if (
    !THING.test(text) ||
    !STATES.test(text) ||
    words.some((word) => isPersonWord(word) || pleasantnessOf(word) !== null)
  )
    return false;
  if (findCues(text).some(({ cue }) => cue.likelihood.neutral === undefined)) return false;
  const { actor } = runSituationNetwork(text);
  const { unpleasant } = turnTable();
  return situationLabels().every((label, at) => !unpleasant.includes(label) || (actor[at] ?? 0) < FELT_FROM);
}
