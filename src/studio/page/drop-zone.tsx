import { useState } from "preact/hooks";
import { MOST_CLIP_BYTES, MOST_FILES, MOST_LIST_BYTES, MOST_UPLOAD_BYTES, tooLargeInWords } from "../limits.ts";
import { go, href } from "./address.ts";
import { chosenFiles, type Dropped, droppedFiles, type Kind, kindOf } from "./drop.ts";
import { Busy, Failure } from "./parts.tsx";
import { post, upload } from "./server.ts";
import { clipAddress } from "./study-data.ts";

const SENT_AT_ONCE = 3;
const MOST_REASONS = 5;

/** What came of a drop that leads to no other page. */
interface Kept {
  readonly words: string;
  /** Below which all lies that can be measured, seen from the studio's folder. */
  readonly folder: string | null;
  /** Why some of it was not kept. */
  readonly refused: readonly string[];
}

/** Takes images, clips, folders of both, and lists. */
export function DropZone() {
  const [isOver, setOver] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const [told, setTold] = useState<string | null>(null);
  const [kept, setKept] = useState<Kept | null>(null);

  async function take(work: () => Promise<Kept | null>): Promise<void> {
    setError(null);
    setKept(null);
    setTold("Reading what was dropped");
    await work().then(setKept, (problem: Error) => setError(problem.message));
    setTold(null);
  }

  const choose = ({ currentTarget }: { readonly currentTarget: HTMLInputElement }) => {
    const chosen = chosenFiles(currentTarget.files);
    currentTarget.value = ""; // so that the same may be chosen again
    void take(() => keep(chosen, setTold));
  };
  return (
    <section
      class={isOver ? "drop over" : "drop"}
      aria-label="What is to be judged"
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        const dropped = event.dataTransfer === null ? [] : droppedFiles(event.dataTransfer, MOST_FILES + 1);
        void take(async () => keep(await dropped, setTold));
      }}
    >
      <strong>Drop an image, a clip, a folder of them or a list here</strong>
      <p class="soft">
        JPEG, PNG, WebP, GIF, TIFF or AVIF; clips that ffmpeg reads; a list is a table (.csv) with a column path and, if
        wanted, context and question. All of it is copied into the folder and stays on this machine.
      </p>
      <div class="row">
        <label class="button">
          Choose files
          <input
            type="file"
            class="hidden"
            name="files"
            multiple
            accept="image/*,video/*,.csv,.tsv"
            onChange={choose}
          />
        </label>
        <label class="button">
          Choose a folder
          <input type="file" class="hidden" name="folder" {...{ webkitdirectory: true }} onChange={choose} />
        </label>
        <button type="button" onClick={() => void take(trySample)}>
          Try the sample
        </button>
      </div>
      {told === null ? null : <Busy>{told}</Busy>}
      {kept === null ? null : (
        <p role="status">
          {kept.words}{" "}
          {kept.folder === null ? null : (
            <>
              <a href={href(`/study/?words=${encodeURIComponent(kept.folder)}`)}>Measure them in a study</a>, or{" "}
              <a href={href(`/ask/?words=${encodeURIComponent(kept.folder)}`)}>ask about all of them</a>
            </>
          )}
        </p>
      )}
      <Failure error={error ?? (kept?.refused.length ? kept.refused.slice(0, MOST_REASONS).join(" ") : null)} />
    </section>
  );
}

async function trySample(): Promise<null> {
  const { image, context } = await post<{ image: string; context: string }>("/sample");
  return judge(image, context);
}

