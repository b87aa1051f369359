import type { Signal } from "@preact/signals";
import type { RefObject } from "preact";
import { useEffect, useState } from "preact/hooks";
import { LABEL, type StudyRows } from "../../study/study-rows.ts";
import { personOf } from "../../study/track-person.ts";
import { href } from "./address.ts";
import { type ClipFrame, frameAt, type Named, timeInWords, trackOf } from "./clip-data.ts";

interface PlayerProps {
  readonly study: string;
  readonly clip: string;
  readonly rows: StudyRows;
  readonly frames: readonly ClipFrame[];
  readonly durationS: number;
  readonly people: readonly Named[];
  /** Why the file cannot be had. */
  readonly gone: string | null;
  readonly at: Signal<number>;
  readonly video: RefObject<HTMLVideoElement | null>;
  readonly isPlaying: boolean;
  readonly seek: (atS: number) => void;
  readonly setPlaying: (isPlaying: boolean) => void;
}

/** The clip with its faces, and a bar to go through it. Where no browser plays it, time still goes on. */
export function ClipPlayer(props: PlayerProps) {
  const { study, clip, durationS, gone, at, video, isPlaying, seek, setPlaying } = props;
  const [size, setSize] = useState<{ readonly width: number; readonly height: number } | null>(null);
  const [hasFailed, setFailed] = useState(false);
  const isSeen = gone === null && !hasFailed;

  useEffect(() => {
    if (!isPlaying) {
      video.current?.pause();
      return;
    }
    const [player, startedMs, fromS] = [isSeen ? video.current : null, performance.now(), at.value];
    player?.play().catch(() => setPlaying(false));
    let next = 0;
    const tick = (nowMs: number) => {
      at.value = Math.min(durationS, player?.currentTime ?? fromS + (nowMs - startedMs) / 1000);
      if (at.value >= durationS || player?.ended) setPlaying(false);
      else next = requestAnimationFrame(tick);
    };
    next = requestAnimationFrame(tick);
    return () => {
      cancelAnimationFrame(next);
      player?.pause();
      seek(at.value);
    };
  }, [isPlaying, isSeen]);

  return (
    <section class="player" aria-label="Player">
      {isSeen ? (
        <div class="screen">
          <video
            ref={video}
            src={href(`/api/clip/video?${new URLSearchParams({ study, clip })}`)}
            preload="metadata"
            muted
            playsInline
            onLoadedMetadata={({ currentTarget }) => {
              setSize({ width: currentTarget.videoWidth, height: currentTarget.videoHeight });
              currentTarget.currentTime = at.value;
            }}
            onError={() => setFailed(true)}
          />
          {size === null ? null : <Overlay {...props} {...size} />}
        </div>
      ) : (
        <p class="told">
          {gone ?? "This browser does not play clips of this kind; what was measured is here all the same."}
        </p>
      )}
      <div class="row scrub">
        <button type="button" onClick={() => setPlaying(!isPlaying)}>
          {isPlaying ? "Pause" : "Play"}
        </button>
        <Scrub {...props} />
      </div>
    </section>
  );
}

function Scrub({ at, durationS, seek }: PlayerProps) {
  const words = `${timeInWords(at.value)} of ${timeInWords(durationS)}`;
  return (
    <>
      <input
        type="range"
        aria-label="Time in the clip"
        aria-valuetext={words}
        min={0}
        max={durationS}
        step="any"
        value={at.value}
        onInput={(event) => seek(Number(event.currentTarget.value))}
      />
      <span class="n">{words}</span>
    </>
  );
}

/** Boxes of the frame that is shown, with who it is and what is read. */
function Overlay({
  rows,
  frames,
  people,
  at,
  width,
  height,
}: PlayerProps & { readonly width: number; readonly height: number }) {
  const now = frameAt(frames, at.value);
  const side = (row: number, name: string) => rows.number(`box_${name}_px`, row);
  const fontPx = Math.max(height / 22, width / 34); // so that it can be read on a narrow page too
  return (
    <svg viewBox={`0 0 ${width} ${height}`} aria-hidden="true">
      {now?.rows.map((row) => (
        <g key={row}>
          <rect x={side(row, "left")} y={side(row, "top")} width={side(row, "width")} height={side(row, "height")} />
          <text
            x={Math.max(0, side(row, "left"))}
            y={Math.max(fontPx, side(row, "top") - height / 80)}
            font-size={fontPx}
            stroke-width={fontPx / 7}
          >
            {personOf(people, { trackId: trackOf(rows, row), frame: now.frame })} {rows.text(LABEL, row)}
          </text>
        </g>
      ))}
    </svg>
  );
}
