/** From a frame on, a track of a clip is this person. Tracks of one name are one person; one without is itself. */
export interface TrackPerson {
  readonly path: string;
  readonly trackId: string;
  /** Number of the frame among those measured, as in `faces.csv`. */
  readonly fromFrame: number;
  readonly person: string;
}

/** Who a track is at a frame: whoever it was called last, or itself. */
export function personOf(
  people: readonly Omit<TrackPerson, "path">[],
  { trackId, frame }: { readonly trackId: string; readonly frame: number },
): string {
  const said = people.filter((one) => one.trackId === trackId && one.fromFrame <= frame);
  const [last] = said.sort((a, b) => b.fromFrame - a.fromFrame);
  return last?.person ?? trackId;
}
