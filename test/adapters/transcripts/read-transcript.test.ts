import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { readTranscript } from "../../../src/adapters/transcripts/read-transcript.ts";
import { tempFolder } from "../../support/temp-folder.ts";

async function read(name: string, text: string | Buffer) {
  const path = join(await tempFolder(), name);
  await writeFile(path, text);
  return (await readTranscript(path)).map(({ speaker, text: said, time }) => [time?.fromS, time?.toS, speaker, said]);
}

const VTT = `WEBVTT - a talk
Kind: captions

STYLE
::cue { color: red }

NOTE nobody says
this

1
00:01.000 --> 00:02.500 align:start position:10%
<v.loud Ann Lee>I'm <i>fine</i> &amp; <c.red>well</c> &#x2014; 1 &lt; 2</v>

100:00:03.000 --> 100:00:04.000
<v Ann Lee>One</v> <v Bob>Two</v>

00:00:05.000 --> 00:00:06.000
- Who?
- Me.
`;

it("reads WebVTT: voices, settings, remarks, styles, tags and names of characters", async () => {
  expect(await read("talk.vtt", VTT)).toEqual([
    [1, 2.5, "Ann Lee", "I'm fine & well — 1 < 2"],
    [5, 6, null, "Who?"],
    [5, 6, null, "Me."],
    [360003, 360004, "Ann Lee", "One"],
    [360003, 360004, "Bob", "Two"],
  ]);
});

const SRT = `1
00:00:01,000 --> 00:00:02,500 X1:40 X2:600
ANN: I'm fine,
{\\an8}<b>really</b>.

2
00:00:02,000 --> 00:00:04,000
Speaker 2: No:

you are not

3
`;

it("reads SubRip with what is around it, overlapping cues and an empty line in the words", async () => {
  const said = [
    [1, 2.5, "ANN", "I'm fine, really."],
    [2, 4, "Speaker 2", "No: you are not"],
  ];
  expect(await read("talk.srt", SRT)).toEqual(said);
  expect(await read("talk.SRT", Buffer.from(`\ufeff${SRT.replaceAll("\n", "\r\n")}`, "utf16le"))).toEqual(said);
  // A colon now and then is no speaker.
  const [first] = await read("one.srt", `${SRT.replace("Speaker 2: No:", "You").replace("ANN: ", "Listen: ")}`);
  expect(first).toEqual([1, 2.5, null, "Listen: I'm fine, really."]);
});

it("reads text that is not in UTF-8 as Windows writes it", async () => {
  const [cue] = await read("talk.srt", Buffer.from("1\n00:00:01,0 --> 00:00:02,0\nÇa va, très bien", "latin1"));
  expect(cue?.[3]).toBe("Ça va, très bien");
});

it.each([
  ["start,end,speaker,text\n1.5,2,Ann,I'm fine\n0:00:03.250,00:04,,", [[1.5, 2, "Ann", "I'm fine"]]],
  ['start_ms;end_ms;text\n1500;2000;"a; b"', [[1.5, 2, null, "a; b"]]],
  [
    'Sr No.,Utterance,Speaker,StartTime,EndTime\n1,Hi,Joey,"00:16:16,059","00:16:21,731"',
    [[976.059, 981.731, "Joey", "Hi"]],
  ],
  ["start;duration;text\n1,5;0,25;a", [[1.5, 1.75, null, "a"]]],
])("reads a table: %j", async (table, expected) => {
  expect(await read("talk.csv", table)).toEqual(expected);
});

