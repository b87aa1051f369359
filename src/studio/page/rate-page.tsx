import { useState } from "preact/hooks";
import type { FoundRun } from "../runs.ts";
import { go, href, query, withQuery } from "./address.ts";
import { Busy, Failure, RunList } from "./parts.tsx";
import { Rating, Score } from "./rating.tsx";
import { post, useLoaded } from "./server.ts";

interface Checks {
  readonly checks: readonly FoundRun[];
  /** Whether there are discoveries without one. */
  readonly others: boolean;
  readonly studies: readonly FoundRun[];
}

/** Blind rating of one discovery's check, or all checks where the address names none. */
export function RatePage({ rest }: { readonly rest: string }) {
  if (rest === "") return <AllChecks />;
  const rater = query.value.get("rater");
  return rater === null ? (
    <Begin discovery={rest} />
  ) : (
    <Rating key={`${rest} ${rater}`} discovery={rest} rater={rater} />
  );
}

function AllChecks() {
  const { value, error } = useLoaded<Checks>("/checks");
  return (
    <>
      <h1>Rate</h1>
      <p>
        Whether a category that was discovered is one that people see is found out blind: each face is compared with a
        few of the category, by two people or more who do not know which belong to it. The faces of a study are rated on
        a scale of your own.
      </p>
      <Failure error={error} />
      {value === undefined && error === null ? <Busy>Looking for what can be rated</Busy> : null}
      {value?.checks.length !== 0 ? null : value.others ? (
        <p>No discovery in this folder has a proposal that survived its tests, so there is nothing to rate of them.</p>
      ) : (
        <p>
          There is no discovery in this folder yet: <a href={href("/discover/")}>look for groups in a study</a>.
        </p>
      )}
      <RunList runs={value?.checks ?? []} page="rate" />
      {value === undefined || value.studies.length === 0 ? null : (
        <>
          <h2>Studies</h2>
          <RunList runs={value.studies} page="rate" />
        </>
      )}
    </>
  );
}

/** Labels that are offered, and how many raters can choose from. */
interface Offer {
  readonly labels: readonly string[];
  readonly mostAnswers: number;
}

/** A study needs a question before there is something to rate. */
type Raters =
  | (Offer & { readonly begun: false })
  | {
      readonly begun: true;
      readonly question: string;
      /** Whether it is of a discovery, whose groups are scored by it. */
      readonly isCheck: boolean;
      readonly lines: readonly unknown[];
      readonly raters: readonly { readonly name: string; readonly rated: number }[];
    };

function Begin({ discovery }: { readonly discovery: string }) {
  const { value, error } = useLoaded<Raters>(`/ratings?discovery=${encodeURIComponent(discovery)}`);
  const [name, setName] = useState("");
  const names = new Set(value?.begun ? value.raters.map((each) => each.name) : []);
  const free =
    [...Array(names.size + 1).keys()].map((at) => `rater ${at + 1}`).find((each) => !names.has(each)) ?? "rater";
  const begin = (event: Event) => {
    event.preventDefault();
    go(withQuery({ rater: name.trim() || free }));
  };
  return (
    <>
      <h1>Rate {discovery.split("/").at(-1)}</h1>
      <Failure error={error} />
      {value === undefined && error === null ? <Busy>Reading what is to be rated</Busy> : null}
      {value?.begun === false ? <Ask study={discovery} {...value} /> : null}
      {value?.begun !== true ? null : (
        <form class="begin" onSubmit={begin}>
          <p>
            <b>{value.question}</b> {value.lines.length} faces, one at a time. Judge the expression only: not the
            person, the pose of the head, the light or the scene. Do not rate together with somebody else. You can stop
            and go on whenever you like.
          </p>
          <div class="row">
            <label class="field">
              Your initials, if you like
              <input
                name="rater"
                maxLength={40}
                placeholder={free}
                value={name}
                onInput={(e) => setName(e.currentTarget.value)}
              />
            </label>
            <button type="submit" class="main">
              Begin
            </button>
          </div>
          {value.raters.length === 0 ? null : <p>Go on as</p>}
          <div class="row">
            {value.raters.map(({ name: each, rated }) => (
              <button key={each} type="button" onClick={() => go(withQuery({ rater: each }))}>
                {each}, {rated} of {value.lines.length}
              </button>
            ))}
          </div>
          {value.raters.length < 2 || !value.isCheck ? null : <Score discovery={discovery} />}
        </form>
      )}
    </>
  );
}

