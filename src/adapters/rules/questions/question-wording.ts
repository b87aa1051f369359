import type { AskedSide } from "./asked-question.ts";

/** "Would you have said sad without the context?": by the face alone. */
export const FACE_ALONE =
  /\bwithout (?:the |any )?(?:context|situation)\b|\bfaces? (?:alone|only|by (?:itself|themselves)|on (?:its|their) own)\b/;
/** "Without the context, what would change?" asks what the context does. */
export const CONTEXT_EFFECT =
  /^what changes?\?*$|\b(?:context|situation)\b.*\b(?:chang\w*|effect|affect\w*|influenc\w*|alter\w*|difference|matters?|add|adds|shift\w*|do|contribut\w*|need\w*)\b|\b(?:chang\w*|effect|influence|difference|alter\w*|role|without)\b.*\b(?:context|situation)\b/;
export const CERTAINTY =
  /\bhow (?:sure|certain|confident|reliable|trustworthy|accurate|uncertain|safe)\b|\b(?:are|is) (?:you|it|this|that) (?:really )?(?:sure|certain|confident|reliable)\b|\bcan (?:i|we|you) (?:trust|rely)|\bhow much (?:can|should) (?:i|we|you) (?:trust|rely)|\b(?:your )?(?:confidence|certainty)\b|\btrusted\b|^why\b.*\b(?:not (?:so |very |quite )?|un)(?:sure|certain)\b|\b(?:observers?|raters?|people|others|experts?|coders?) (?:would |will |might |probably )?(?:dis)?agree\b/;
/** "Which face is the most ambiguous?", "Who is hardest to read?" */
export const SUREST =
  /\b(?:most|least|hardest|easiest|clearest|surest|more|less)\b.*\b(?:(?:un)?ambiguous|(?:un)?certain|(?:un)?clear|unsure|sure|doubtful|to (?:read|tell|judge)|clear[- ]cut)\b|\bclearest (?:expression|face|reading|emotion)\b|\btrust\b.*\b(?:most|least)\b/;
export const UNSURE =
  /\b(?:ambiguous|uncertain|unclear|unsure|doubtful|hardest)\b|\bleast (?:certain|clear|sure|unambiguous)\b|\bless (?:certain|clear|sure)\b|\btrust\b.*\bleast\b/;
/** Asked of no label: "Is that a mixed emotion?" */
export const MIXED = /\b(?:un)?ambiguous\b|\bclear[- ]cut\b|\bmix(?:ed|ture)?\b|\bblend(?:ed|s)?\b/;
export const SAME =
  /\bsame (?:facial )?(?:expressions?|emotions?|way|thing)\b|\bsimilar(?:ly)?\b|\balike\b|\b(?:share|shares) (?:an|the|one|their) (?:expression|emotion)|\bdiffer(?:s|ent)? (?:in|expressions?|emotions?|from)|\b(?:match|matches)\b|^(?:and )?(?:how|in what)\b.*\bdiffer\w*\b|\bdifferences? between\b/;
/** Whether face and context go together: "Does the face fit the context?", "Is his expression appropriate?" */
export const SITUATION = /\b(?:context|situation|scene|circumstances)\b/;
/** "Is the face consistent with a birthday?": what is named is the situation. */
export const FITS_SITUATION =
  /\b(?:consistent|congruent|in line|at odds|compatible|incompatible|go(?:es)?|fits?|match\w*) with (?:an?|the|his|her|their|being|someone|somebody)\b|\bfits? (?:an?|the|this|that)\b/;
export const APPROPRIATE = /\b(?:in)?appropriate\b|\bout of place\b/;
export const SMILE_TYPE = /\b(?:what|which) (?:kind|type|sort) of (?:a )?(?:smile|grin)\b/;
export const PROTOTYPE = /\bprototyp\w*/;
export const ODD =
  /\bodd (?:one )?out\b|\bstands? out\b|\bmost different\b|\bdifferent from (?:the|all) (?:others?|rest)\b/;
