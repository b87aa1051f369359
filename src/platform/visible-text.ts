/**
 * What a reader does not see and a terminal, a page or a spreadsheet may act on: control characters, those that turn the
 * direction of writing, line breaks beside the plain one, and halves of characters, as which {@link file://./system-path.ts}
 * keeps bytes of file names that are not UTF-8.
 */
const UNSEEN = /[\p{Cc}\p{Cs}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu;

/**
 * Text from file names, models and servers as it may be shown anywhere: whatever could not be seen is spelled out, as in
 * `\u001b`, which JSON reads as the same. Line breaks and tabs stay.
 */
export function visibleText(text: string): string {
  return text
    .replace(/\r\n/g, "\n")
    .replace(UNSEEN, (character) => (/[\n\t]/.test(character) ? character : spelled(character)));
}

/** As {@link visibleText}, for what must stay on its line. */
export function visibleLine(text: string): string {
  return text.replace(UNSEEN, spelled);
}

/** As {@link visibleLine}, so that {@link spelledBack} gives the text again, whatever it was. */
export function reversiblyVisible(text: string): string {
  return visibleText(text.replace(/\r|\\(?=u[0-9a-f]{4})/g, spelled));
}

/** The text that {@link reversiblyVisible} was given. Other escapes than its own are left as they are. */
export function spelledBack(text: string): string {
  return text.replace(/\\u([0-9a-f]{4})/g, (spelling, digits: string) => {
    const character = String.fromCharCode(Number.parseInt(digits, 16));
    return character === "\\" || character.search(UNSEEN) === 0 ? character : spelling;
  });
}

function spelled(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
