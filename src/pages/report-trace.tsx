import type { TurnView } from "./report-view.ts";

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

/** How the judgment came about: what was called, what came back, tokens and time. */
export function Trace({ turns }: { readonly turns: readonly TurnView[] }) {
  return (
    <details>
      <summary>
        {turns.length} turns, {turns.reduce((sum, { tools }) => sum + tools.length, 0)} calls of tools
      </summary>
      <ol class="trace">
        {turns.map(({ complaint, said, tools }, at) => (
          <li key={at}>
            {complaint === null ? null : <p class="bad">Asked again: {complaint}</p>}
            <details>
              <summary>
                {said.output.split("\n")[0]?.slice(0, 90) || "no words"} <span class="soft">{said.took}</span>
              </summary>
              <pre>{said.output}</pre>
            </details>
            <ul>
              {tools.map(({ name, input, output, took }, index) => (
                <li key={index}>
                  <details>
                    <summary>
                      {name.replaceAll("_", " ")} {inWords(input)} <span class="soft">{took}</span>
                    </summary>
                    <pre>{output}</pre>
                  </details>
                </li>
              ))}
            </ul>
          </li>
        ))}
      </ol>
    </details>
  );
}
