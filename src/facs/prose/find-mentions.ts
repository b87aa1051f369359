import type { Side } from "../../domain/measurement.ts";
import { findCodes } from "./action-unit-codes.ts";
import { type Clause, splitClauses } from "./clauses.ts";
import { settleStates } from "./mention-states.ts";
import { type MentionUnit, unitsInClause } from "./mention-units.ts";

/** A place in a text that says an action unit is shown or not shown. */
export interface ActionUnitMention {
  /** At least one of these is meant when present; none of these when absent. */
  readonly anyOf: readonly string[];
  /** As worded. A text seldom says whether it means the subject's left or the viewer's. */
  readonly side: Side;
  readonly state: "present" | "absent";
  /** The wording, as written. */
  readonly words: string;
  /** Where it starts in the text, in UTF-16 units. */
  readonly index: number;
  /** A number quoted with the code, such as `AU12 (0.93)`; percent are divided by 100. */
  readonly statedValue: number | null;
}

/**
 * Finds what a text claims about action units, by code or in words, with negation: `"Lip corners raised (AU12), but no
 * crow's feet"` gives AU12 present twice and AU6 absent. Sentences about what would be, what usually is and what was
 * not measured claim nothing. The words are in `models/facs/lexicon.json`; English only.
 */
export function findActionUnitMentions(text: string): ActionUnitMention[] {
  const codes = findCodes(text);
  const mentions: ActionUnitMention[] = [];
  let previous: { clause: Clause; units: readonly MentionUnit[] } | undefined;
  for (const clause of splitClauses(text, codes)) {
    const units = unitsInClause(clause, previous?.clause);
    for (const { unit, state } of settleStates(clause, units, previous?.units ?? [])) {
      mentions.push({
        anyOf: unit.anyOf,
        side: unit.side,
        state,
        words: text.slice(unit.index, unit.end),
        index: unit.index,
        statedValue: unit.statedValue,
      });
    }
    previous = { clause, units };
  }
  return mentions.sort((a, b) => a.index - b.index);
}
