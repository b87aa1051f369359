import { useState } from "preact/hooks";
import type { JudgesAtHand } from "../../compose/judges.ts";
import { MOST_FILES, MOST_UPLOAD_BYTES, tooLargeInWords } from "../limits.ts";
import { pageAddress } from "../page-address.ts";
import type { FoundRun } from "../runs.ts";
import { go, href } from "./address.ts";
import { chosenFiles, type Dropped, droppedFiles, looksLikeImage } from "./drop.ts";
import { Busy, Failure, JobList, When } from "./parts.tsx";
import { jobs, pixels, post, upload, useLoaded } from "./server.ts";

const SENT_AT_ONCE = 3;

interface Home {
  readonly folder: string;
  readonly version: string;
  readonly runs: readonly FoundRun[];
}

export function HomePage() {
  const home = useLoaded<Home>("/home");
  const underWay = jobs.value.filter(({ state }) => state !== "done");
  return (
    <>
      <h1>Judge an image</h1>
      <DropZone />
      <Judges />
      {underWay.length === 0 ? null : (
        <section aria-label="Under way">
          <h2>Under way</h2>
          <JobList jobs={underWay.toReversed()} />
        </section>
      )}
      <h2>In this folder</h2>
      <Failure error={home.error} />
      {home.value === undefined ? null : <Runs {...home.value} />}
    </>
  );
}

function DropZone() {
  const [isOver, setOver] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const [told, setTold] = useState<string | null>(null);

  async function take(files: readonly Dropped[] | Promise<readonly Dropped[]>): Promise<void> {
    setError(null);
    try {
      setTold("Reading what was dropped");
      setTold(await keep(await files, setTold));
    } catch (problem) {
      setTold(null);
      setError((problem as Error).message);
    }
  }

  return (
    <section
      class={isOver ? "drop over" : "drop"}
      aria-label="Images to judge"
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        if (event.dataTransfer !== null) void take(droppedFiles(event.dataTransfer, MOST_FILES + 1));
      }}
    >
      <strong>Drop an image, a folder of images or a list here</strong>
      <p class="soft">
        JPEG, PNG, WebP, GIF, TIFF or AVIF; a list is a table (.csv) with a column path and, if wanted, context and
        question. All of it is copied into the folder and stays on this machine.
      </p>
      <div class="row">
        <label class="button">
          Choose images
          <input
            type="file"
            class="hidden"
            multiple
            accept="image/*,.csv,.tsv"
            onChange={(event) => void take(chosenFiles(event.currentTarget.files))}
          />
        </label>
        <button type="button" onClick={() => void take(sample())}>
          Try the sample
        </button>
      </div>
      {told === null ? null : <Busy>{told}</Busy>}
      <Failure error={error} />
    </section>
  );

  async function sample(): Promise<readonly Dropped[]> {
    const { image, context } = await post<{ image: string; context: string }>("/sample");
    await judge(image, context);
    return [];
  }
}

/** Sends the images; one is judged at once. @returns what to tell, `null` when nothing is left to say. */
async function keep(dropped: readonly Dropped[], tell: (told: string) => void): Promise<string | null> {
  if (dropped.length > MOST_FILES) {
    throw new Error(
      `More than ${MOST_FILES} files at once are too many to copy: start \`kuleshov studio <folder>\` on the folder itself.`,
    );
  }
  const list = dropped.find(({ file }) => /\.(csv|tsv)$/i.test(file.name));
  if (list !== undefined) {
    tell(`Reading ${list.file.name}`);
    const kept = await upload<{ list: string }>(`/lists?name=${encodeURIComponent(list.file.name)}`, list.file);
    await judgeMany(kept.list);
    return null;
  }
  const images = dropped.filter(looksLikeImage);
  if (dropped.length > 0 && images.length === 0) throw new Error("There is no image among what was dropped.");
  const [only] = images;
  if (only !== undefined && images.length === 1) {
    tell(`Copying ${only.file.name}`);
    const { image } = await send(only, null);
    await judge(image);
    return null;
  }
  return images.length === 0 ? null : keepMany(images, tell);
}

