/** Turns a text into exactly as many tokens as the network takes. */
type ClipTokenizer = (text: string, length: number) => BigInt64Array;

/** Contractions, runs of letters, single digits, and runs of whatever else is no space. The text is in lower case. */
const WORDS = /'s|'t|'re|'ve|'m|'ll|'d|\p{L}+|\p{N}|[^\s\p{L}\p{N}]+/gu;
const WORD_END = "</w>";

/**
 * The byte pair encoding of CLIP (Radford and others 2021; Sennrich and others 2016) over its published list of merges: words
 * are spelled in bytes, and the pair that stands highest in the list is joined until none is left. Texts are brought to NFC
 * and lower case; the original also mends broken encodings and HTML, which no definition of ours has.
 *
 * @param merges one line that names the version, then a pair a line, best first.
 * @throws {RangeError} if a line is no pair.
 */
export function createClipTokenizer(merges: string): ClipTokenizer {
  const pairs = merges.trimEnd().split("\n").slice(1);
  const ranks = new Map(pairs.map((pair, rank) => [pair, rank]));
  const ids = new Map(vocabularyOf(pairs).map((token, id) => [token, id]));
  const [start, end] = [ids.size, ids.size + 1];
  const known = new Map<string, readonly number[]>();

  function idsOf(word: string): readonly number[] {
    const kept = known.get(word);
    if (kept !== undefined) return kept;
    const found = joined(spelled(word), ranks).map((token) => ids.get(token) as number);
    known.set(word, found);
    return found;
  }

  return (text, length) => {
    const plain = text.normalize("NFC").replaceAll(/\s+/g, " ").trim().toLowerCase();
    const inside = (plain.match(WORDS) ?? []).flatMap(idsOf).slice(0, length - 2);
    const tokens = new BigInt64Array(length).fill(BigInt(end));
    [start, ...inside].forEach((id, index) => {
      tokens[index] = BigInt(id);
    });
    return tokens;
  };
}

/** Ids are places in this list: bytes, bytes that end a word, merges; start and end come after it. */
function vocabularyOf(pairs: readonly string[]): string[] {
  const bytes = [...BYTE_SIGNS].map(([, sign]) => sign);
  const merged = pairs.map((pair, index) => {
    const [left, right, ...more] = pair.split(" ");
    if (!left || !right || more.length > 0) throw new RangeError(`Line ${index + 2} of the merges is no pair`);
    return left + right;
  });
  return [...bytes, ...bytes.map((sign) => sign + WORD_END), ...merged];
}

/** A visible sign for each byte, printable ones first as they are, as GPT-2's and CLIP's vocabularies write and order them. */
const BYTE_SIGNS: ReadonlyMap<number, string> = (() => {
  const isPrintable = (byte: number) =>
    (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || (byte >= 0xae && byte <= 0xff);
  const bytes = Array.from({ length: 256 }, (_, byte) => byte);
  const others = bytes.filter((byte) => !isPrintable(byte));
  return new Map([
    ...bytes.filter(isPrintable).map((byte) => [byte, String.fromCodePoint(byte)] as const),
    ...others.map((byte, index) => [byte, String.fromCodePoint(256 + index)] as const),
  ]);
})();

function spelled(word: string): string[] {
  const signs = [...new TextEncoder().encode(word)].map((byte) => BYTE_SIGNS.get(byte) as string);
  return signs.map((sign, index) => (index === signs.length - 1 ? sign + WORD_END : sign));
}

function joined(word: readonly string[], ranks: ReadonlyMap<string, number>): readonly string[] {
  const rankAt = (parts: readonly string[], index: number) =>
    ranks.get(`${parts[index]} ${parts[index + 1]}`) ?? Number.POSITIVE_INFINITY;
  for (let parts = word; ; ) {
    const places = parts.slice(1).map((_, index) => rankAt(parts, index));
    const best = Math.min(...places);
    if (!Number.isFinite(best)) return parts;
    parts = joinedEverywhere(parts, places, best);
  }
}

/** Joins every pair of a rank, from the left; of three of a kind in a row the first two. */
function joinedEverywhere(parts: readonly string[], places: readonly number[], rank: number): string[] {
  const next: string[] = [];
  for (let index = 0; index < parts.length; index++) {
    const isPair = places[index] === rank;
    next.push(isPair ? `${parts[index]}${parts[index + 1]}` : (parts[index] as string));
    if (isPair) index += 1;
  }
  return next;
}
