import type { SignatureMatch } from "../domain/discovery.ts";

/** One sentence on published signatures, and the publications behind it. */
interface SignatureLine {
  readonly text: string;
  readonly sources: readonly string[];
}

/** What of published signatures a group shows: those it matches best, then those it shows units of and cannot be held against. */
export function signatureLines(published: readonly SignatureMatch[]): SignatureLine[] {
  const held = published.filter(({ match }) => match !== "not held");
  const full = held.filter(({ match }) => match === "full");
  const said = full.length > 0 ? full : held.slice(0, 1);
  const unheld = published.filter(({ match, present }) => match === "not held" && present.length > 0);
  return [...said.map(matchLine), ...(unheld.length === 0 ? [] : [unheldLine(unheld)])];
}

function matchLine({ match, category, evidence, present, absent, besides, sources }: SignatureMatch): SignatureLine {
  const parts = [
    `shows ${present.join(", ")}`,
    ...(absent.length === 0 ? [] : [`not ${absent.join(", ")}`]),
    ...(besides.length === 0 ? [] : [`besides ${besides.join(", ")}`]),
  ];
  const text = `${MATCH_WORDS[match]} the published signature of ${category} (evidence: ${evidence}): ${parts.join("; ")}.`;
  return { text, sources };
}

const MATCH_WORDS: Readonly<Record<SignatureMatch["match"], string>> = {
  full: "Full match with",
  partial: "Partial match with",
  weak: "Weak match with",
  "not held": "Not held against",
};

function unheldLine(unheld: readonly SignatureMatch[]): SignatureLine {
  const each = unheld.map(({ category, unmeasured }) => `${category} (${unmeasured.join(", ")} not measured)`);
  return { text: `Cannot be held against the signatures of ${each.join("; ")}.`, sources: [] };
}