/** Copies what was dropped into the folder. What came alone is judged, measured or asked about at once. */
async function keep(dropped: readonly Dropped[], tell: (told: string) => void): Promise<Kept | null> {
  if (dropped.length > MOST_FILES) {
    throw new Error(
      `More than ${MOST_FILES} files at once are too many to copy: start \`kuleshov studio <folder>\` on the folder itself.`,
    );
  }
  if (dropped.length === 0) return null;
  const files = dropped.flatMap((each) => {
    const kind = kindOf(each);
    return kind === null ? [] : [{ ...each, kind }];
  });
  const lists = files.filter(({ kind, folder }) => kind === "list" && folder === null);
  if (lists.length > 1) throw new Error("Two lists are two questions: drop one list at a time.");
  const [only] = files;
  if (only === undefined) throw new Error("There is neither an image nor a clip nor a list among what was dropped.");
  if (files.length === 1 && only.folder === null) {
    tell(`Copying ${only.file.name}`);
    const path = await send(only, null);
    if (only.kind === "list") return askAbout(path);
    return only.kind === "clip" ? measureClip(path) : judge(path);
  }
  const outcome = await keepMany(files, tell);
  const [list] = lists;
  const kept = list === undefined ? undefined : outcome.paths.get(list);
  if (kept !== undefined && outcome.refused.length === 0) return askAbout(kept);
  return told(outcome, dropped.length - files.length);
}

type Sent = Dropped & { readonly kind: Kind };

/** Where each file was kept. */
interface Outcome {
  readonly paths: ReadonlyMap<Sent, string>;
  readonly refused: readonly string[];
}

/** Keeps files as they lay in their folders; those that came without one get one. */
async function keepMany(files: readonly Sent[], tell: (told: string) => void): Promise<Outcome> {
  const together = `dropped ${new Date().toISOString().slice(0, 16).replace(/[T:]/g, "-")}`;
  const paths = new Map<Sent, string>();
  const refused: string[] = [];
  const rest = files.values();
  const sendAll = async () => {
    for (const each of rest) {
      await send(each, each.folder ?? together).then(
        (path) => paths.set(each, path),
        (error: Error) => refused.push(error.message),
      );
      tell(`Copying ${paths.size + refused.length} of ${files.length} files`);
    }
  };
  await Promise.all(Array.from({ length: SENT_AT_ONCE }, sendAll));
  return { paths, refused };
}

/** What was kept, where, and what not, in words. */
function told({ paths, refused }: Outcome, leftOut: number): Kept {
  const folders = [...new Set([...paths.values()].map((path) => path.split("/").slice(0, 2).join("/")))];
  const counts = (["image", "clip", "list"] as const).flatMap((kind) => {
    const count = [...paths.keys()].filter((each) => each.kind === kind).length;
    return count === 0 ? [] : [`${count} ${kind}${count === 1 ? "" : "s"}`];
  });
  const words = [
    counts.length === 0 ? "Nothing was copied." : `Copied into ${folders.join(" and ")}: ${counts.join(", ")}.`,
    ...(leftOut === 0 ? [] : [`Left out: ${leftOut} of other kinds.`]),
    ...(refused.length === 0 ? [] : [`Refused: ${refused.length}.`]),
  ];
  const canBeMeasured = [...paths.keys()].some(({ kind }) => kind !== "list");
  const folder = folders.length === 1 ? (folders[0] as string) : "images";
  return { words: words.join(" "), folder: canBeMeasured ? folder : null, refused };
}

const SENDS = {
  image: { address: "/images", most: MOST_UPLOAD_BYTES },
  clip: { address: "/clips", most: MOST_CLIP_BYTES },
  list: { address: "/lists", most: MOST_LIST_BYTES },
} as const;

/** @returns where it lies, seen from the studio's folder. */
async function send({ file, kind }: Sent, group: string | null): Promise<string> {
  const { address, most } = SENDS[kind];
  if (file.size > most) {
    const what = kind === "clip" ? "video" : kind;
    throw new Error(`Cannot read ${what} as ${tooLargeInWords(most)}: \`${file.name}\``);
  }
  const words = new URLSearchParams({ name: file.name, ...(group === null ? {} : { group }) });
  const kept = await upload<Partial<Record<Kind, string>>>(`${address}?${words}`, file);
  return kept[kind] as string;
}

async function askAbout(list: string): Promise<null> {
  const { job } = await post<{ job: { address: string } }>("/ask-many", { list });
  go(job.address);
  return null;
}

async function measureClip(clip: string): Promise<null> {
  const { study } = await post<{ study: string }>("/study/measure", { clip });
  go(clipAddress(study, clip));
  return null;
}

async function judge(image: string, context?: string): Promise<null> {
  const { job } = await post<{ job: { address: string } }>("/ask", { image, ...(context ? { context } : {}) });
  go(job.address);
  return null;
}
