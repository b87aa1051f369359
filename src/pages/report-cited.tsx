import { type ComponentChildren, createContext } from "preact";
import { useContext } from "preact/hooks";
import type { TextPart } from "./report-view.ts";

/** Which evidence is lit, and how to light other. On a static page nothing is, and links lead to the evidence instead. */
export interface Lighting {
  readonly lit: ReadonlySet<string>;
  /** `null` where nobody listens. */
  readonly light: ((ids: readonly string[]) => void) | null;
}

export const LightingContext = createContext<Lighting>({ lit: new Set(), light: null });

/** Something that rests on evidence: to point at it or to focus one of its links lights what it cites. */
export function Cited({ ids, children }: { readonly ids: readonly string[]; readonly children?: ComponentChildren }) {
  const { lit, light } = useContext(LightingContext);
  const isLit = ids.some((id) => lit.has(id));
  const handlers =
    light === null
      ? {}
      : {
          onMouseEnter: () => light(ids),
          onMouseLeave: () => light([]),
          onFocusCapture: () => light(ids),
          onBlurCapture: () => light([]),
        };
  return (
    <span class={isLit ? "cited lit" : "cited"} {...handlers}>
      {children}
      {ids.map((id) => (
        <a key={id} class="cite" href={`#${id}`}>
          {id}
        </a>
      ))}
    </span>
  );
}

export function Answer({ parts }: { readonly parts: readonly TextPart[] }) {
  return (
    <p class="answer">
      {parts.map(({ text, ids }, at) => (ids.length === 0 ? text : <Cited key={at} ids={ids} children={text} />))}
    </p>
  );
}
