import type { Exemplar } from "../domain/exemplar.ts";
import { plain, type TerminalStyle, wrap } from "./terminal-style.ts";

/** An exemplar with what a search says of it. */
interface ListedExemplar {
  readonly exemplar: Exemplar;
  /** 0..1, `null` when no faces were compared. */
  readonly similarity: number | null;
  readonly why: readonly string[];
}

/** One line per exemplar, and under it why it was found. */
export function renderExemplarList(listed: readonly ListedExemplar[], style: TerminalStyle): string {
  return listed
    .map(({ exemplar, similarity, why }) => {
      const score = similarity === null ? "" : `  ${style.good(similarity.toFixed(2))}`;
      const role = exemplar.role === "counter" ? style.doubtful(" (counter)") : "";
      const head = `${style.dim(exemplar.id)}  ${style.bold(plain(exemplar.category))}${role}${score}  ${plain(exemplar.image.path)}`;
      const reasons = why.length === 0 ? "" : `\n  ${wrap(plain(why.join("; ")), style.columns - 2, "  ")}`;
      return `${head}${reasons}\n`;
    })
    .join("");
}

/** Everything about one exemplar. */
export function renderExemplar(exemplar: Exemplar, style: TerminalStyle): string {
  const lines: readonly (readonly [string, string | null])[] = [
    [
      "category",
      exemplar.role === "counter" ? `${exemplar.category} (counter: looks like it and is not)` : exemplar.category,
    ],
    ["caption", exemplar.caption],
    ["definition", exemplar.definition],
    ["why", exemplar.why],
    ["labeller", exemplar.labeller],
    ["licence", exemplar.licence ?? "unknown"],
    ["source", exemplar.source],
    ["image", `${exemplar.image.path} (${exemplar.image.widthPx} x ${exemplar.image.heightPx} px)`],
    ["region", regionText(exemplar)],
    ["pack", exemplar.pack],
    ["linked to", exemplar.linkedTo],
    ["measured", measuredText(exemplar)],
    ["added", exemplar.addedAt],
  ];
  const rows = lines.flatMap(([name, value]) =>
    value === null ? [] : [`${style.dim(name.padEnd(10))}  ${wrap(plain(value), style.columns - 12, " ".repeat(12))}`],
  );
  return `${style.bold(exemplar.id)}\n${rows.join("\n")}\n`;
}

function regionText({ region }: Exemplar): string {
  if (region === null) return "the whole image";
  return [region.leftPx, region.topPx, region.widthPx, region.heightPx].map(Math.round).join(",");
}

function measuredText({ measurements }: Exemplar): string {
  if (measurements.length === 0) return "no face; found by words alone";
  return measurements
    .map(({ toolbox, actionUnits }) => {
      const strongest = actionUnits
        .filter((unit) => unit.side === "both")
        .sort((a, b) => b.value - a.value)
        .slice(0, 6)
        .map((unit) => `${unit.au} ${unit.value.toFixed(2)}`);
      return `${toolbox}: ${strongest.join(", ")}`;
    })
    .join("; ");
}
