import { z } from "zod";
import type { Utterance } from "../../domain/utterance.ts";
import type { RefuseTranscript } from "./read-transcript.ts";

const Seconds = z.number().min(0);
const Word = z.looseObject({
  word: z.string(),
  start: Seconds.nullish(),
  end: Seconds.nullish(),
  speaker: z.string().nullish(),
});
const Segment = z.looseObject({
  start: Seconds,
  end: Seconds,
  text: z.string(),
  speaker: z.string().nullish(),
  words: z.array(Word).nullish(),
});
type Segment = z.infer<typeof Segment>;

/** Whisper and the servers that speak as OpenAI's; WhisperX adds speakers, of segments and of words. */
const Whisper = z.looseObject({ segments: z.array(Segment) });
/** whisper.cpp, in milliseconds. */
const WhisperCpp = z.looseObject({
  transcription: z.array(
    z.looseObject({
      offsets: z.looseObject({ from: Seconds, to: Seconds }),
      text: z.string(),
      speaker: z.string().nullish(),
    }),
  ),
});
/** The pipeline of Transformers; the end of what is cut off is `null`. */
const Transformers = z.looseObject({
  chunks: z.array(z.looseObject({ timestamp: z.tuple([Seconds, Seconds.nullable()]), text: z.string() })),
});

/** What a transcriber writes as JSON: Whisper, WhisperX, whisper.cpp, Transformers, OpenAI's `verbose_json`. */
export function readSpeechJson(json: unknown, refuse: RefuseTranscript): Utterance[] {
  const whisper = Whisper.safeParse(Array.isArray(json) ? { segments: json } : json);
  if (whisper.success) return whisper.data.segments.flatMap(utterancesIn);
  const cpp = WhisperCpp.safeParse(json);
  if (cpp.success) {
    return cpp.data.transcription.map(({ offsets: { from, to }, text, speaker }) => ({
      ...{ text: text.trim(), speaker: speaker?.trim() || null },
      time: { fromS: from / 1000, toS: to / 1000 },
    }));
  }
  const transformers = Transformers.safeParse(json);
  if (transformers.success) {
    return transformers.data.chunks.map(({ timestamp: [fromS, toS], text }) => ({
      ...{ text: text.trim(), speaker: null },
      time: { fromS, toS: toS ?? fromS },
    }));
  }
  throw refuse(whyNoTranscript(json));
}

/** Lists of utterances, as transcribers call them, with what each of their entries needs. */
const LISTS = [
  { key: "segments", entry: Segment, needs: "start and end in seconds, and text" },
  {
    key: "transcription",
    entry: WhisperCpp.shape.transcription.element,
    needs: "offsets from and to in milliseconds, and text",
  },
  { key: "chunks", entry: Transformers.shape.chunks.element, needs: "a timestamp of two seconds, and text" },
] as const;

/** Which entry of its list is no utterance, or that there is no list. */
function whyNoTranscript(json: unknown): string {
  const fields: Readonly<Record<string, unknown>> = Array.isArray(json) ? { segments: json } : Object(json);
  for (const { key, entry, needs } of LISTS) {
    const list = fields[key];
    if (!Array.isArray(list)) continue;
    const at = list.findIndex((one) => !entry.safeParse(one).success);
    return `entry ${at + 1} of its ${key} is not whole: each needs ${needs}`;
  }
  return "it has no list named segments, transcription or chunks, as transcribers write them: have yours write times too (Whisper: `--output_format json`; a server: `verbose_json`)";
}

/** A segment in which the words are said by several people is several utterances. */
function utterancesIn({ start, end, text, speaker, words }: Segment): Utterance[] {
  const runs: { speaker: string | null; words: string[]; fromS: number; toS: number }[] = [];
  for (const word of words ?? []) {
    const last = runs.at(-1);
    // Numbers have no times of their own in WhisperX, nor a speaker.
    const who = word.speaker?.trim() || last?.speaker || speaker?.trim() || null;
    if (last !== undefined && last.speaker === who) {
      last.words.push(word.word.trim());
      last.toS = word.end ?? last.toS;
    } else {
      runs.push({
        speaker: who,
        words: [word.word.trim()],
        fromS: word.start ?? last?.toS ?? start,
        toS: word.end ?? end,
      });
    }
  }
  if (runs.length > 1) {
    return runs.map((run) => ({
      text: run.words.join(" "),
      speaker: run.speaker,
      time: { fromS: run.fromS, toS: run.toS },
    }));
  }
  const who = speaker?.trim() || runs[0]?.speaker || null;
  return [{ text: text.trim(), speaker: who, time: { fromS: start, toS: end } }];
}
