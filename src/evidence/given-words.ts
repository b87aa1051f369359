import { basename } from "node:path";
import { ConfigurationError } from "../domain/errors.ts";
import { secondsText } from "../domain/timeline.ts";
import { isTranscriptFile, type TranscriptReader } from "../ports/transcript-reader.ts";
import type { SaidWords } from "./utterance-evidence.ts";

/** `F1: I'm fine`: words beside an image may say whose they are. */
const SPOKEN_BY = /^(F\d+):\s+(?=\S)/i;

/**
 * The words that somebody gave: the name of a transcript, or the words themselves, which have no time.
 * @throws {ConfigurationError} if the transcript cannot be read, or nothing here reads any.
 */
export async function givenWords(
  given: string | null | undefined,
  read: TranscriptReader | undefined,
): Promise<SaidWords | null> {
  if (!given?.trim()) return null;
  if (!isTranscriptFile(given)) {
    const speaker = SPOKEN_BY.exec(given.trim())?.[1]?.toUpperCase() ?? null;
    const text = given.trim().replace(SPOKEN_BY, "");
    return { utterances: [{ text, speaker, time: null }], source: { type: "user", name: "user" } };
  }
  if (read === undefined)
    throw new ConfigurationError(`Cannot read transcript as nothing here reads any: \`${given}\``);
  return { utterances: await read(given), source: { type: "user", name: basename(given) } };
}

/**
 * Those that are said in a clip that is shown until `untilS`, `null` where a transcriber made out none in it, and what to beware of.
 * @throws {ConfigurationError} if none of a transcript is: it belongs to another clip.
 */
export function wordsWithin(
  words: SaidWords,
  untilS: number,
): { readonly said: SaidWords | null; readonly warnings: readonly string[] } {
  const { utterances: all, source } = words;
  const utterances = all.filter(({ time }) => time === null || time.fromS <= untilS);
  const left = all.length - utterances.length;
  if (left === 0) return { said: words, warnings: [] };
  const isGiven = source.type === "user";
  if (isGiven && utterances.length === 0) {
    throw new ConfigurationError(
      `Cannot use transcript as everything in it is said after the clip, which ends at ${secondsText(untilS)}: \`${source.name}\``,
    );
  }
  const warning = `${left} of ${all.length} utterances in ${source.name} begin after the clip ends at ${secondsText(untilS)}, and are left out: look whether it is the ${isGiven ? "transcript" : "sound"} of this clip`;
  return { said: utterances.length === 0 ? null : { ...words, utterances }, warnings: [warning] };
}

/** What is said beside an image, which lasts no time: all of it, whenever it is said. */
export function wordsBesideImage(words: SaidWords): { readonly said: SaidWords; readonly warnings: readonly string[] } {
  const { utterances, source } = words;
  if (utterances.every(({ time }) => time === null)) return { said: words, warnings: [] };
  const said = { ...words, utterances: utterances.map((one) => ({ ...one, time: null })) };
  return { said, warnings: [`An image lasts no time: what is said in ${source.name} is taken without its times`] };
}
