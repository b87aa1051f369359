import { type Addressed, asItStands } from "./addressed.ts";

/** What a search found, best first. */
export interface FoundView {
  readonly faces: number;
  readonly failures: readonly { readonly path: string; readonly reason: string }[];
  readonly best: readonly {
    readonly title: string;
    /** Its address; `null` where the image cannot be read. */
    readonly portrait: string | null;
    readonly score: number;
    readonly expression: string | null;
    readonly why: readonly string[];
    /** What the model says of it, and the cues that it cites; `null` where none was asked. */
    readonly verdict: { readonly words: string; readonly cues: readonly string[] } | null;
  }[];
}

/** The faces that are most like the examples of a category, with what they have in common with them. */
export function FoundShown({ faces, failures, best, address = asItStands }: FoundView & Addressed) {
  return (
    <>
      <p>
        {faces} faces were searched; {best.length === 0 ? "none is shown" : `the best ${best.length} are shown`}, all of
        them stand in ranking.csv. Similarity says how far a face shows what the examples show, from 0 to 1; it says
        nothing about what anybody felt.
      </p>
      <h2>Best first</h2>
      <div class="cases">
        {best.map((face, at) => (
          <FoundCard key={face.title} {...face} rank={at + 1} address={address} />
        ))}
      </div>
      {failures.length === 0 ? null : (
        <>
          <h2>What could not be searched</h2>
          <ul>
            {failures.map(({ path, reason }) => (
              <li key={path}>
                {path}: {reason}
              </li>
            ))}
          </ul>
        </>
      )}
    </>
  );
}

type CardProps = FoundView["best"][number] & Required<Addressed> & { readonly rank: number };

function FoundCard({ title, portrait, score, expression, why, verdict, rank, address }: CardProps) {
  return (
    <article class="case">
      {portrait === null ? null : <img alt="" src={address(portrait)} loading="lazy" />}
      <h3>
        {rank}. {title}
      </h3>
      <p>
        Similarity {score.toFixed(2)}
        {expression === null ? "" : `, reads as ${expression}`}
      </p>
      {verdict === null ? null : (
        <>
          <p>{verdict.words}</p>
          <ul>
            {verdict.cues.map((cue) => (
              <li key={cue}>{cue}</li>
            ))}
          </ul>
        </>
      )}
      {why.length === 0 ? null : (
        <details>
          <summary>What it shares with the examples</summary>
          <ul>
            {why.map((each) => (
              <li key={each}>{each}</li>
            ))}
          </ul>
        </details>
      )}
    </article>
  );
}