async function keepMany(images: readonly Dropped[], tell: (told: string) => void): Promise<string> {
  const group = images[0]?.folder ?? `dropped ${new Date().toISOString().slice(0, 16).replace(/[T:]/g, "-")}`;
  const refused: string[] = [];
  let done = 0;
  const rest = images.values();
  const sendAll = async () => {
    for (const each of rest) {
      await send(each, group).catch((error: Error) => refused.push(error.message));
      done += 1;
      tell(`Copying ${done} of ${images.length} images`);
    }
  };
  await Promise.all(Array.from({ length: SENT_AT_ONCE }, sendAll));
  if (refused.length > 0) throw new Error(refused.slice(0, 5).join(" "));
  return `${done} images are in images/${group}. To measure them all, begin a study under Studies.`;
}

async function judgeMany(list: string): Promise<void> {
  const { job } = await post<{ job: { address: string } }>("/ask-many", { list });
  go(job.address);
}

async function send({ file }: Dropped, group: string | null): Promise<{ image: string }> {
  if (file.size > MOST_UPLOAD_BYTES) {
    throw new Error(`Cannot read image as ${tooLargeInWords(MOST_UPLOAD_BYTES)}: \`${file.name}\``);
  }
  const words = new URLSearchParams({ name: file.name, ...(group === null ? {} : { group }) });
  return upload(`/images?${words}`, file);
}

async function judge(image: string, context?: string): Promise<void> {
  const { job } = await post<{ job: { address: string } }>("/ask", { image, ...(context ? { context } : {}) });
  go(job.address);
}

/** Which judge is ready and what leaves this machine, in one sentence each. */
function Judges() {
  const { value } = useLoaded<JudgesAtHand>("/judges");
  if (value === undefined) return null;
  const seeing = value.models.filter(({ sees, remote }) => sees && !remote).map(({ model }) => model);
  const named = value.byName.length === 0 ? "" : `A key or an address is set for ${value.byName.join(" and ")}.`;
  return (
    <p>
      Ready to judge: the built-in rules
      {seeing.length === 0
        ? ", which see measurements and no image; for a model that sees, start Ollama with one such as qwen2.5vl"
        : `, and on this machine ${seeing.join(", ")}`}
      . {named} Nothing leaves this machine unless you choose a model elsewhere and allow it.
    </p>
  );
}

function Runs({ folder, version, runs }: Home) {
  const answers = runs.filter(({ image }) => image !== null);
  const others = runs.filter(({ image }) => image === null);
  return (
    <>
      <p class="soft">
        {folder} · Kuleshov {version}
      </p>
      {runs.length === 0 ? (
        <p>Nothing yet: drop an image above, or try the sample. What the commands write here is shown too.</p>
      ) : null}
      <ul class="cards">{answers.slice(0, 24).map((run) => answerCard(run))}</ul>
      {others.length === 0 ? null : (
        <ul>
          {others.map(({ path, command, createdAt, finished, problem }) => (
            <li key={path}>
              <a href={href(pageAddress(pageOf(command), path))}>{path}</a>{" "}
              <span class="soft">
                {command === null ? null : `kuleshov ${command}, `}
                <When at={createdAt} />
                {finished || problem !== null ? "" : ", not finished"}
              </span>{" "}
              {problem === null ? null : <span class="bad">{problem}</span>}
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

function pageOf(command: string | null): string {
  if (command === "measure" || command === "import") return "study";
  if (command === "lab" || command === "discover") return command;
  return command === "eval" ? "evaluation" : "run";
}

function answerCard({ path, image, settings, createdAt, finished }: FoundRun) {
  if (image === null) return null;
  const context = typeof settings.context === "string" ? settings.context : null;
  const address = `${pageAddress("image", image)}?answer=${encodeURIComponent(path)}`;
  return (
    <li key={path}>
      <a class="card" href={href(address)}>
        <img src={pixels(image, 480)} alt="" loading="lazy" />
        <div>
          <h3>{image.split("/").at(-1)}</h3>
          {context === null ? null : <p>{context}</p>}
          <p class="soft">
            <When at={createdAt} />
            {finished ? "" : ", not finished"}
          </p>
        </div>
      </a>
    </li>
  );
}
