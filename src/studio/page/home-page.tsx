import type { JudgesAtHand } from "../../compose/judges.ts";
import { pageAddress } from "../page-address.ts";
import type { FoundRun } from "../runs.ts";
import { href } from "./address.ts";
import { DropZone } from "./drop-zone.tsx";
import { Failure, JobList, When } from "./parts.tsx";
import { jobs, pixels, useLoaded } from "./server.ts";

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
      <h1>Judge an image, or measure a clip</h1>
      <DropZone />
      <p>
        Many images at once: <a href={href("/ask/")}>ask about a whole folder, a pattern or a list</a>.
      </p>
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
        <p>Nothing yet: drop an image or a clip above, or try the sample. What the commands write here is shown too.</p>
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