/** Why these are no labels to rate by. */
function faultOf(labels: readonly string[], most: number): string | null {
  const names = new Set(labels.map((label) => label.toLowerCase()));
  if (names.size < labels.length) return "Two labels are the same: name each once.";
  const isFit = labels.length >= 2 && labels.length <= most && labels.every((label) => label.length <= 40);
  return isFit ? null : `Two to ${most} labels of at most 40 letters each are needed, with commas between them.`;
}

/** What is to be asked of the faces of a study, once for all raters. */
function Ask({ study, labels: offered, mostAnswers }: Offer & { readonly study: string }) {
  const [refused, setRefused] = useState<string | null>(null);
  const [kind, setKind] = useState<"scale" | "labels">("scale");
  const begin = (event: SubmitEvent) => {
    event.preventDefault();
    const words = new FormData(event.currentTarget as HTMLFormElement);
    const text = (name: string) => String(words.get(name) ?? "").trim();
    const scale = { points: Number(words.get("points")), lowest: text("lowest"), highest: text("highest") };
    const labels = text("labels")
      .split(/[,\n]/)
      .map((label) => label.trim())
      .filter((label) => label !== "");
    const question = { question: text("question"), ...(kind === "labels" ? { labels } : scale) };
    const order = { study, question, most: Number(words.get("most")) };
    setRefused(null);
    const fault = kind === "labels" ? faultOf(labels, mostAnswers) : null;
    if (fault !== null) return setRefused(fault);
    void post("/ratings/begin", order).catch((error: Error) => setRefused(error.message));
  };
  const field = (name: string, words: string, attributes: object) => (
    <label class="field">
      {words}
      <input name={name} required dir="auto" {...attributes} />
    </label>
  );
  return (
    <form class="begin" onSubmit={begin}>
      <p>
        Say what raters are asked of each face. All see the same faces in the same random order, without their names;
        what is excluded is not among them.
      </p>
      <fieldset class="row plain">
        <legend class="hidden">What raters answer with</legend>
        {(["scale", "labels"] as const).map((each) => (
          <label key={each}>
            <input type="radio" name="kind" checked={kind === each} onChange={() => setKind(each)} />{" "}
            {each === "scale" ? "a point of a scale" : "one of several labels"}
          </label>
        ))}
      </fieldset>
      {field("question", "Question", {
        key: kind,
        maxLength: 400,
        defaultValue:
          kind === "scale" ? "How unpleasant or pleasant does this face look?" : "What does this face show?",
      })}
      <div class="row">
        {kind === "scale" ? (
          <>
            {field("points", "Points of the scale", { type: "number", min: 2, max: mostAnswers, defaultValue: "9" })}
            {field("lowest", "The lowest means", { maxLength: 80, defaultValue: "very unpleasant" })}
            {field("highest", "The highest means", { maxLength: 80, defaultValue: "very pleasant" })}
          </>
        ) : (
          <label class="field wide">
            Labels, with commas between them, {mostAnswers} at most
            <textarea name="labels" required rows={2} dir="auto" defaultValue={offered.join(", ")} />
          </label>
        )}
        {field("most", "Faces at most", { type: "number", min: 1, max: 5000, defaultValue: "200" })}
      </div>
      <button type="submit" class="main">
        Draw the faces
      </button>
      <Failure error={refused} />
    </form>
  );
}
