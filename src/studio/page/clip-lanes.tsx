import type { ReadonlySignal } from "@preact/signals";
import { useState } from "preact/hooks";
import { type Excluded, type Marker, timeInWords } from "./clip-data.ts";

interface LanesProps {
  readonly durationS: number;
  readonly markers: readonly Marker[];
  readonly excluded: readonly Excluded[];
  readonly begunS: number | null;
  readonly at: ReadonlySignal<number>;
  readonly onBegin: (atS: number | null) => void;
  readonly onSeek: (atS: number) => void;
  readonly onMarkers: (markers: readonly Marker[]) => void;
  readonly onExclude: (stretch: { readonly fromS: number; readonly toS: number }, reason: string | null) => void;
}

const WIDTH = 1000;

/** Rows of what happens in the clip, what of it does not count, and a form for more of both. */
export function ClipLanes(props: LanesProps) {
  const { durationS, markers, excluded, onSeek, onMarkers, onExclude } = props;
  const lanes = [...new Set(markers.map(({ lane }) => lane))];
  const stretches = excluded.map((one) => ({ ...one, label: one.reason }));
  return (
    <section aria-label="Timeline">
      {lanes.map((lane) => (
        <Lane key={lane} name={lane} durationS={durationS} items={markers.filter((one) => one.lane === lane)} />
      ))}
      <Lane name="excluded" durationS={durationS} items={stretches} />
      <MarkForm {...props} lanes={lanes} />
      <ul class="marks">
        {markers.map((marker, i) => (
          <li key={`${marker.lane} ${marker.fromS} ${marker.label}`}>
            <button type="button" class="quiet" onClick={() => onSeek(marker.fromS)}>
              {stretchInWords(marker)}
            </button>{" "}
            <bdi>{marker.lane}</bdi>
            {marker.label === "" ? "" : ": "}
            <bdi>{marker.label}</bdi>{" "}
            <button type="button" class="quiet" onClick={() => onMarkers(markers.filter((_, other) => other !== i))}>
              Remove <span class="hidden">{stretchInWords(marker)}</span>
            </button>
          </li>
        ))}
        {excluded.map((one) => (
          <li key={`x${one.fromS}`}>
            <button type="button" class="quiet" onClick={() => onSeek(one.fromS)}>
              {stretchInWords(one)}
            </button>{" "}
            excluded: <bdi>{one.reason}</bdi>{" "}
            <button type="button" class="quiet" onClick={() => onExclude(one, null)}>
              Count it again <span class="hidden">{stretchInWords(one)}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

function stretchInWords({ fromS, toS }: Pick<Marker, "fromS" | "toS">): string {
  return toS === null || toS === fromS ? timeInWords(fromS) : `${timeInWords(fromS)} to ${timeInWords(toS)}`;
}

function Lane({
  name,
  durationS,
  items,
}: {
  readonly name: string;
  readonly durationS: number;
  readonly items: readonly Omit<Marker, "lane">[];
}) {
  const x = (atS: number) => (atS / Math.max(durationS, 0.001)) * WIDTH;
  return (
    <div class="lane">
      <bdi>{name}</bdi>
      <svg viewBox={`0 0 ${WIDTH} 20`} preserveAspectRatio="none" role="img" aria-label={`${name}: ${items.length}`}>
        {items.map(({ fromS, toS, label }) => (
          <rect
            key={`${fromS} ${label}`}
            x={x(fromS)}
            y={3}
            height={14}
            width={Math.max(4, x(toS ?? fromS) - x(fromS))}
          >
            <title>{`${label} ${stretchInWords({ fromS, toS })}`}</title>
          </rect>
        ))}
      </svg>
    </div>
  );
}

function MarkForm({
  begunS,
  at,
  lanes,
  markers,
  onBegin,
  onMarkers,
  onExclude,
}: LanesProps & { readonly lanes: readonly string[] }) {
  const [lane, setLane] = useState("");
  const [label, setLabel] = useState("");
  const [reason, setReason] = useState("");
  const name = lane.trim() || (lanes[0] ?? "event");
  const round = (atS: number) => Math.round(atS * 1e3) / 1e3;
  const add = (fromS: number, toS: number | null) => {
    onMarkers([
      ...markers,
      { lane: name, fromS: round(fromS), toS: toS === null ? null : round(toS), label: label.trim() },
    ]);
    setLabel("");
  };
  const stretch = () => ({
    fromS: Math.min(begunS ?? at.value, at.value),
    toS: Math.max(begunS ?? at.value, at.value),
  });
  const exclude = (event: SubmitEvent) => {
    event.preventDefault();
    onExclude(stretch(), reason.trim());
    setReason("");
    onBegin(null);
  };
  return (
    <>
      <div class="row">
        <label>
          Row{" "}
          <input
            name="lane"
            size={10}
            maxLength={80}
            placeholder={name}
            value={lane}
            onInput={(event) => setLane(event.currentTarget.value)}
          />
        </label>
        <label>
          Words{" "}
          <input
            name="label"
            size={16}
            maxLength={400}
            dir="auto"
            value={label}
            onInput={(event) => setLabel(event.currentTarget.value)}
          />
        </label>
        <button type="button" name="mark" onClick={() => add(at.value, null)}>
          Mark this moment
        </button>
        <button type="button" name="begin" onClick={() => onBegin(at.value)}>
          Begin a stretch here
        </button>
        {begunS === null ? null : (
          <button
            type="button"
            name="mark-stretch"
            onClick={() => {
              add(stretch().fromS, stretch().toS);
              onBegin(null);
            }}
          >
            Mark the stretch from {timeInWords(begunS)}
          </button>
        )}
      </div>
      <form class="row" onSubmit={exclude}>
        <label>
          Why {begunS === null ? "this moment" : `the stretch from ${timeInWords(begunS)} to here`} is not to count{" "}
          <input
            name="reason"
            required
            maxLength={1000}
            dir="auto"
            value={reason}
            onInput={(event) => setReason(event.currentTarget.value)}
          />
        </label>
        <button type="submit">Exclude</button>
      </form>
    </>
  );
}