it("reads what transcribers write as JSON, split where the words of a segment have several speakers", async () => {
  const word = (text: string, start: number | undefined, speaker?: string) => ({
    word: text,
    start,
    end: start && start + 0.2,
    speaker,
  });
  const whisperx = {
    segments: [
      { start: 1, end: 2, text: " I'm fine. ", speaker: "SPEAKER_00" },
      {
        ...{ start: 3, end: 5, text: "Are you 2 sure?", speaker: "SPEAKER_00" },
        words: [
          word("Are", 3, "SPEAKER_00"),
          word("you", 3.3, "SPEAKER_01"),
          word("2", undefined),
          word("sure?", 4, "SPEAKER_01"),
        ],
      },
    ],
  };
  expect(await read("talk.json", JSON.stringify(whisperx))).toEqual([
    [1, 2, "SPEAKER_00", "I'm fine."],
    [3, 3.2, "SPEAKER_00", "Are"],
    [3.3, 4.2, "SPEAKER_01", "you 2 sure?"],
  ]);
  const cpp = { transcription: [{ timestamps: {}, offsets: { from: 1000, to: 2500 }, text: " Hi" }] };
  expect(await read("cpp.json", JSON.stringify(cpp))).toEqual([[1, 2.5, null, "Hi"]]);
  const chunks = { text: "", chunks: [{ timestamp: [1, null], text: " Hi" }] };
  expect(await read("pipeline.json", JSON.stringify(chunks))).toEqual([[1, 1, null, "Hi"]]);
});

const LONG = `File type = "ooTextFile"
Object class = "TextGrid"

xmin = 0
xmax = 9
tiers? <exists>
size = 3
item []:
    item [1]:
        class = "IntervalTier"
        name = "Ann"
        xmin = 0
        xmax = 9
        intervals: size = 2
        intervals [1]:
            xmin = 0
            xmax = 1.5
            text = ""
        intervals [2]: ! 3 is no number here
            xmin = 1.5
            xmax = 2
            text = "I say ""fine"" "
    item [2]:
        class = "TextTier"
        name = "clicks"
        xmin = 0
        xmax = 9
        points: size = 1
        points [1]:
            number = 4
            mark = "click"
    item [3]:
        class = "IntervalTier"
        name = "Bob - phones"
        xmin = 0
        xmax = 9
        intervals: size = 0
`;
const SHORT = `File type = "ooTextFile"\nObject class = "TextGrid"\n\n0\n9\n<exists>\n1\n"IntervalTier"\n"Bob - words"\n0\n9\n3\n0\n1\n"not"\n1.2\n1.5\n"yet"\n4\n5\n"so"\n`;

it("reads TextGrids long and short, in UTF-16 too, and puts the words of a tier of words together", async () => {
  const long = [[1.5, 2, "Ann", 'I say "fine"']];
  expect(await read("talk.TextGrid", LONG)).toEqual(long);
  expect(await read("talk.TextGrid", Buffer.from(`\ufeff${LONG}`, "utf16le").swap16())).toEqual(long);
  expect(await read("talk.textgrid", SHORT)).toEqual([
    [0, 1.5, "Bob", "not yet"],
    [4, 5, "Bob", "so"],
  ]);
});

const eaf = (participants: boolean, slot = 'TIME_VALUE="2500"') => `<?xml version="1.0" encoding="UTF-8"?>
<ANNOTATION_DOCUMENT>
<TIME_ORDER><TIME_SLOT TIME_SLOT_ID="ts1" TIME_VALUE="1000"/><TIME_SLOT TIME_SLOT_ID="ts2" ${slot}/></TIME_ORDER>
${["Ann", "notes"]
  .map(
    (tier) => `<TIER TIER_ID="${tier}"${participants && tier === "Ann" ? ' PARTICIPANT="A. Lee"' : ""}><ANNOTATION>
<ALIGNABLE_ANNOTATION ANNOTATION_ID="${tier}1" TIME_SLOT_REF1="ts1" TIME_SLOT_REF2="ts2"><ANNOTATION_VALUE>${tier} &amp; fine</ANNOTATION_VALUE></ALIGNABLE_ANNOTATION></ANNOTATION></TIER>`,
  )
  .join("")}
<TIER TIER_ID="translation" PARENT_REF="Ann"><ANNOTATION><REF_ANNOTATION ANNOTATION_ID="x" ANNOTATION_REF="Ann1"><ANNOTATION_VALUE>bien</ANNOTATION_VALUE></REF_ANNOTATION></ANNOTATION></TIER>
</ANNOTATION_DOCUMENT>`;

