import { useContext } from "preact/hooks";
import { Cited, LightingContext } from "./report-cited.tsx";
import type { ActionUnitView } from "./report-view.ts";

const SIDES = ["right", "left"] as const;

/** Action units by name, the subject's right and left side apart; the less a value is to be trusted, the fainter it is. */
export function ActionUnits({ units }: { readonly units: readonly ActionUnitView[] }) {
  if (units.length === 0) return <p class="soft">No action unit was measured on this face.</p>;
  const of = (presence: Presence) => units.filter((unit) => presenceOf(unit) === presence);
  const shown = of("present");
  return (
    <>
      {shown.length === 0 ? <p class="soft">None is present.</p> : <UnitTable units={shown} />}
      {(["uncertain", "absent"] as const).map((presence) => {
        const others = of(presence);
        return others.length === 0 ? null : (
          <details key={presence}>
            <summary>
              {others.length} {presence}
            </summary>
            <UnitTable units={others} />
          </details>
        );
      })}
    </>
  );
}

type Presence = ActionUnitView["sides"][number]["presence"];

/** Shown on one side is shown; otherwise the face as a whole decides, where it was measured. */
function presenceOf({ sides }: ActionUnitView): Presence {
  if (sides.some(({ presence }) => presence === "present")) return "present";
  const whole = sides.find(({ side }) => side === "both");
  return whole?.presence ?? (sides.every(({ presence }) => presence === "absent") ? "absent" : "uncertain");
}

function UnitTable({ units }: { readonly units: readonly ActionUnitView[] }) {
  return (
    <table class="units">
      <thead>
        <tr>
          <th scope="col" class="n">
            subject's right
          </th>
          <th scope="col">action unit</th>
          <th scope="col">subject's left</th>
        </tr>
      </thead>
      <tbody>
        {units.map((unit) => (
          <UnitRow key={unit.au} {...unit} />
        ))}
      </tbody>
    </table>
  );
}

function UnitRow({ au, name, sides }: ActionUnitView) {
  const { lit } = useContext(LightingContext);
  const ids = sides.map(({ id }) => id);
  const whole = sides.find(({ side }) => side === "both");
  const cell = (side: "left" | "right") => {
    const measured = sides.find((each) => each.side === side) ?? whole;
    return measured === undefined ? null : <SideBar measured={measured} towards={side} />;
  };
  return (
    <tr class={ids.some((id) => lit.has(id)) ? "lit" : undefined}>
      <td class="n">{cell("right")}</td>
      <th scope="row">
        <Cited ids={whole === undefined ? ids.slice(0, 1) : [whole.id]}>
          <b>{au}</b> {name}{" "}
        </Cited>
      </th>
      <td>{cell("left")}</td>
    </tr>
  );
}

const MARKS = { present: "+", absent: "–", uncertain: "?" } as const;

function SideBar({
  measured: { share, text, presence, trust, id },
  towards,
}: {
  readonly measured: ActionUnitView["sides"][number];
  readonly towards: (typeof SIDES)[number];
}) {
  const { lit, light } = useContext(LightingContext);
  const handlers = light === null ? {} : { onMouseEnter: () => light([id]), onMouseLeave: () => light([]) };
  const width = 100 * share;
  const trusted = trust === null ? "" : `, trust ${trust.toFixed(2)} of 1`;
  return (
    <span class={lit.has(id) ? "side lit" : "side"} title={`${presence}${trusted} (${id})`} {...handlers}>
      <span class="value">
        <span aria-hidden="true">{MARKS[presence]}</span> {text}
        <span class="hidden">
          {" "}
          {presence}
          {trusted}
        </span>
      </span>
      <svg class="bar-of-share" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
        <rect class="ground" x="0" y="1" width="100" height="8" />
        <rect
          class={presence === "present" ? "share whole" : "share"}
          x={towards === "right" ? 100 - width : 0}
          y="1"
          width={width}
          height="8"
          fill-opacity={0.2 + 0.8 * (trust ?? 1)}
        />
      </svg>
    </span>
  );
}
