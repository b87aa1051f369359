/*
 * What a page sends at most. The page asks before it sends, so that nobody waits for a refusal; the server, which believes
 * nobody, counts.
 */

/** Of one image. Larger ones are for the command line: their folder can be opened as it is. */
export const MOST_UPLOAD_BYTES = 100 * 2 ** 20;
/** Of one clip. */
export const MOST_CLIP_BYTES = 2 * 2 ** 30;
/** Of a list of images. */
export const MOST_LIST_BYTES = 20 * 2 ** 20;
/** At once. */
export const MOST_FILES = 2_000;

/** The second half of a sentence. */
export function tooLargeInWords(mostBytes: number): string {
  const most = mostBytes < 2 ** 30 ? `${mostBytes / 2 ** 20} MB` : `${mostBytes / 2 ** 30} GB`;
  return `it has more than ${most}: put it into the folder and reload the page`;
}
