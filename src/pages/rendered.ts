import type { VNode } from "preact";
import { renderToString } from "preact-render-to-string";
import { visibleText } from "../platform/visible-text.ts";
import type { Markup } from "./markup.ts";

/** A component that the studio shows too, as it stands in a static page. */
export function rendered<Props>(node: VNode<Props>): Markup {
  return { html: visibleText(renderToString(node as VNode)) };
}