/** "Give me the probability of each emotion." */
export const DISTRIBUTION =
  /\b(?:probabilit(?:y|ies)|percentages?|shares?|scores?|numbers?|likelihoods?) (?:of|for) (?:each|every|all|the|different)\b.*\b(?:emotions?|expressions?|labels?|categor(?:y|ies))\b|\b(?:probability )?distribution\b|\b(?:each|every|all) (?:of the )?(?:\w+ )?(?:emotions?|expressions?|labels?)'s? (?:probabilit(?:y|ies)|scores?|shares?)\b|^(?:what are|list|give(?: me)?|show(?: me)?) (?:all )?(?:the )?probabilities\b|^(?:rank|order|sort|list) (?:all )?(?:the )?(?:\w+ )?(?:emotions|expressions|labels)\b|\b(?:emotions|expressions|labels) with (?:their|the) (?:probabilities|scores)\b/;
/** "Do the classifiers agree?", "What do the networks say?" */
export const NETWORKS = /\b(?:networks?|classifiers?)\b.*\b(?:agree|say|think|give|differ|disagree)\w*\b/;

/** What the situation leads one to expect, not what the face shows. */
export const EXPECTED =
  /^(?:and |so )?(?:what|which|how(?! many))\b.*\b(?:expect(?:s|ed)?|(?:people|one|someone|anyone|somebody) (?:would |usually |normally |typically )*(?:feel|show|express|look)s?|should (?:s?he|they|one|f\d+|(?:this|the) \w+) (?:feel|look|show|express))\b/;

/** Whether what somebody says and their face go together; not "in other words", nor what you would say. */
export const WORDS =
  /(?<!\bother )\bwords\b|\b(?:says|saying|utterances?|transcript)\b|(?<!\bbe )\bsaid\b|\b(?:he|she|they|f\d+|person|people) say\b/;
export const GO_TOGETHER =
  /\b(?:agree\w*|match\w*|fits?|fitting|contradict\w*|belie[sd]?|consistent|inconsistent|(?:in)?congruent|conflict\w*|mismatch\w*|go(?:es)? (?:together|with)|at odds|in line)\b/;

/** What else it may be: "the second most likely emotion", "What are the alternatives?" */
export const ALTERNATIVES =
  /\b(?:second|third|next|runner-up|top (?:two|three|\d))\b.*\b(?:likely|probable|emotions?|expressions?|labels?|readings?|guess|place)\b|\balternatives?\b|\bwhat else (?:could|might|can|may)\b/;

/** "What is the least likely emotion?", "Which emotion is not shown?" */
export const LEAST_LIKELY =
  /^(?:and )?(?:what|which) (?:emotion|expression|label|feeling)s?\b.*\b(?:not|isn't|aren't|absent|ruled out|excluded)\b|\b(?:least (?:likely|probable)|most unlikely)\b.*\b(?:emotion|expression|label|reading)s?\b|\b(?:emotion|expression|label|reading)s?\b.*\b(?:least (?:likely|probable)|most unlikely)\b/;

/** What a context does to one expression: "Does the context make anger more likely?" */
export const CONTEXT_ON =
  /\b(?:context|situation)\b.*\b(?:(?:more|less) (?:likely|probable|plausible)|rais\w*|lower\w*|increas\w*|decreas\w*|strengthen\w*|weaken\w*)\b/;
/** "Which is the strongest action unit?" */
export const STRONGEST_UNIT =
  /\b(?:strongest|clearest|dominant|most (?:intense|active|visible|strongly)|highest)\b.*\b(?:action units?|aus?|muscles?|movements?)\b|\b(?:action unit|au|muscle|movement)s?\b.*\b(?:strongest|clearest|dominant|most (?:intense|active|visible))\b/;
/** "How much happier is F3 than F2?" */
export const HOW_MUCH_MORE = /^(?:and |by )?how much (?:more |less )?\w+\b.*\bthan\b/;
/** "Does she look sad because of the inner brow?" */
export const BECAUSE_OF = /\b(?:because of|due to|thanks to|on account of)\b/;

