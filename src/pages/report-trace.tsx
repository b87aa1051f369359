import type { ReportView, StepView, TurnView } from "./report-view.ts";

/** What a tool was given: `F1` for `{"faceId":"F1"}`, everything by its name where that is not all. */
function inWords(input: string | null): string {
  if (input === null) return "";
  let given: unknown;
  try {
    given = JSON.parse(input);
  } catch {
    return input;
  }
  if (typeof given !== "object" || given === null) return input;
  const values = Object.entries(given);
  const isPlain = values.every(([, value]) => typeof value === "string" || typeof value === "number");
  if (!isPlain) return input;
  return values.length === 1 ? String(values[0]?.[1]) : values.map(([name, value]) => `${name}: ${value}`).join(", ");
}

/** By its caption, each image that was sent and of which a small copy was kept. */
type Thumbnails = ReadonlyMap<string, string>;

export function thumbnailsOf(sent: ReportView["sent"]): Thumbnails {
  const images = sent.flatMap((each) => each.images);
  return new Map(images.flatMap(({ caption, thumbnail }) => (thumbnail === null ? [] : [[caption, thumbnail]])));
}

interface TraceProps {
  readonly turns: readonly TurnView[];
  /** Where images are shown with the call that they came of; without, their captions are. */
  readonly shown?: Thumbnails;
}

/** How the judgment came about, folded. */
export function Trace({ spent, ...trace }: TraceProps & Pick<ReportView, "spent">) {
  const calls = trace.turns.reduce((sum, { tools }) => sum + tools.length, 0);
  return (
    <details>
      <summary>
        {counted(trace.turns.length, "turn")}, {counted(calls, "call")} of tools
      </summary>
      <p class="soft">{spent}.</p>
      <Turns {...trace} />
    </details>
  );
}

/** What was said and called, what came back, tokens and time. */
export function Turns({ turns, shown }: TraceProps) {
  return (
    <ol class="trace">
      {turns.map(({ of, complaint, said, tools }, at) => (
        <li key={at}>
          {of === null ? null : <h4>{of}</h4>}
          {complaint === null ? null : <p class="bad">Asked again: {complaint}</p>}
          <Step title={said.output.split("\n")[0]?.slice(0, 90) || "no words"} step={said} shown={shown} />
          <ul>
            {tools.map((tool, index) => (
              <li key={index}>
                <Step title={`${tool.name.replaceAll("_", " ")} ${inWords(tool.input)}`} step={tool} shown={shown} />
              </li>
            ))}
          </ul>
        </li>
      ))}
    </ol>
  );
}

interface StepProps {
  readonly title: string;
  readonly step: StepView;
  readonly shown: Thumbnails | undefined;
}

function Step({ title, step: { took, output, images }, shown = new Map() }: StepProps) {
  return (
    <>
      <details>
        <summary>
          {title} <span class="soft">{took}</span>
        </summary>
        <pre>{output}</pre>
      </details>
      <ImagesShown captions={images} shown={shown} />
    </>
  );
}

/** What a model was shown. */
export function ImagesShown({ captions, shown }: { readonly captions: readonly string[]; readonly shown: Thumbnails }) {
  if (captions.length === 0) return null;
  return (
    <div class="stimuli">
      {captions.map((caption) => {
        const thumbnail = shown.get(caption);
        return (
          <figure key={caption}>
            {thumbnail === undefined ? null : <img alt={caption} src={thumbnail} />}
            <figcaption>{caption}</figcaption>
          </figure>
        );
      })}
    </div>
  );
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
