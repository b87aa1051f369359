import type { Utterance } from "../../domain/utterance.ts";
import { clockTime } from "./clock-time.ts";
import type { RefuseTranscript } from "./read-transcript.ts";

const ARROW = "-->";
/** What WebVTT has between its cues. */
const NO_CUE = /^(?:WEBVTT|NOTE|STYLE|REGION)(?:\s|$)/;

/**
 * Cues of WebVTT or SubRip, which differ in the decimal sign and in what stands around the cues. A voice (`<v Ann>`) is a
 * speaker; so is a name before a colon, where most cues have one; lines that begin with a dash are said by different people.
 */
export function readCues(text: string, refuse: RefuseTranscript): Utterance[] {
  const cues: WrittenCue[] = [];
  for (const { lines, line } of blocksOf(text)) addBlock(cues, { lines, line }, refuse);
  const isNamed = cues.filter(({ said }) => NAMED.test(plainText(said))).length > cues.length / 2;
  return cues.flatMap(({ time, said }) =>
    voicesIn(said).flatMap(({ speaker, text: spoken }) =>
      linesOf(spoken).map((one) => ({ ...(speaker === null && isNamed ? named(one) : { speaker, text: one }), time })),
    ),
  );
}

interface Block {
  readonly lines: readonly string[];
  /** On which it begins, counted from 1. */
  readonly line: number;
}

/** Parts of the file between empty lines. */
function blocksOf(text: string): Block[] {
  const blocks: { lines: string[]; line: number }[] = [];
  let open = false;
  for (const [at, line] of text.split(/\r\n|\r|\n/).entries()) {
    if (line.trim() === "") open = false;
    else if (open) blocks.at(-1)?.lines.push(line);
    else {
      blocks.push({ lines: [line], line: at + 1 });
      open = true;
    }
  }
  return blocks;
}

interface WrittenCue {
  readonly time: { readonly fromS: number; readonly toS: number };
  said: string;
}

function addBlock(cues: WrittenCue[], { lines, line: firstLine }: Block, refuse: RefuseTranscript): void {
  const at = lines.findIndex((line) => line.includes(ARROW));
  if (NO_CUE.test(lines[0] ?? "") && at !== 1) return;
  const last = cues.at(-1);
  if (at === -1 && last !== undefined) {
    // There was an empty line in the words; a number alone belongs to a cue that was taken out.
    if (!/^\d+$/.test(lines.join("").trim())) last.said += `\n${lines.join("\n")}`;
    return;
  }
  const line = firstLine + Math.max(0, at);
  const [from = "", rest = ""] = (lines[at] ?? "").split(ARROW);
  // After the times stand settings of WebVTT, or places of SubRip.
  const [fromS, toS] = [clockTime(from), clockTime(rest.trim().split(/\s/, 1)[0] ?? "")];
  if (typeof fromS === "string") throw refuse(`line ${line} ${fromS}`);
  if (typeof toS === "string") throw refuse(`line ${line} ${toS}`);
  if (toS < fromS) throw refuse(`the cue in line ${line} ends before it begins`);
  cues.push({ time: { fromS, toS }, said: lines.slice(at + 1).join("\n") });
}

interface Said {
  readonly speaker: string | null;
  readonly text: string;
}

const VOICE = /<v(?:\.[^\s>]*)?\s+([^>]+)>/g;

/** What each voice of a cue says, in their order. */
function voicesIn(said: string): Said[] {
  const voices = [...said.matchAll(VOICE)];
  const before = said.slice(0, voices[0]?.index ?? said.length);
  const parts = voices.map((voice, at) => {
    const text = said.slice(voice.index + voice[0].length, voices[at + 1]?.index ?? said.length);
    return { speaker: plainText(voice[1] ?? "").trim() || null, text };
  });
  return [{ speaker: null, text: before }, ...parts]
    .map(({ speaker, text }) => ({ speaker, text: plainText(text) }))
    .filter(({ text }) => text !== "");
}

const DASH = /^\s*[-–—]\s+/;

function linesOf(text: string): string[] {
  const lines = text.split("\n");
  const isDialogue = lines.every((line) => DASH.test(line)) || lines.every((line) => NAMED.test(line));
  return (isDialogue ? lines : [text]).map((line) => line.replace(DASH, "").replace(/\s+/g, " ").trim());
}

/** `ANN: ...`, `Speaker 1: ...`, `[Ann] ...`: up to three words that begin with capitals or are numbers. */
const NAMED =
  /^(?:\[([^\]\n:]{1,40})\]:?|([\p{Lu}\d][\p{L}\p{N}.'_-]*(?: [\p{Lu}\d][\p{L}\p{N}.'_-]*){0,2}):)\s+(?=\S)/u;

function named(text: string): Said {
  const found = NAMED.exec(text);
  const speaker = found?.[1] ?? found?.[2];
  if (found === null || speaker === undefined) return { speaker: null, text };
  return { speaker: speaker.trim(), text: text.slice(found[0].length).trim() };
}

const ENTITIES: Readonly<Record<string, string>> = {
  ...{ amp: "&", lt: "<", gt: ">", quot: '"', apos: "'", nbsp: " ", lrm: "", rlm: "" },
};

/** Without tags, SubRip's positions, and with characters in place of their names. */
function plainText(written: string): string {
  return written
    .replace(/<\/?[a-z\d][^>\n]*>/gi, "")
    .replace(/\{\\[^}]*\}/g, "")
    .replace(/&(?:#(\d+)|#x([\da-f]+)|([a-z]+));/gi, (all, decimal, hex, name) => {
      const code = decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal);
      if (name !== undefined) return ENTITIES[name.toLowerCase()] ?? all;
      return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : all;
    })
    .trim();
}
