import type { ModelCapabilities, ModelProbe, ProbeCheck, ProbedFeature } from "../domain/model-probe.ts";
import { costOf, type Price } from "../domain/price.ts";
import { plain, type TerminalStyle, wrap } from "./terminal-style.ts";

/** What an ask about three faces takes: characters of evidence and words, images, and tokens of the answer. */
interface AskSize {
  readonly characters: number;
  readonly images: number;
  readonly answerTokens: number;
}

/**
 * An ask about a photograph of three people, as counted in the requests: in one pass, and with tools in five turns, each of
 * which reads again what was said before.
 */
const ASK_OF_THREE_FACES: Readonly<Record<"single-pass" | "agent", AskSize>> = {
  "single-pass": { characters: 20_600, images: 1, answerTokens: 5_500 },
  agent: { characters: 108_000, images: 5, answerTokens: 5_700 },
};

/** What an ask costs with this model; `null` where its server counts no tokens, or nobody says what they cost. */
export function costOfAsk(
  { capabilities, charactersPerToken, imageTokens }: ModelProbe,
  price: Price | undefined,
): { readonly input: number | null; readonly output: number; readonly usd: number | null } {
  const { characters, images, answerTokens: output } = ASK_OF_THREE_FACES[capabilities.tools ? "agent" : "single-pass"];
  const shown = capabilities.vision ? (imageTokens === null ? null : images * imageTokens) : 0;
  const input =
    charactersPerToken === null || shown === null ? null : Math.round(characters / charactersPerToken + shown);
  return { input, output, usd: costOf({ input, output }, price) };
}

/** A probe as a person reads it in a terminal: what the engine did, and how it will be talked to. */
export function renderProbe(
  probe: ModelProbe,
  { price, server }: { readonly price: Price | undefined; readonly server: string | null },
  style: TerminalStyle,
): string {
  const lines = probe.checks.map((check) => checkLine(check, probe.capabilities, style));
  const where = server === null ? "" : style.dim(` at ${plain(server)}`);
  return [`${style.bold(plain(probe.model))}${where}`, "", ...lines, "", costLine(probe, price, style), ""].join("\n");
}

const NAME_CELLS = 20;
function checkLine({ feature, outcome, engine }: ProbeCheck, seen: ModelCapabilities, style: TerminalStyle): string {
  const dress = { works: style.good, fails: style.bad, refused: style.doubtful, untried: style.dim }[outcome];
  const indent = " ".repeat(NAME_CELLS + 11);
  const did = wrap(plain(engine), style.columns - indent.length, indent);
  const plan = wrap(planFor(feature, seen), style.columns - indent.length - 3, `${indent}   `);
  return `  ${feature.padEnd(NAME_CELLS)}${dress(outcome.padEnd(9))}${did}\n${indent}${style.dim(`-> ${plan}`)}`;
}

const BY_FORMAT: Readonly<Record<ModelCapabilities["structuredOutput"], string>> = {
  "beside-tools": "the schema goes along with every call",
  "without-tools": "tools first, the schema with the closing answer only",
  "as-tool": "the judgment is the arguments of a tool",
  none: "the form is asked for in words, and checked",
};

/** How Kuleshov talks to a model that does this. */
export function planFor(feature: ProbedFeature, seen: ModelCapabilities): string {
  const seesViews = seen.vision && seen.severalImages && seen.imagesAfterTools;
  switch (feature) {
    case "structured output":
      return BY_FORMAT[seen.structuredOutput];
    case "vision":
      return seen.vision ? "it is shown the image" : "no image is sent: it judges from the evidence alone";
    case "several images":
      return seen.vision && seen.severalImages ? "examples are shown as images" : "examples are given in words";
    case "video":
      return seen.video ? "it is sent clips as video, and frames of them" : "of clips it is shown frames";
    case "tools":
      return seen.tools ? "a loop with tools" : "all evidence in one prompt";
    case "parallel calls":
      return seen.tools ? "calls are taken as they come" : "none are offered";
    case "images of tools":
      return seen.tools && seesViews ? "tools that show parts of the image are offered" : "no tool shows images";
    case "context length":
      return seen.contextTokens === null
        ? "nobody says where it ends"
        : `a conversation may have ${seen.contextTokens} tokens`;
  }
}

function costLine(probe: ModelProbe, price: Price | undefined, style: TerminalStyle): string {
  const { input, output, usd } = costOfAsk(probe, price);
  const tokens = input === null ? "how many tokens is not known" : `about ${input} tokens in and ${output} out`;
  const money =
    price !== undefined && price.inputPerMillion + price.outputPerMillion === 0
      ? "free, as it runs on this machine"
      : usd === null
        ? "nobody says what they cost (KULESHOV_PRICES names a list)"
        : `about ${usd.toFixed(3)} USD`;
  return wrap(`  An ask about three faces: ${tokens}, ${money}.`, style.columns, "  ");
}
