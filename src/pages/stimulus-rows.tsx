/** One sample as each arm showed it, with what was made of it there. */
export interface StimulusRow {
  /** Its id, and whose face was asked about where the lab says so. */
  readonly sample: string;
  /** What the context did to each condition's reading of it, in its order: a sentence each. */
  readonly effects: readonly string[];
  readonly arms: readonly {
    readonly arm: string;
    /** Small JPEG as a data address; `null` where the arm could not be made, or was not drawn for answers that were kept. */
    readonly image: string | null;
    /** What each condition made of it, in its order. */
    readonly readings: readonly string[];
    /** How visible it is that something was filled in, or why the image does not allow the arm; `null` where neither is so. */
    readonly note: string | null;
  }[];
}

/** Arms as people say them, where their names do not say it. */
const ARM_WORDS: Readonly<Record<string, string>> = {
  full: "whole image",
  "re-encoded": "re-encoded",
  "hole-elsewhere": "as much hidden elsewhere",
  "neutral-in-context": "neutral face in this context",
  "neutral-alone": "neutral face alone",
  "light-left": "light from the left",
  "light-right": "light from the right",
  "light-above": "light from above",
  "light-below": "light from below",
  "light-dim": "a quarter of the light",
  "light-warm": "warm light",
  "light-cool": "cool light",
};

export function armInWords(arm: string): string {
  return ARM_WORDS[arm] ?? arm.replaceAll("-", " ");
}

/** So that what was found is not far down. */
const OPEN_ROWS = 6;

interface Props {
  readonly rows: readonly StimulusRow[];
  readonly conditions: readonly string[];
}

/** Per sample what the context did, and below it the row of its stimuli with the reading under each. */
export function StimulusRows({ rows, conditions }: Props) {
  const more = rows.slice(OPEN_ROWS);
  return (
    <>
      {rows.slice(0, OPEN_ROWS).map((row) => (
        <Row key={row.sample} row={row} conditions={conditions} />
      ))}
      {more.length === 0 ? null : (
        <details>
          <summary>{more.length} more of the samples</summary>
          {more.map((row) => (
            <Row key={row.sample} row={row} conditions={conditions} />
          ))}
        </details>
      )}
    </>
  );
}

function Row({
  row: { sample, effects, arms },
  conditions,
}: { readonly row: StimulusRow } & Pick<Props, "conditions">) {
  const whose = (i: number) => (conditions.length > 1 ? <span class="soft">{conditions[i]}: </span> : null);
  return (
    <section aria-label={sample}>
      <h3>{sample}</h3>
      {effects.map((effect, i) => (
        <p key={conditions[i]}>
          {whose(i)}
          {effect}
        </p>
      ))}
      <div class="stimuli">
        {arms.map(({ arm, image, readings, note }) => (
          <figure key={arm}>
            {image === null ? (
              <div class="undrawn">
                <span>{note ?? "not drawn"}</span>
              </div>
            ) : (
              <img alt={`${sample}: ${armInWords(arm)}`} src={image} />
            )}
            <figcaption>
              <strong>{armInWords(arm)}</strong>
              {readings.map((text, i) => (
                <div key={conditions[i]}>
                  {whose(i)}
                  {text}
                </div>
              ))}
              {note === null || image === null ? null : <div class="soft">{note}</div>}
            </figcaption>
          </figure>
        ))}
      </div>
    </section>
  );
}
