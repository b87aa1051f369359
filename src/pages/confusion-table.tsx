import type { ScoreTable } from "../domain/score-table.ts";
import { SHARE_STEPS } from "./markup.ts";

type ConfusionCounts = Extract<ScoreTable, { type: "confusion" }>;

interface Props {
  readonly table: ConfusionCounts;
  /** Where the answers of a cell are shown; the static page has none. */
  readonly leadsTo?: (truth: string, answer: string) => string;
}

/** Counts of true label by answer, shaded by their share of the row. */
export function ConfusionTable({ table: { labels, counts }, leadsTo }: Props) {
  return (
    <table class="confusion">
      <thead>
        <tr>
          <td />
          {labels.map((label) => (
            <th key={label} scope="col">
              <span>{label}</span>
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {labels.map((label, i) => {
          const row = counts[i] as readonly number[];
          const total = row.reduce((sum, count) => sum + count, 0);
          return (
            <tr key={label}>
              <th scope="row">{label}</th>
              {row.map((count, j) => {
                const share = total === 0 ? 0 : count / total;
                const answer = labels[j] as string;
                const shade = `share-${Math.round(share * SHARE_STEPS)}`;
                return (
                  <td key={answer} class={`${i === j ? "right" : "wrong"} ${shade}`}>
                    {count === 0 ? (
                      ""
                    ) : leadsTo === undefined ? (
                      count
                    ) : (
                      <a href={leadsTo(label, answer)} aria-label={`${count} of ${label} called ${answer}`}>
                        {count}
                      </a>
                    )}
                  </td>
                );
              })}
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
