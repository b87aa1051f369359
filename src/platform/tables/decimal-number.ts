/** Powers of ten that a double holds exactly; dividing an exact integer by one of them is correctly rounded. */
const EXACT_POWERS = Array.from({ length: 23 }, (_, exponent) => 10 ** exponent);
const MOST_DIGITS = 15;

/** What the toolboxes and the programs between them write for "no value". */
const MISSING = new Set([
  "",
  "nan",
  "na",
  "n/a",
  "null",
  "none",
  "nil",
  "-nan",
  "-nan(ind)",
  "nan(ind)",
  "#n/a",
  "#num!",
]);
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

const SPACE = 32;
const QUOTE = 34;
const PLUS = 43;
const COMMA = 44;
const MINUS = 45;
const DOT = 46;
const ZERO = 48;
const NINE = 57;

/**
 * Reads a number straight from the bytes of a table cell: a table of 709 columns has no time for strings.
 *
 * @returns the number, `NaN` when the cell says that there is none, `undefined` when it is something else.
 */
export function decimalNumber(bytes: Uint8Array, start: number, end: number, decimalComma = false): number | undefined {
  const at = skipPadding(bytes, start, end);
  const last = dropPadding(bytes, at, end);
  if (at === last) return Number.NaN;
  const point = decimalComma ? COMMA : DOT;
  const first = bytes[at] as number;
  const digitsFrom = first === MINUS || first === PLUS ? at + 1 : at;
  let mantissa = 0;
  let digits = 0;
  let decimals = 0;
  let afterPoint = 0;
  for (let i = digitsFrom; i < last; i++) {
    const byte = bytes[i] as number;
    if (byte >= ZERO && byte <= NINE) {
      mantissa = mantissa * 10 + (byte - ZERO);
      digits++;
      decimals += afterPoint;
    } else if (byte === point && afterPoint === 0) {
      afterPoint = 1;
    } else {
      return unusualNumber(bytes, at, last, decimalComma);
    }
  }
  if (digits === 0 || digits > MOST_DIGITS) return unusualNumber(bytes, at, last, decimalComma);
  const value = mantissa / (EXACT_POWERS[decimals] as number);
  return first === MINUS ? -value : value;
}

function skipPadding(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end && isPadding(bytes[at] as number)) at++;
  return at;
}

function dropPadding(bytes: Uint8Array, start: number, end: number): number {
  let last = end;
  while (last > start && isPadding(bytes[last - 1] as number)) last--;
  return last;
}

function isPadding(byte: number): boolean {
  return byte === SPACE || byte === QUOTE || byte === 9 || byte === 13;
}

/** Exponents, more digits than a double's, and the ways to say that there is no value. */
function unusualNumber(bytes: Uint8Array, start: number, end: number, decimalComma: boolean): number | undefined {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString("latin1");
  if (MISSING.has(text.toLowerCase())) return Number.NaN;
  const dotted = decimalComma ? text.replace(",", ".") : text;
  return NUMBER.test(dotted) ? Number(dotted) : undefined;
}
