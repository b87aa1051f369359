import type { FoundShard } from "./read-shards.ts";
import { SHARD_SETTING } from "./shard.ts";

/** Commands beyond this are not listed, but for their numbers. */
const MOST_COMMANDS = 200;

/** Which shards are missing or unfinished, and how to run them, in words; `null` when none is. */
export function missingShards(found: readonly FoundShard[]): string | null {
  const of = found[0]?.shard.of ?? 0;
  const isWhole = ({ finished, head }: FoundShard) => finished && head !== undefined;
  const finished = new Set(found.filter(isWhole).map(({ shard }) => shard.number));
  const missing = Array.from({ length: of }, (_, index) => index + 1).filter((number) => !finished.has(number));
  if (missing.length === 0) return null;
  const begun = missing.filter((number) => found.some(({ shard }) => shard.number === number));
  const unfinished = begun.length === 0 ? "" : ` (${begun.length} of them begun and not finished)`;
  const sentence = `Cannot merge as ${missing.length} of ${of} shards ${missing.length === 1 ? "is" : "are"} missing${unfinished}: ${rangesOf(missing)}`;
  const words = found.map(({ head }) => head?.words).find(Boolean);
  if (!words) return sentence;
  const commands = missing.slice(0, MOST_COMMANDS).map((number) => `kuleshov ${commandOf(words, number, of)}`);
  return [`${sentence}. Run what is missing, then merge again:`, ...commands].join("\n  ");
}

/** `3, 5-7`, as an array of SLURM's is named too. */
function rangesOf(numbers: readonly number[]): string {
  const ranges: [number, number][] = [];
  for (const number of numbers) {
    const last = ranges.at(-1);
    if (last !== undefined && last[1] === number - 1) last[1] = number;
    else ranges.push([number, number]);
  }
  return ranges.map(([from, to]) => (from === to ? String(from) : `${from}-${to}`)).join(",");
}

function commandOf(words: readonly string[], number: number, of: number): string {
  const own = words.map((word, index) => {
    if (word.startsWith(`${SHARD_SETTING}=`)) return `${SHARD_SETTING}=${number}/${of}`;
    return words[index - 1] === SHARD_SETTING ? `${number}/${of}` : word;
  });
  return own.map(shellWord).join(" ");
}

/** The command line of a shard made that of the whole. */
export function wordsOfWhole(words: readonly string[], folder: string): readonly string[] {
  return words.flatMap((word, index) => {
    if (word === SHARD_SETTING || words[index - 1] === SHARD_SETTING || word.startsWith(`${SHARD_SETTING}=`)) return [];
    if (word.startsWith("--out=")) return [`--out=${folder}`];
    return words[index - 1] === "--out" ? [folder] : [word];
  });
}

/** A word as a POSIX shell takes it. */
export function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
