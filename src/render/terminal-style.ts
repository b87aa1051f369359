import type { TimeWindow } from "../domain/evidence.ts";
import { visibleText } from "../platform/visible-text.ts";

/** How text is dressed for the place where it is shown. */
export interface TerminalStyle {
  readonly columns: number;
  bold(text: string): string;
  dim(text: string): string;
  good(text: string): string;
  bad(text: string): string;
  doubtful(text: string): string;
}

/**
 * Where a dress begins and ends, in characters that text never holds (Unicode's noncharacters), each with the escape
 * sequence that {@link forTerminal} puts for it. So no text can bring escape sequences of its own.
 */
const MARKS: Readonly<Record<string, string>> = {
  "\ufdd0": "\u001b[1m",
  "\ufdd1": "\u001b[2m",
  "\ufdd2": "\u001b[22m",
  "\ufdd3": "\u001b[32m",
  "\ufdd4": "\u001b[31m",
  "\ufdd5": "\u001b[33m",
  "\ufdd6": "\u001b[39m",
};

/** Colours only where they can be seen; never when the output is piped or `NO_COLOR` is set. */
export function createTerminalStyle(options: { readonly color: boolean; readonly columns: number }): TerminalStyle {
  const dress = (begin: string, end: string) => (text: string) => (options.color ? begin + text + end : text);
  return {
    columns: Math.max(60, Math.min(options.columns, 120)),
    bold: dress("\ufdd0", "\ufdd2"),
    dim: dress("\ufdd1", "\ufdd2"),
    good: dress("\ufdd3", "\ufdd6"),
    bad: dress("\ufdd4", "\ufdd6"),
    doubtful: dress("\ufdd5", "\ufdd6"),
  };
}

/** Text as a terminal may have it: dressed as a {@link TerminalStyle} says, and whatever else could act on it spelled out. */
export function forTerminal(text: string): string {
  return visibleText(text).replace(/[\ufdd0-\ufdd6]/g, (mark) => MARKS[mark] ?? mark);
}

const EIGHTHS = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"] as const;

/** A horizontal bar for a share of 0..1, `cells` characters at the most. */
export function bar(share: number, cells: number): string {
  const eighths = Math.round(Math.min(1, Math.max(0, share)) * cells * 8);
  return "█".repeat(Math.floor(eighths / 8)) + (EIGHTHS[eighths % 8] ?? "");
}

const FIRST_WORDS = 40;

/** The beginning of a text of more than {@link FIRST_WORDS} words, and how many there are. */
export function firstWords(text: string): string {
  const words = text.trim().split(/\s+/);
  return words.length > FIRST_WORDS ? `${words.slice(0, FIRST_WORDS).join(" ")} ... (${words.length} words)` : text;
}

/** Breaks text at spaces into lines of at most `columns`; `indent` stands before every line but the first. */
export function wrap(text: string, columns: number, indent = ""): string {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/\s+/)) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (longer.length > columns && line !== "") {
      lines.push(line);
      line = word;
    } else {
      line = longer;
    }
  }
  lines.push(line);
  return lines.join(`\n${indent}`);
}

/** Text from a model, a caption or a file name, on one line and without marks of ours. */
export function plain(text: string): string {
  return visibleText(text)
    .replace(/[\n\t]+/g, " ")
    .replace(/[\ufdd0-\ufdd6]/g, "");
}

/** `0.0-1.4 s`, or `at 0.0 s`: a stretch of a clip in a table. */
export function shortSpan({ fromS, toS }: TimeWindow): string {
  return fromS === toS ? `at ${fromS.toFixed(1)} s` : `${fromS.toFixed(1)}-${toS.toFixed(1)} s`;
}