it("reads ELAN: participants where there are any, else tiers; what depends on a tier is left out", async () => {
  expect(await read("talk.eaf", eaf(true))).toEqual([[1, 2.5, "A. Lee", "Ann & fine"]]);
  expect((await read("talk.eaf", eaf(false))).map(([, , speaker]) => speaker)).toEqual(["Ann", "notes"]);
});

it.each<[string, string | Buffer, string]>([
  ["talk.txt", "Hi", "its name ends with none of .vtt, .srt, .csv, .tsv, .json, .textgrid, .eaf"],
  ["talk.vtt", "WEBVTT\n\nNOTE empty\n", "it has no utterance"],
  ["talk.srt", "", "it has no utterance"],
  [
    "talk.srt",
    "1\n00:00:01:12 --> 00:00:02:00\nHi",
    'line 2 counts frames ("00:00:01:12"), and nothing says how many of them make a second',
  ],
  ["talk.srt", "1\n00:00:01,000 --> \nHi", "line 2 has"],
  ["talk.vtt", "WEBVTT\n\n00:09.000 --> 00:08.000\nHi", "the cue in line 3 ends before it begins"],
  ["talk.vtt", "PK\0\u0003", "it is no text in UTF-8, UTF-16 or Windows-1252"],
  ["talk.csv", "start_frame,end_frame,text\n1,2,a", "its column start_frame counts frames, and nothing"],
  ["talk.csv", "Start Time,text\n1,a", "it has no column named end (it has: Start Time, text)"],
  ["talk.csv", "start,end,text\nsoon,2,a", 'line 2 has "soon" where a time is expected'],
  [
    "talk.csv",
    "start,end,text\n1,nan,a",
    'line 2 has "nan" for a time: write seconds from 0 on or h:mm:ss.mmm, or leave the line out',
  ],
  ["talk.csv", "start,end,text\n,2,a", 'line 2 has "" for a time: write seconds'],
  ["talk.csv", "start,end,text\n-1,2,a", 'line 2 has "-1" for a time: write seconds'],
  ["talk.json", '{"segments": [', "it is no JSON, or is cut off"],
  ["talk.json", '{"text": "Hi"}', "it has no list named segments, transcription or chunks, as transcribers write them"],
  ["talk.json", "null", "it has no list named segments, transcription or chunks"],
  [
    "talk.json",
    '[{"start": 1, "end": 2, "text": "Hi"}, {"start": "1.5", "end": 2, "text": "Hi"}]',
    "entry 2 of its segments is not whole: each needs start and end in seconds, and text",
  ],
  [
    "talk.json",
    '{"transcription": [{"text": "Hi"}]}',
    "entry 1 of its transcription is not whole: each needs offsets from and to in milliseconds, and text",
  ],
  [
    "talk.json",
    '{"chunks": [{"text": "Hi", "timestamp": 1}]}',
    "entry 1 of its chunks is not whole: each needs a timestamp of two seconds, and text",
  ],
  ["talk.TextGrid", "ooBinaryFile\0TextGrid", "it is no text in UTF-8"],
  ["talk.TextGrid", LONG.slice(0, 400), "it ends where"],
  ["talk.TextGrid", 'File type = "ooTextFile"\nObject class = "Pitch 1"\n0\n', 'it holds "Pitch 1", and no TextGrid'],
  ["talk.eaf", "<ANNOTATION_DOCUMENT><TIER>", "its XML is damaged (Missing end tag"],
  ["talk.eaf", "<html></html>", "it is no file of ELAN: its first element is html"],
  ["talk.eaf", eaf(false, ""), "the time ts2 has no value: align it in ELAN"],
])("refuses %s with %j in one sentence", async (name, text, reason) => {
  await expect(read(name, text)).rejects.toThrow(`Cannot read transcript as ${reason}`);
  await expect(read(name, text)).rejects.toHaveProperty("code", "configuration");
});

it("says of a file that is not there that it is not", async () => {
  await expect(readTranscript("nowhere.vtt")).rejects.toThrow(
    "Cannot read transcript as there is no such file: `nowhere.vtt`",
  );
});
