import { CLIP_STYLE } from "./clip-style.ts";
import { ClipTimeline } from "./clip-timeline.tsx";
import type { ClipView, FrameOfMoment } from "./clip-view.ts";
import { page } from "./page.ts";
import { rendered } from "./rendered.ts";

interface ClipPageContents {
  readonly title: string;
  readonly view: ClipView;
  /** One for each moment of the view, as `data:` addresses; `null` where one could not be read. */
  readonly frames: readonly (FrameOfMoment | null)[];
  readonly events: readonly { readonly name: string; readonly sentences: readonly string[] }[];
}

/** A clip as it was measured, over time, as one file that needs nothing else. */
export function clipPage({ title, view, frames, events }: ClipPageContents): string {
  const body = rendered(
    <>
      <h1>{title}</h1>
      <p class="soft">
        What was measured of each person over {view.untilS.toFixed(1)} s: perceived or expressed, not felt. Nobody has
        judged it. The numbers stand in faces.csv and episodes.csv.
      </p>
      {view.people.length === 0 ? <p>Nobody was found in it.</p> : null}
      <ClipTimeline view={view} frame={(_, at) => frames[at] ?? null} />
      {view.people.length === 0 ? null : <h2>What happens</h2>}
      {events.map(({ name, sentences }) => (
        <section key={name}>
          <h3>{name}</h3>
          {sentences.length === 0 ? <p>Nothing that counts as an episode.</p> : null}
          <ul>
            {sentences.map((sentence) => (
              <li key={sentence}>{sentence}</li>
            ))}
          </ul>
        </section>
      ))}
    </>,
  );
  return page({ title, style: CLIP_STYLE, body });
}
