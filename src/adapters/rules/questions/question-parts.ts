/** A question word, or a verb that begins a question, after which somebody is named: "and who is", "and does F2". */
const NEXT =
  /,? (?:and|but) (?:also )?(?=(?:who|whose|which|what|when|where|why|how)\b|(?:is|are|does|do|did|was|were|has|have|can|could|would|will|should) (?:s?he|it|they|this|that|these|those|there|the|any|anyone|you|i|we|f\d+|an?)\b)/i;

/** The questions that are put in one: "Who smiles least, and why is F2 sad?" */
export function questionParts(text: string): readonly string[] {
  return (text.match(/[^?]+\?*/g) ?? [text]).flatMap((sentence) => sentence.split(NEXT)).map((part) => part.trim());
}
