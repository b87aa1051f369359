import type { ComponentChildren } from "preact";
import { capitalised } from "../domain/capitalised.ts";
import type { ReadingView, SubjectView } from "./report-view.ts";

const LABELS_SHOWN = 5;
/** Labels below this in all three readings are left out. */
const LEAST_SHOWN = 0.02;

/** The three readings of a face side by side, with an arrow from what the face alone said to what context made of it. */
export function Readings({ subject, about }: { readonly subject: SubjectView; readonly about: string }) {
  const labels = labelsOf(subject.readings);
  const [faceOnly] = subject.readings;
  return (
    <>
      <table class="readings">
        <caption class="hidden">Three readings of {about}: probability of each label</caption>
        <thead>
          <tr>
            <td />
            {subject.readings.map(({ name }) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {labels.map((label) => (
            <tr key={label}>
              <th scope="row">{label}</th>
              {subject.readings.map((reading) => (
                <td key={reading.name}>
                  <Share reading={reading} label={label} from={reading.name === "integrated" ? faceOnly : undefined} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {subject.readings.map(({ name, abstention }) =>
        abstention === null ? null : (
          <p key={name} class="soft">
            {name}: abstained, {abstention}
          </p>
        ),
      )}
      {subject.effect === null ? null : <p class="effect">{sentence(subject.effect)}</p>}
    </>
  );
}

function labelsOf(readings: readonly ReadingView[]): readonly string[] {
  const highest = new Map<string, number>();
  for (const { shares } of readings) {
    for (const [label, share] of Object.entries(shares)) highest.set(label, Math.max(share, highest.get(label) ?? 0));
  }
  const integrated = readings.at(-1)?.shares ?? {};
  const order = [...highest].sort(([a, x], [b, y]) => (integrated[b] ?? 0) - (integrated[a] ?? 0) || y - x);
  const shown = order.filter(([, share]) => share >= LEAST_SHOWN);
  return (shown.length === 0 ? order : shown).slice(0, LABELS_SHOWN).map(([label]) => label);
}

interface ShareProps {
  readonly reading: ReadingView;
  readonly label: string;
  /** The reading that an arrow comes from. */
  readonly from?: ReadingView | undefined;
}

function Share({ reading, label, from }: ShareProps) {
  if (reading.abstention !== null) return <span class="soft">abstained</span>;
  const share = reading.shares[label] ?? 0;
  const before = from === undefined || from.abstention !== null ? share : (from.shares[label] ?? 0);
  return (
    <>
      <span class="value">{share.toFixed(2)}</span>
      <ShareBar share={share} isWhole={reading.name === "integrated"}>
        {Math.abs(share - before) < 0.03 ? null : <Arrow from={100 * before} to={100 * share} />}
      </ShareBar>
    </>
  );
}

interface BarProps {
  readonly share: number;
  readonly isWhole: boolean;
  readonly children?: ComponentChildren;
}

/** A share of 0..1 as a bar; the whole is drawn in the accent. */
export function ShareBar({ share, isWhole, children }: BarProps) {
  return (
    <svg class="bar-of-share" viewBox="0 0 100 14" preserveAspectRatio="none" aria-hidden="true">
      <rect class="ground" x="0" y="1" width="100" height="12" />
      <rect class={isWhole ? "share whole" : "share"} x="0" y="1" width={100 * share} height="12" />
      {children}
    </svg>
  );
}

function Arrow({ from, to }: { readonly from: number; readonly to: number }) {
  const head = Math.sign(to - from) * Math.min(5, Math.abs(to - from));
  return (
    <path
      class="arrow"
      d={`M${from} 2V12M${from} 7H${to}M${to - head} 3.5L${to} 7L${to - head} 10.5`}
      vector-effect="non-scaling-stroke"
    />
  );
}

function sentence(text: string): string {
  return `${capitalised(text)}.`;
}
