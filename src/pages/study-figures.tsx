/** How often each label stands, commonest first. */
interface LabelsProps {
  readonly counts: readonly { readonly label: string; readonly count: number }[];
  /** What is filtered by; the static page filters nothing. */
  readonly chosen?: string | null;
  readonly choose?: (label: string) => void;
}

export function LabelCounts({ counts, chosen, choose }: LabelsProps) {
  const most = Math.max(1, ...counts.map(({ count }) => count));
  return (
    <ul class="labels" aria-label="Labels of the faces shown">
      {counts.map(({ label, count }) => {
        const bar = (
          <>
            <span>{label}</span>
            <meter min={0} max={most} value={count} aria-hidden="true" />
            <span class="n">{count}</span>
          </>
        );
        return (
          <li key={label}>
            {choose === undefined ? (
              <span class="count">{bar}</span>
            ) : (
              <button type="button" class="count" aria-pressed={chosen === label} onClick={() => choose(label)}>
                {bar}
              </button>
            )}
          </li>
        );
      })}
    </ul>
  );
}

interface HistogramProps {
  readonly words: string;
  /** All that was measured, and what is shown of it, in as many bins. */
  readonly found: {
    readonly from: number;
    readonly to: number;
    readonly all: readonly number[];
    readonly shown: readonly number[];
  };
}

/** Two histograms in one: all that was measured, and what filters leave. */
export function HistogramFigure({ words, found }: HistogramProps) {
  const { from, to, all, shown } = found;
  const tallest = Math.max(...all);
  const heightOf = (count: number) => {
    const height = count === 0 ? 0 : Math.max(1.5, (58 * count) / tallest);
    return { height, y: 60 - height };
  };
  return (
    <figure>
      <svg viewBox={`0 0 ${all.length * 10} 60`} width={all.length * 10} role="img" aria-label={inWords(words, found)}>
        {all.map((count, bin) => (
          <g key={bin}>
            <rect class="all" x={bin * 10 + 1} width={8} {...heightOf(count)} />
            <rect class="shown" x={bin * 10 + 1} width={8} {...heightOf(shown[bin] as number)} />
          </g>
        ))}
      </svg>
      <figcaption>
        <span>{Number(from.toFixed(2))}</span> <b>{words}</b> <span>{Number(to.toFixed(2))}</span>
      </figcaption>
    </figure>
  );
}

function inWords(words: string, { from, to, all, shown }: HistogramProps["found"]): string {
  const total = shown.reduce((sum, count) => sum + count, 0);
  const commonest = shown.indexOf(Math.max(...shown));
  const edge = (bin: number) => Number((from + ((to - from) * bin) / all.length).toFixed(2));
  return `${words} of ${total} faces, most of them from ${edge(commonest)} to ${edge(commonest + 1)}`;
}

/** `AU12` for `AU12_both`, `AU12 of openface` for `openface_AU12_both`. */
export function unitName(column: string): string {
  const [, toolbox = "", number = "", kind = ""] = /^(.*?)_?AU0*(\d+)_both_?(.*)$/.exec(column) ?? [];
  return `AU${number}${kind === "" ? "" : ` ${kind}`}${toolbox === "" ? "" : ` of ${toolbox}`}`;
}
