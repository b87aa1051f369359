/** What ffmpeg says on standard error while it decodes. */
export interface FfmpegLog {
  /** Takes the next piece of its output. */
  read(text: string): void;
  /** When the frame `index` is shown, in seconds, as soon as ffmpeg has said so; `undefined` if it never will. */
  timestampOf(index: number): Promise<number | undefined>;
  /** Length of the video as its header says; `null` when it does not. */
  durationS(): number | null;
  /** Frames per second of the video as its header says; `null` when it does not. */
  frameRate(): number | null;
  /** The complaints so far, in ffmpeg's words, without where in ffmpeg they come from. */
  complaints(): readonly string[];
  /** No more will come. */
  end(): void;
}

/** One line per frame from the filter `showinfo`. */
const FRAME = /\bn:\s*\d+\s.*\bpts_time:\s*(\S+)/;
const DURATION = /\bDuration: (\d+):(\d+):(\d+(?:\.\d+)?)/;
const FRAME_RATE = /\bStream #\S+ Video: .*?\b(\d+(?:\.\d+)?)(k?) fps\b/;
const COMPLAINT = /^(?:\[[^\]]*\] )*?\[(?:error|fatal|panic)\] (.*)$/;
/** More would only repeat themselves. */
const MOST_COMPLAINTS = 20;

/** Follows the log of an ffmpeg that was told `-loglevel level+info`, so that every line bears its level. */
export function createFfmpegLog(): FfmpegLog {
  const timestamps: number[] = [];
  const waiting = new Map<number, (timestamp: number | undefined) => void>();
  const complaints: string[] = [];
  let durationS: number | null = null;
  let frameRate: number | null = null;
  let unfinished = "";
  let ended = false;

  function readLine(line: string): void {
    const frame = FRAME.exec(line);
    if (frame !== null) {
      const index = timestamps.push(Number(frame[1])) - 1;
      waiting.get(index)?.(timestamps[index]);
      waiting.delete(index);
      return;
    }
    const duration = DURATION.exec(line);
    if (duration !== null && durationS === null) {
      durationS = Number(duration[1]) * 3600 + Number(duration[2]) * 60 + Number(duration[3]);
    }
    const rate = frameRate === null ? FRAME_RATE.exec(line) : null;
    if (rate !== null) frameRate = trueRate(Number(rate[1]) * (rate[2] === "k" ? 1000 : 1));
    const complaint = COMPLAINT.exec(line)?.[1];
    if (complaint !== undefined && complaints.length < MOST_COMPLAINTS) complaints.push(complaint.trim());
  }

  return {
    read(text) {
      const lines = (unfinished + text).split("\n");
      unfinished = lines.pop() as string;
      for (const line of lines) readLine(line);
    },
    timestampOf(index) {
      if (ended || index < timestamps.length) return Promise.resolve(timestamps[index]);
      return new Promise((resolve) => waiting.set(index, resolve));
    },
    durationS: () => durationS,
    frameRate: () => frameRate,
    complaints: () => complaints,
    end() {
      if (unfinished !== "") readLine(unfinished);
      unfinished = "";
      ended = true;
      for (const [index, resolve] of waiting) resolve(timestamps[index]);
      waiting.clear();
    },
  };
}

/** ffmpeg rounds to two decimals: 23.98 is 24000/1001, and an hour later the difference is fifteen frames. */
function trueRate(written: number): number {
  const television = (Math.ceil(written) * 1000) / 1001;
  return Number(television.toFixed(2)) === written ? television : written;
}
