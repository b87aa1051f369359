import { useEffect, useLayoutEffect, useState } from "preact/hooks";
import type { ProposalScore } from "../../discovery/score-sheet.ts";
import { pageAddress } from "../page-address.ts";
import { go, href, query, withQuery } from "./address.ts";
import { Busy, Failure } from "./parts.tsx";
import { post, useLoaded } from "./server.ts";

interface Ratings {
  readonly question: string;
  readonly isCheck: boolean;
  readonly level: "ordinal" | "nominal";
  /** What each point of the scale means, from 1; empty where only the ends have words. */
  readonly words: readonly string[];
  readonly lines: readonly { readonly item: string; readonly image: string; readonly references: readonly string[] }[];
  readonly given: Readonly<Record<string, number>>;
  readonly raters: readonly { readonly name: string; readonly rated: number }[];
  readonly agreement: { readonly alpha: number | null; readonly items: number };
  readonly sheet: string;
}

/** One face at a time, in the order of the sheet; where one is stands in the address. */
export function Rating({ discovery, rater }: { readonly discovery: string; readonly rater: string }) {
  const words = new URLSearchParams({ discovery, rater });
  const { value, error } = useLoaded<Ratings>(`/ratings?${words}`);
  const [refused, setRefused] = useState<string | null>(null);
  const [own, setOwn] = useState<Readonly<Record<string, number | null>>>({});
  const lines = value?.lines ?? [];
  const ratingOf = (item: string) => (item in own ? own[item] : value?.given[item]) ?? null;
  const open = lines.findIndex(({ item }) => ratingOf(item) === null);
  const named = lines.findIndex(({ item }) => item === query.value.get("item"));
  const at = named >= 0 ? named : open;
  const line = lines[at];
  const image = (name: string) => href(`/api/check-image?${new URLSearchParams({ discovery, name })}`);
  const show = (to: number) => go(withQuery({ item: lines[to]?.item ?? null }), "replace");

  async function rate(rating: number | null): Promise<void> {
    if (line === undefined) return;
    setRefused(null);
    const before = ratingOf(line.item);
    setOwn((all) => ({ ...all, [line.item]: rating }));
    const next = lines.findIndex(({ item }, index) => index > at && ratingOf(item) === null);
    if (rating !== null)
      show(next >= 0 ? next : lines.findIndex(({ item }) => item !== line.item && ratingOf(item) === null));
    await post("/ratings", { discovery, rater, item: line.item, rating }).catch((problem: Error) => {
      setOwn((all) => ({ ...all, [line.item]: before }));
      show(at);
      setRefused(problem.message);
    });
  }

  const keys: Readonly<Record<string, () => void>> = {
    ...Object.fromEntries((value?.words ?? []).map((_, index) => [String(index + 1), () => void rate(index + 1)])),
    ...{ "0": () => void rate(null), Backspace: () => void rate(null) },
    ArrowLeft: () => show(Math.max(0, (at < 0 ? lines.length : at) - 1)),
    ArrowRight: () => show(at < 0 ? -1 : Math.min(lines.length - 1, at + 1)),
  };
  // In time for the next key: it must never rate the face before.
  useLayoutEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      const act = event.ctrlKey || event.metaKey || event.altKey || event.repeat ? undefined : keys[event.key];
      if (act === undefined) return;
      event.preventDefault();
      act();
    };
    addEventListener("keydown", onKeyDown);
    return () => removeEventListener("keydown", onKeyDown);
  });
  useEffect(() => {
    for (const { image: ahead } of lines.slice(at + 1, at + 3)) new Image().src = image(ahead);
  }, [at, value]);

  if (value === undefined) return error === null ? <Busy>Reading the sheet</Busy> : <Failure error={error} />;
  const rated = lines.filter(({ item }) => ratingOf(item) !== null).length;
  return (
    <>
      <h1>Rate {discovery.split("/").at(-1)}</h1>
      <p role="status">
        {rated} of {lines.length} rated by {rater}
        {Object.entries(own).some(([item, rating]) => rating !== (value.given[item] ?? null)) ? ", being kept" : ""}
      </p>
      <Failure error={refused ?? error} />
      {line === undefined ? (
        <Done {...{ discovery, value }} />
      ) : (
        <section class="rating" aria-label={`Face ${at + 1} of ${lines.length}`}>
          <figure>
            <img src={image(line.image)} alt={`Face ${at + 1}`} />
            <figcaption>Face {at + 1}</figcaption>
          </figure>
          {line.references.length === 0 ? null : (
            <figure class="references">
              <div>
                {line.references.map((name, index) => (
                  <img key={name} src={image(name)} alt={`Reference face ${index + 1}`} />
                ))}
              </div>
              <figcaption>to be compared with</figcaption>
            </figure>
          )}
          <fieldset>
            <legend dir="auto">{value.question}</legend>
            {value.words.map((word, index) => (
              <button
                key={index}
                type="button"
                aria-pressed={ratingOf(line.item) === index + 1}
                onClick={() => void rate(index + 1)}
              >
                <b>{index + 1}</b> {word}
              </button>
            ))}
          </fieldset>
          <p class="soft">Keys: 1 to {value.words.length} rate, arrows go back and forth, 0 takes a rating back.</p>
        </section>
      )}
      <Agreement {...value} />
    </>
  );
}

function Agreement({ raters, level, agreement: { alpha, items }, lines }: Ratings) {
  return (
    <section aria-label="Agreement">
      <h2>Agreement so far</h2>
      <p role="status">
        {alpha === null
          ? "Not defined yet: it takes two raters who have rated the same faces, and not all alike."
          : `Krippendorff's alpha ${alpha.toFixed(2)} (${level}) over ${items} faces that two or more have rated; below .667 nothing can be concluded.`}
      </p>
      <ul>
        {raters.map(({ name, rated }) => (
          <li key={name}>
            {name}: {rated} of {lines.length}
          </li>
        ))}
      </ul>
    </section>
  );
}

function Done({
  discovery,
  value: { raters, sheet, isCheck },
}: {
  readonly discovery: string;
  readonly value: Ratings;
}) {
  return (
    <section class="told" aria-label="Done">
      <p>
        That was the last face, thank you. Your ratings are in {sheet}.{" "}
        <a href={href(pageAddress("rate", discovery))}>Another rater</a>
      </p>
      {raters.length < 2 || !isCheck ? null : <Score discovery={discovery} />}
    </section>
  );
}

/** What raters made of the groups, as `discover score` has it. */
export function Score({ discovery }: { readonly discovery: string }) {
  const [scores, setScores] = useState<readonly ProposalScore[] | null>(null);
  const [refused, setRefused] = useState<string | null>(null);
  const score = () =>
    post<{ scores: readonly ProposalScore[] }>("/discovery/score", { discovery }).then(
      (answer) => {
        setRefused(null);
        setScores(answer.scores);
      },
      (error: Error) => setRefused(error.message),
    );
  return (
    <>
      <p>
        <button type="button" class="main" onClick={() => void score()}>
          Score the ratings
        </button>{" "}
        <a href={href(pageAddress("discover", discovery))}>To the discovery</a>
      </p>
      <Failure error={refused} />
      <ul role="status">
        {scores?.map(({ proposal, verdict, explanation }) => (
          <li key={proposal}>
            <b>
              {proposal} is {verdict}.
            </b>{" "}
            {explanation}
          </li>
        ))}
      </ul>
    </>
  );
}
