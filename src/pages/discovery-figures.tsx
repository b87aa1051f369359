import type { Proposal } from "../domain/discovery.ts";

/** What became of a group, in plain words; the most settled first. */
export const STATUS_WORDS = {
  accepted: "a category now",
  confirmed: "confirmed by raters",
  survived: "passed its tests",
  rejected: "rejected by raters",
  failed: "no group of its own",
  "set aside": "known already",
} as const satisfies Record<Proposal["status"], string>;

/** Each test of a group, with what was asked of it and what came out. */
export function GroupTests({ tests }: Pick<Proposal, "tests">) {
  const number = (value: number | null) => (value === null ? "–" : value.toFixed(2));
  return (
    <table>
      <thead>
        <tr>
          <th scope="col">Test</th>
          <th scope="col">Value [95 %]</th>
          <th scope="col">Asked for</th>
          <th scope="col">Outcome</th>
        </tr>
      </thead>
      <tbody>
        {tests.map(({ name, statistic, estimate: { value, low, high }, threshold, passed, explanation }) => (
          <tr key={name}>
            <td>
              <b>{name}</b> <span class="soft">{statistic}</span>
            </td>
            <td>
              {number(value)} {value === null ? null : `[${number(low)}, ${number(high)}]`}
            </td>
            <td>{passed === null ? "–" : `above ${threshold.toFixed(2)}`}</td>
            <td>
              <b class={passed === null ? "soft" : passed ? "holds" : "bad"}>
                {passed === null ? "not made" : passed ? "passed" : "failed"}
              </b>{" "}
              {explanation}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** What the faces of a group show, against all others. */
export function GroupSignature({ signature }: Pick<Proposal, "signature">) {
  return (
    <dl class="facts">
      {signature.map(({ dimension, mean, elsewhere, effect, low, high }) => (
        <div key={dimension}>
          <dt>{dimension}</dt>
          <dd>
            <meter min={0} max={1} value={mean} aria-hidden="true" /> {mean.toFixed(2)}
            <span class="soft">
              , others {elsewhere.toFixed(2)}, Cohen's d {effect.toFixed(2)} [{low.toFixed(2)}, {high.toFixed(2)}]
            </span>
          </dd>
        </div>
      ))}
    </dl>
  );
}
