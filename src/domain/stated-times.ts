import type { TimeWindow } from "./evidence.ts";

const NUMBER = "(\\d+(?:\\.\\d+)?)";
const UNIT = "(?:s|sec|secs|seconds?)\\b";
/** `from 3.2 to 5.6 s`, `between 3 s and 5 s`, `3.2-5.6 s`. */
const SPAN = new RegExp(`${NUMBER}\\s*(?:${UNIT})?\\s*(?:-|–|to|and|until)\\s*${NUMBER}\\s*${UNIT}`, "gi");
const AFTER = new RegExp(`\\b(?:after|since|from)\\s+(?:about\\s+)?${NUMBER}\\s*${UNIT}(?!\\s*(?:to|until|-|–))`, "gi");
const BEFORE = new RegExp(`\\b(?:before|until|till|up to|by)\\s+(?:about\\s+)?${NUMBER}\\s*${UNIT}`, "gi");
const MOMENT = new RegExp(`${NUMBER}\\s*${UNIT}`, "gi");
/** `lasts 2.3 s`, `for 2 seconds`, `within 0.5 s`: how long, not when. */
const LENGTH = new RegExp(
  `\\b(?:lasts?|lasting|lasted|for|within|in|over|during|every|duration of|takes?)\\s+(?:about\\s+|some\\s+)?${NUMBER}\\s*${UNIT}|${NUMBER}\\s*${UNIT}\\s+(?:long|later|earlier|apart)`,
  "gi",
);

/**
 * When in a clip a sentence speaks of: from the first to the last time that it names, each as exact as it is written (4 s is
 * half a second either way, 4.1 s a twentieth). `null` when it names none.
 */
export function statedWindow(text: string): TimeWindow | null {
  let rest = text.replace(LENGTH, " ");
  const ends: TimeWindow[] = [];
  const take = (pattern: RegExp, windowOf: (numbers: readonly string[]) => TimeWindow) => {
    rest = rest.replace(pattern, (_all: string, ...groups: unknown[]) => {
      ends.push(windowOf(groups.filter((group): group is string => typeof group === "string").slice(0, 2)));
      return " ";
    });
  };
  take(SPAN, ([from = "", to = ""]) => ({ fromS: Number(from) - slackOf(from), toS: Number(to) + slackOf(to) }));
  // What rises from 3 s is there afterwards, and what is gone by 5 s was there before.
  const [open, shut]: [number[], number[]] = [[], []];
  take(AFTER, ([from = ""]) => {
    open.push(Number(from) - slackOf(from));
    return { fromS: Number(from) - slackOf(from), toS: Number(from) + slackOf(from) };
  });
  take(BEFORE, ([to = ""]) => {
    shut.push(Number(to) + slackOf(to));
    return { fromS: Number(to) - slackOf(to), toS: Number(to) + slackOf(to) };
  });
  take(MOMENT, ([at = ""]) => ({ fromS: Number(at) - slackOf(at), toS: Number(at) + slackOf(at) }));
  if (ends.length === 0) return null;
  const only = ends.length === open.length + shut.length;
  return {
    fromS: only && open.length === 0 ? 0 : Math.min(...ends.map(({ fromS }) => fromS)),
    toS: only && shut.length === 0 ? Number.MAX_VALUE : Math.max(...ends.map(({ toS }) => toS)),
  };
}

function slackOf(written: string): number {
  const decimals = written.split(".")[1]?.length ?? 0;
  return 0.5 * 10 ** -decimals;
}

/** The window in words, for the reason of a verdict. */
export function windowText({ fromS, toS }: TimeWindow): string {
  const plain = (timeS: number) => Number(Math.max(0, timeS).toFixed(2));
  if (toS === Number.MAX_VALUE) return `from ${plain(fromS)} s on`;
  return toS - fromS <= 1 ? `at ${plain((fromS + toS) / 2)} s` : `from ${plain(fromS)} to ${plain(toS)} s`;
}
