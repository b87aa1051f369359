import sharp from "sharp";
import type { ImageView } from "../../domain/image.ts";
import type { ProbedFeature } from "../../domain/model-probe.ts";
import type { TokenUse } from "../../domain/token-use.ts";
import { svgText, textWidth } from "../../render/vector-text.ts";
import { asked, hadNoReply, note, numbersIn, type Probing, quote, user } from "./probing.ts";

/** Told to nobody: a model that writes them has read them. */
export const NUMBERS = ["472", "839", "615", "294"] as const;

export async function tryImages(probing: Probing): Promise<void> {
  if (!probing.capabilities.vision) {
    note(probing, "vision", "untried", "says that it takes no images");
    note(probing, "several images", "untried", "says that it takes no images");
    return;
  }
  const one = await askForNumbers(probing, "vision", NUMBERS.slice(0, 1));
  probing.capabilities = { ...probing.capabilities, vision: one !== undefined };
  if (one === undefined) {
    note(probing, "several images", "untried", "not tried, as one was not seen");
    return;
  }
  probing.imageTokens = imageTokensIn(probing, one.tokens);
  const two = await askForNumbers(probing, "several images", NUMBERS.slice(1, 3));
  probing.capabilities = { ...probing.capabilities, severalImages: two !== undefined };
}

/** @returns the reply when it read every number, in their order. */
async function askForNumbers(probing: Probing, feature: ProbedFeature, numbers: readonly string[]) {
  const cards = await Promise.all(numbers.map((number) => card(number, `image of a number`)));
  const words = { type: "text" as const, text: probing.prompts.prompt("probe-images").body };
  const request = { messages: [user(words, ...cards.map((view) => ({ type: "image" as const, view })))] };
  const reply = await asked(probing, request);
  if (hadNoReply(probing, feature, reply)) return undefined;
  const isRead = numbersIn(reply.text) === numbers.join(" ");
  const what = numbers.length === 1 ? "the number in an image" : "the numbers in two images";
  if (isRead) note(probing, feature, "works", `read ${what}`);
  else
    note(probing, feature, "fails", `took it, and for ${what}, ${numbers.join(" and ")}, wrote ${quote(reply.text)}`);
  return isRead ? reply : undefined;
}

function imageTokensIn({ prompts }: Probing, { input }: TokenUse): number | null {
  if (input === null) return null;
  const words = prompts.prompt("probe-images").body.length / PROSE_CHARACTERS_PER_TOKEN;
  return Math.max(0, Math.round(input - words));
}

/** English prose with today's vocabularies. */
const PROSE_CHARACTERS_PER_TOKEN = 4.5;

const CARD = { widthPx: 1280, heightPx: 853 };

/** Black on white, as large as an ask shows its image. */
export async function card(number: string, caption: string): Promise<ImageView> {
  const { widthPx, heightPx } = CARD;
  const style = { sizePx: 420, weight: "bold" as const, fill: "#000" };
  const left = (widthPx - textWidth(number, style)) / 2;
  const drawn = svgText(number, left, heightPx / 2 + 150, style);
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${widthPx}" height="${heightPx}">${drawn}</svg>`;
  const data = await sharp(Buffer.from(svg)).flatten({ background: "#fff" }).jpeg({ quality: 90 }).toBuffer();
  return { mimeType: "image/jpeg", data, widthPx, heightPx, caption };
}
