import type { ReadingRow } from "../domain/reading-rows.ts";
import { type Addressed, asItStands } from "./addressed.ts";
import { FigureTable } from "./figure-table.tsx";

/** What a run of questions came to. */
export interface AnswersSummary {
  readonly asked: number;
  readonly failed: number;
  readonly tokens: number;
  /** How many of them are an estimate. */
  readonly estimated: number;
  readonly usd: number;
  /** Answers whose price nobody knows. */
  readonly unpriced: number;
  /** What the answers say together. */
  readonly notes: readonly string[];
}

/** One question and its answer. */
interface AnswerCard {
  readonly title: string;
  /** Its address; `null` where the image cannot be read. */
  readonly image: string | null;
  readonly question: string | null;
  readonly context: string | null;
  readonly answer: string | null;
  readonly failure: string | null;
  readonly readings: readonly ReadingRow[];
  /** Judges that failed, and what a judge of judges chose. */
  readonly remarks: readonly string[];
}

export interface AnswersView {
  readonly summary: AnswersSummary;
  /** The first of them, where there are very many. */
  readonly cards: readonly AnswerCard[];
}

/** What many questions came to, and each with its image and its answer. */
export function AnswersShown({ summary, cards, address = asItStands }: AnswersView & Addressed) {
  const { asked, failed, tokens, estimated, usd, unpriced, notes } = summary;
  return (
    <>
      <p>
        {asked - failed} answered, {failed} failed.{" "}
        {tokens === 0 && usd === 0 && unpriced === 0 ? (
          "Nothing was paid."
        ) : (
          <>
            {tokens} tokens
            {estimated === 0 ? "" : ` (${estimated} of them an estimate, as their server did not count them)`},{" "}
            {unpriced === asked && asked > 0 ? "nobody says what they cost" : `${usd.toFixed(4)} USD`}.
          </>
        )}{" "}
        {cards.length < asked ? `The first ${cards.length} are shown; all are in answers.csv. ` : ""}
        Everything is perceived or expressed; nobody's felt state is asserted.
      </p>
      {notes.map((note) => (
        <p key={note}>{note}</p>
      ))}
      <h2>One by one</h2>
      <div class="cases">
        {cards.map((card) => (
          <Card key={card.title} {...card} address={address} />
        ))}
      </div>
    </>
  );
}

function Card({ address, ...card }: AnswerCard & Required<Addressed>) {
  const { title, image, question, context, answer, failure, readings, remarks } = card;
  return (
    <article class="case">
      {image === null ? null : <img alt={title} src={address(image)} loading="lazy" />}
      <h3>{title}</h3>
      <p class="soft" dir="auto">
        {question}
      </p>
      {context === null ? null : (
        <p class="soft">
          Context: <span dir="auto">{context}</span>
        </p>
      )}
      {failure === null ? <p dir="auto">{answer}</p> : <p class="bad">{failure}</p>}
      {remarks.map((remark) => (
        <p class="soft" key={remark}>
          {remark}
        </p>
      ))}
      {readings.length === 0 ? null : (
        <FigureTable
          name={`Readings of ${title}`}
          columns={["", "face only", "context only", "integrated"]}
          rows={readings.map(({ face, faceOnly, contextOnly, integrated }) => [
            face,
            faceOnly,
            contextOnly,
            integrated,
          ])}
        />
      )}
    </article>
  );
}
