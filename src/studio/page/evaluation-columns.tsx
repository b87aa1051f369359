import { useEffect } from "preact/hooks";
import { guessedRoles, ROLES, unitOf } from "./evaluation-draft.ts";
import type { FieldsProps } from "./evaluation-form.tsx";
import { Busy, Failure, NumberField, Scrolling } from "./parts.tsx";
import { pixels, useLoaded } from "./server.ts";

interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly Readonly<Record<string, string>>[];
}

/** The first rows of the list, and above each column what it holds. */
export function Columns({ draft, change }: Omit<FieldsProps, "sources">) {
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