/** "Which cues speak against the reading?", but not "What speaks against anger?" */
export const AGAINST =
  /\b(?:against|contradicts?|doubts?|disagrees?) (?:it|this|that|(?:this|that|the|your) (?:reading|judg\w+|answer|interpretation|emotion|expression|label))\b/;

export const RATED = /\b(?:rate|rating|score|scale|0 ?(?:-|–|to) ?\d+|out of \d+|percent)\b/;
export const WHY_NOT =
  /^why (?:not|isn't|aren't|doesn't|don't|no)\b|^why (?:is|are|does|do) .*\bnot\b|\brather than\b|\band not\b|\b(?:distinguish\w*|differentiat\w*)\b.*\bfrom\b/;
export const WOULD_MAKE =
  /\bwhat (?:else )?(?:would|could|must|should|needs?|has)\b.*\b(?:make|turn|change|need|take|show|have to|to be|be different|count as)\b|\bwhat is missing\b|\bwhat's missing\b|\b(?:missing|lacking|needed|required) (?:for|to)\b|\bwhen would\b/;
/** "What speaks against surprise?" */
export const AGAINST_TARGET =
  /\b(?:against|contradicts?|rules? out|argues? against) (?:it being |this being |a |an )?\w+/;
/** "blend of anger and disgust", "Does AU4 co-occur with AU7?" */
export const TOGETHER = /\band\b|\bboth\b|\bco-?occurs?\b|\btogether\b/;
/** "What does AU4 mean?" */
export const MEANING =
  /^what (?:is|are|does) (?:an? )?au ?\d+\w*(?: mean| stand for)?\??$|\bmeaning of\b|\bwhat does .*\bmean\??$|^(?:define|explain) au/;
/** "from the saddest to the happiest" */
export const BOTH_ENDS = /\bfrom\b.*\bto\b/;
export const WHEN =
  /^(?:and |so )?(?:(?:since |until )?when(?! (?:s?he|they|it|f\d+|the|this|one|people|\w+ing)\b)|how long|at (?:what|which) (?:time|point|moment|second))\b/;
export const SUPERLATIVE =
  /\b(?:most|least|more|less|strongest|weakest|clearest|biggest|widest|broadest|highest|lowest|\w{3,}ie(?:st|r)|best|worst|better|worse|hardest|saddest|sadder|calmest|calmer|stronger|weaker|clearer|bigger|wider|broader|higher|lower)\b/;
export const LEAST = /\b(?:least|less|weakest|weaker|lowest|lower)\b/;
export const ASKS_WHO =
  /^(?:and |so )?(?:who|whose|which (?:one|of|person|people|face|faces|man|woman|girl|boy|child|two|women|men)|what person|what face)\b|\b(?:which|what) (?:person|face|people|faces|one)\b/;
export const SIDE =
  /\b(?:which|what) (?:side|half)\b|\bone[- ]sided\b|\basymmetr\w*|\bsymmetr\w*|\blopsided\b|\bboth sides\b|\bequally\b|\bleft or (?:the )?right\b|\bstronger on\b/;
export const STRENGTH =
  /\bhow (?:\w+ )?(?:strong|strongly|intense|intensely|much|clear|clearly|wide|pronounced|big|far|visible)\b|\b(?:intensity|strength)\b|\bto what (?:extent|degree)\b|\b(?:probability|likelihood|chance|percentage)\b|\bhow many (?:raters|observers|people|persons|others) (?:would|will|might)\b|\ba ?(?:-|–|to) ?e\b/;
