import { useEffect } from "preact/hooks";
import { Scrolling } from "../../pages/figure-table.tsx";
import type { FieldsProps } from "./evaluation-form.tsx";
import { Busy, Failure, NumberField } from "./parts.tsx";
import { pixels, useLoaded } from "./server.ts";

/** What a column can hold, as people say it. */
const ROLES: Readonly<Record<string, string>> = {
  "": "nothing",
  image: "image",
  label: "label",
  valence: "valence",
  arousal: "arousal",
  context: "situation, in words",
  subject: "who is shown",
  id: "name of the row",
  explanation: "explanation",
};

const GUESSES: readonly (readonly [role: string, names: RegExp])[] = [
  ["image", /^(image|path|file|file_?name|img)s?$/i],
  ["label", /^(label|emotion|expression|class)$/i],
  ["valence", /^valence$/i],
  ["arousal", /^arousal$/i],
  ["context", /^(context|situation|scene)$/i],
  ["subject", /^(subject|person|participant)(_?id)?$/i],
  ["id", /^id$/i],
];

/** What columns most likely hold, by their names; each thing is in one column. */
function guessedRoles(columns: readonly string[]): Record<string, string> {
  const units = columns.flatMap((column) => {
    const unit = unitOf(column);
    return unit === null ? [] : [[column, unit] as const];
  });
  const others = GUESSES.flatMap(([role, names]) => {
    const column = columns.find((each) => names.test(each));
    return column === undefined ? [] : [[column, role] as const];
  });
  return Object.fromEntries([...units, ...others]);
}

/** `AU12` for the column `au12`; `null` for other names. */
function unitOf(column: string): string | null {
  const number = /^AU_?0*([1-9]\d?)$/i.exec(column)?.[1];
  return number === undefined ? null : `AU${number}`;
}

interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly Readonly<Record<string, string>>[];
}

/** The first rows of the list, and above each column what it holds. */
export function Columns({ draft, change }: FieldsProps) {
  const { value, error } = useLoaded<Table>(`/table?path=${encodeURIComponent(draft.source)}`);
  const isUnmapped = Object.keys(draft.roles).length === 0;
  useEffect(() => {
    if (value !== undefined && isUnmapped) change({ roles: guessedRoles(value.columns) });
  }, [value, isUnmapped]);
  if (value === undefined) return error === null ? <Busy>Reading the list</Busy> : <Failure error={error} />;
  const folder = draft.source
    .split("/")
    .slice(0, -1)
    .map((part) => `${part}/`)
    .join("");
  const roles = (column: string) => ({
    ...ROLES,
    ...(unitOf(column) === null ? {} : { [unitOf(column) as string]: "action unit" }),
    ...(draft.roles[column] === undefined
      ? {}
      : { [draft.roles[column]]: ROLES[draft.roles[column]] ?? draft.roles[column] }),
  });
  const isScaled = Object.values(draft.roles).some((role) => role === "valence" || role === "arousal");
  const end = (at: 0 | 1, title: string) => (
    <NumberField
      {...{ title, step: "any", value: draft.scale[at] }}
      change={(value) => change({ scale: at === 0 ? [value ?? 0, draft.scale[1]] : [draft.scale[0], value ?? 0] })}
    />
  );
  return (
    <>
      <Scrolling name="First rows of the list" class="preview">
        <table>
          <thead>
            <tr>
              {value.columns.map((column) => (
                <th key={column} scope="col">
                  <label>
                    {column} holds
                    <select
                      value={draft.roles[column] ?? ""}
                      onChange={(event) => change({ roles: { ...draft.roles, [column]: event.currentTarget.value } })}
                    >
                      {Object.entries(roles(column)).map(([role, name]) => (
                        <option key={role} value={role}>
                          {name}
                        </option>
                      ))}
                    </select>
                  </label>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {value.rows.map((row, at) => (
              <tr key={at}>
                {value.columns.map((column) => (
                  <td key={column} dir="auto">
                    {draft.roles[column] === "image" && !/^(npm:|\/)/.test(row[column] ?? "") ? (
                      <img src={pixels(`${folder}${row[column]}`, 160)} alt="" />
                    ) : null}
                    {row[column]}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </Scrolling>
      {isScaled ? (
        <div class="row numbers">
          {end(0, "Lowest valence or arousal")}
          {end(1, "Highest")}
        </div>
      ) : null}
    </>
  );
}
