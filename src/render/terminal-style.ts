import { styleText } from "node:util";

/** How text is dressed for the place where it is shown. */
export interface TerminalStyle {
  readonly columns: number;
  bold(text: string): string;
  dim(text: string): string;
  good(text: string): string;
  bad(text: string): string;
  doubtful(text: string): string;
}

/** Colours only where they can be seen; never when the output is piped or `NO_COLOR` is set. */
export function createTerminalStyle(options: { readonly color: boolean; readonly columns: number }): TerminalStyle {
  const dress = (format: Parameters<typeof styleText>[0]) => (text: string) =>
    options.color ? styleText(format, text, { validateStream: false }) : text;
  return {
    columns: Math.max(60, Math.min(options.columns, 120)),
    bold: dress("bold"),
    dim: dress("dim"),
    good: dress("green"),
    bad: dress("red"),
    doubtful: dress("yellow"),
  };
}

const EIGHTHS = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"] as const;

/** A horizontal bar for a share of 0..1, `cells` characters at the most. */
export function bar(share: number, cells: number): string {
  const eighths = Math.round(Math.min(1, Math.max(0, share)) * cells * 8);
  return "█".repeat(Math.floor(eighths / 8)) + (EIGHTHS[eighths % 8] ?? "");
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

/** Text from a model or a caption, made harmless for a terminal: no control characters, no escape sequences. */
export function plain(text: string): string {
  return text.replace(/\p{Cc}+/gu, " ").replace(/[\u202A-\u202E\u2066-\u2069]/g, "");
}
