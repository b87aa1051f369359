import { parseXml, type XmlElement, type XmlNode } from "@rgrove/parse-xml";
import type { Utterance } from "../../domain/utterance.ts";
import type { RefuseTranscript } from "./read-transcript.ts";

/**
 * Annotations of ELAN that have times of their own. A tier's participant is the speaker, or the tier by its name; where some
 * tiers have a participant, the others are taken for notes and left out, and so are tiers that depend on another one.
 */
export function readElan(text: string, refuse: RefuseTranscript): Utterance[] {
  const document = parsed(text, refuse);
  if (document.name !== "ANNOTATION_DOCUMENT")
    throw refuse(`it is no file of ELAN: its first element is ${document.name}`);
  const slots = new Map(
    descendants(document, "TIME_SLOT").map(({ attributes }) => [attributes.TIME_SLOT_ID, attributes.TIME_VALUE]),
  );
  const timeS = (slot: string | undefined) => {
    const written = slots.get(slot ?? "");
    if (written === undefined || !/^\d+$/.test(written))
      throw refuse(`the time ${slot ?? "of an annotation"} has no value: align it in ELAN`);
    return Number(written) / 1000;
  };
  const tiers = descendants(document, "TIER").filter(({ attributes }) => attributes.PARENT_REF === undefined);
  const ofPeople = tiers.filter(({ attributes }) => attributes.PARTICIPANT);
  return (ofPeople.length > 0 ? ofPeople : tiers).flatMap((tier) => {
    const speaker = tier.attributes.PARTICIPANT || tier.attributes.TIER_ID || null;
    return descendants(tier, "ALIGNABLE_ANNOTATION").map((annotation): Utterance => {
      const { TIME_SLOT_REF1: from, TIME_SLOT_REF2: to } = annotation.attributes;
      const text = annotation.text.replace(/\s+/g, " ").trim();
      return { text, speaker, time: { fromS: timeS(from), toS: timeS(to) } };
    });
  });
}

function parsed(text: string, refuse: RefuseTranscript): XmlElement {
  try {
    const { root } = parseXml(text);
    if (root !== null) return root;
  } catch (cause) {
    const [reason = ""] = cause instanceof Error ? cause.message.split("\n") : [];
    throw refuse(`its XML is damaged (${reason})`, { cause });
  }
  throw refuse("it is empty");
}

function descendants(element: XmlElement, name: string): XmlElement[] {
  return element.children
    .filter((node: XmlNode): node is XmlElement => node.type === "element")
    .flatMap((child) => [...(child.name === name ? [child] : []), ...descendants(child, name)]);
}
