/** What taking an object away changed, as a page shows it. */
export interface PlacedWithout {
  readonly object: string;
  readonly removed: readonly string[];
  readonly changes: readonly { readonly faceId: string | null; readonly words: string }[];
  /** The address of the image without it. */
  readonly image: string;
}

/** What is judged otherwise where an object is not there. */
export function WithoutShown({ object, removed, changes, image }: PlacedWithout) {
  return (
    <section class="without" aria-label={`Without ${object}`}>
      <h2>Without {object}</h2>
      <p>
        {removed.length === 1 ? "One place was" : `${removed.length} places were`} filled in from around it, and{" "}
        {removed.join(", ")} {removed.length === 1 ? "was" : "were"} taken out of the evidence. A place is the whole box
        around it: what else was in the box is gone too, as the image below shows.
      </p>
      <ul>
        {changes.map(({ faceId, words }) => (
          <li key={faceId}>
            <b>{faceId ?? "The scene"}</b>: {words}
          </li>
        ))}
      </ul>
      <img src={image} alt={`As it would be without ${object}`} loading="lazy" />
    </section>
  );
}