/** The five letters of a FACS coder's intensity. */
export const LETTERED = /\ba ?(?:-|–|to) ?e\b/;
export const YES_NO =
  /^(?:and |so |but )?(?:is|isn't|are|aren't|was|were|does|doesn't|do|did|has|have|any|can you|could|would (?:you|(?:most |other )?(?:people|observers|others|raters)|one|anyone)|do you)\b/;

export const WHY =
  /^why\b|^how come\b|\bwhat makes (?:you|it|this|her|him|them|f\d)|\bwhat tells\b|\bspeaks? (?:for|in favou?r)\b|\b(?:which|what) (?:facial )?(?:cues?|evidence|signs?|action units?|muscles?|features?|measurements?)\b|\bhow (?:do|can) (?:you|i|we) (?:know|tell|see)\b/;

/** "How happy is she?" */
export function isHowLabel(lower: string): boolean {
  return /^how (?!(?:do|does|is|are|many|can)\b)\w+ (?:is|are|does|do|looks?|was|were)\b/.test(lower);
}

export function scaleIn(lower: string): { from: number; to: number } | undefined {
  const range = /(-?\d+) ?(?:to|-|–|and) ?(\d+)/.exec(lower);
  if (range !== null) return { from: Number(range[1]), to: Number(range[2]) };
  const outOf = /out of (\d+)/.exec(lower);
  return outOf === null ? undefined : { from: 0, to: Number(outOf[1]) };
}

/** "average happiness", "the mean valence of the group" */
export const AVERAGE = /\baverage\b|^(?:what is )?(?:the )?mean (?!of au|\?)/;
/** "What fraction of the faces is positive?" */
export const HOW_MANY =
  /\bhow many\b(?! (?:raters|observers|people|persons|others) (?:would|will|might)\b)|^count\b|\b(?:fraction|proportion|share|percentage|percent|number) of (?:the |these |those )?(?:faces|people|persons|them|group|individuals)\b/;
/** "Which two look most alike?" */
export const CLOSEST_PAIR =
  /\b(?:most|more|closest|nearest)\b.*\b(?:alike|similar)\b|\b(?:alike|similar)\b.*\bmost\b|\b(?:closest|nearest) to each other\b/;
/** Of everybody: "Are they all smiling?" */
export const EVERYBODY = /\b(?:all|everyone|everybody|every|each|both|the whole group)\b/;
/** "Is anyone not smiling?", "Does nobody smile?" */
export const ANYBODY_NOT =
  /\b(?:any(?:one|body)?|some(?:one|body)?|one of them)\b.*\b(?:not|n't|without)\b|^(?:is|does) there any\w* who (?:is|does)(?:n't| not)\b/;

export const UNITS =
  /\bfacs (?:codes?|coding|scor\w+)\b|\b(?:aus?|action units?) (?:codes?|combinations?|profile|patterns?|list)\b|\b(?:which|what|list|name|all|any|how many)\b.*\b(?:aus?|action units?|facial movements?|muscles?)\b/;

export const BY_UNITS = /\b(?:aus?|action units?|facial movements?|muscles?)\b/;

/** "What do the brows do?" */
export const PART = /^(?:and |so )?(?:what|how|describe)\b/;

/** "the left side", "left only", but not the person on the left. */
export function sideIn(lower: string): AskedSide | null {
  if (
    /\bwhich (?:side|half) of (?:the|his|her|their) face\b|\b(?:a?symmetr\w*|lopsided|one[- ]sided|one side|one half)\b/.test(
      lower,
    )
  )
    return "one";
  const [, side] = /\b(left|right)(?:[- ]hand)? (?:side|half|only|alone)\b/.exec(lower) ?? [];
  return side === "left" || side === "right" ? side : null;
}

/** Beyond what one image tells: whether what is shown is meant. */
export const FELT =
  /\b(?:pretend\w*|fak(?:e|ed|ing)|feign\w*|acted|acting|genuine(?:ly)?|sincere(?:ly)?|authentic|posed|posing|spontaneous|deliberate|voluntary|putting (?:it )?on)\b/;
/** "Is she really sad?", but not "Does she really look sad?" */
export const REALLY =
  /^(?!.*\b(?:look|seem|appear|show|express|perceive|read|expression|sign)\w*\b).*\b(?:really|truly|actually|genuinely|feels?|feeling)\b/;
export const IS_FELT = new RegExp(`${FELT.source}|\\breal\\b`);
export const LOOKS = /\b(?:look|seem|appear|show|express|perceive|read|expression|sign)\w*\b/;
export const NOT_FELT = "an image shows an expression, not whether it is felt or put on";
export const DESCRIBE =
  /\b(?:emotions?|expressions?|feelings?|moods?|affect|feel|feels|feeling|expressed|expressing|look|looks|looking|faces? (?:show|express|tell|say)s?|you see|see in (?:this|the|her|his) face|read in|shows?|showing|shown|express|expresses|react|reacts|reacting|reaction)\b|\b(?:takes?|taking) (?:it|this|that|the \w+)\b|\bfaces? do\b|^(?:how|what) would (?:\w+ )?(?:raters?|observers?|coders?|people|others) (?:label|call|name)\b|^what (?:happens|is happening)\b/;

/** "Why?", "How do you know?", "Which cue is the most important?" */
export const WHY_AT_ALL =
  /^why\b|^what makes (?:you|it)\b|^explain (?:why|(?:the|this|that|your|how) (?:you\b|reading|judg\w+|answer|result|verdict|interpretation))\b|^how (?:do|can) (?:you|i|we) (?:know|tell)\b|\b(?:which|what) (?:cue|evidence|sign|feature) (?:is|counts|weighs)\b/;
/** "Why does Bob leave?", "Why is she standing up?", but not "Why does the judge say so?" */
const WHY_DONE =
  /^(?:and |so )?why (?:(?:do|does|did)(?:n't)? |(?:is|are|was|were)(?:n't)? (?=.*\w{2}ing\b))(?!(?:you|i|we|it|that|(?:the|this|your) (?:judge|rules|models?|networks?|reading|judg\w+|answer|result|verdict|report|context|situation)s?)\b)/;
/** What is read of a face, or measured, told or compared of it. */
const SEEN_OF_FACE =
  /\b(?:faces?|heads?|eyes?|gaz\w*|glanc\w*|star(?:e|es|ing)|turn\w*|chang\w*|becom\w*|moods?|scor\w*|rank\w*|rat(?:e|es|ed|ing)|differ\w*|counts?|get|have|come (?:first|last|nearest))\b/;

/** Whether it is asked for what moves somebody to do something that is nothing of a face. */
export function asksWhyDone(lower: string): boolean {
  return WHY_DONE.test(lower) && ![SEEN_OF_FACE, LOOKS, DESCRIBE].some((wording) => wording.test(lower));
}

export const ASKS_WHAT =
  /^(?:what|which|how|when|describe|name|tell|explain|list|emotions?|expressions?|give|who|the|can you|could you)\b/;
export const DESCRIBE_WHOM =
  /^describe (?:the |this |that |these |those )?(?:\w+'s )?(?:faces?|images?|people|persons?|them|her|him|it)\b/;

const OPENED =
  /^(?:(?:please|briefly|quickly|hi|hello|hey|ok|okay|so|well|um|uh|hmm|basically|actually|honestly|in short|in (?:one|a|a single) (?:word|sentence))[,:]? )+(?=\S)/i;
/** "who is saddest lol", "valence please" */
const CLOSED = /[,;]? ?\b(?:lol|haha\w*|pls|plz|please|thanks?(?: you)?|thx)\b(?=[\s?!.]*$)/i;
/** "He is angry, isn't he?", "no emotion right?", but not "Is she on the right?" */
const TAGGED =
  /^(?!wh|how)(.+?)(?:, (?:(?:is|are|was|do|does|did|has|have)(?:n't)? (?:s?he|it|they|that|this|there)|right|correct)|(?<!^(?:is|are|do|does|can)\b.*|\b(?:the|or|and|to|far)) right)\?$/i;

/** "AU1+4" */
const COMBINED = /\bAU ?(\d+)((?: ?\+ ?(?:AU ?)?\d+)+)/gi;

/** Without courtesies, and as a question where a statement only ends as one. */
export function plainly(text: string): string {
  return text
    .replace(OPENED, "")
    .replace(CLOSED, "")
    .replace(/\bvs\.?(?= )|\bversus\b/gi, "or")
    .replace(TAGGED, "Is it so that $1?")
    .replace(
      COMBINED,
      (units) =>
        units
          .match(/\d+/g)
          ?.map((au) => `AU${au}`)
          .join(" and ") ?? units,
    );
}
