import { type Addressed, asItStands } from "./addressed.ts";
import type { EvaluationView } from "./evaluation-view.ts";

type WorstProps = Pick<EvaluationView, "worst"> & Addressed;

/** So that a page of many conditions can still be leafed through. */
const OPEN_CASES = 9;

/** The answers that went most wrong. */
export function WorstCases({ worst, address = asItStands }: WorstProps) {
  if (worst.length === 0) return null;
  const cards = worst.map((one) => <Case key={`${one.cell} ${one.sample}`} {...one} address={address} />);
  return (
    <>
      <h2>Worst cases</h2>
      <div class="cases">{cards.slice(0, OPEN_CASES)}</div>
      {cards.length <= OPEN_CASES ? null : (
        <details>
          <summary>{cards.length - OPEN_CASES} more, of other conditions too</summary>
          <div class="cases">{cards.slice(OPEN_CASES)}</div>
        </details>
      )}
    </>
  );
}

function Case({
  cell,
  sample,
  truth,
  answer,
  explanation,
  image,
  claims,
  address,
}: WorstProps["worst"][number] & Required<Addressed>) {
  return (
    <article class="case">
      {image === null ? null : <img alt={`Sample ${sample}`} src={address(image)} loading="lazy" />}
      <p>
        <strong>{answer}</strong> instead of <strong>{truth}</strong>
        <br />
        <span class="soft">
          {sample}, {cell}
        </span>
      </p>
      <p dir="auto">{explanation}</p>
      {claims === null || claims.length === 0 ? null : (
        <details>
          <summary>What was claimed, held against the measurements</summary>
          <ul>
            {claims.map(({ statement, verdict, evidence }) => (
              <li key={statement}>
                <strong>{verdict}</strong>: {statement}
                {evidence === "" ? null : <span class="soft"> ({evidence})</span>}
              </li>
            ))}
          </ul>
        </details>
      )}
    </article>
  );
}
