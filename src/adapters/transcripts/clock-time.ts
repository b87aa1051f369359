/** `1:02:03.5`, `02:03,5`: hours, minutes and seconds, the last with a point or a comma. */
const CLOCK = /^(?:(\d+):)?([0-5]?\d):([0-5]?\d(?:[.,]\d+)?)$/;
const FRAMES = /^\d+:\d{1,2}:\d{1,2}[:;]\d{1,3}$/;

/**
 * Seconds of a time as clocks show it.
 * @returns what is wrong with it, as the end of a sentence that begins with "it".
 */
export function clockTime(written: string): number | string {
  const text = written.trim();
  const [, hours = "0", minutes, seconds] = CLOCK.exec(text) ?? [];
  if (minutes !== undefined && seconds !== undefined) {
    return Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds.replace(",", "."));
  }
  const shown = JSON.stringify(text.slice(0, 40));
  if (FRAMES.test(text)) {
    return `counts frames (${shown}), and nothing says how many of them make a second: write seconds or h:mm:ss.mmm`;
  }
  return `has ${shown} where a time is expected, which is written h:mm:ss.mmm`;
}
