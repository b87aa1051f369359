import { elementScroll, observeElementOffset, observeElementRect, Virtualizer } from "@tanstack/virtual-core";
import { useLayoutEffect, useReducer, useState } from "preact/hooks";

interface VirtualOptions {
  readonly count: number;
  /** The height of each, in pixels. */
  readonly size: number;
  /** How many are kept ready above and below those in sight. */
  readonly overscan: number;
}

/** Which of many things of one height are in sight of a box that scrolls. */
export function useVirtual(box: { readonly current: HTMLElement | null }, { count, size, overscan }: VirtualOptions) {
  const [, redraw] = useReducer((drawn: number) => drawn + 1, 0);
  const options = {
    ...{ count, estimateSize: () => size, getScrollElement: () => box.current, overscan },
    ...{ observeElementRect, observeElementOffset, scrollToFn: elementScroll },
    onChange: () => redraw(null),
  };
  const [virtual] = useState(() => new Virtualizer<HTMLElement, HTMLElement>(options));
  virtual.setOptions(options);
  useLayoutEffect(() => virtual._didMount(), []);
  useLayoutEffect(() => virtual._willUpdate());
  useLayoutEffect(() => virtual.measure(), [size]);
  return virtual;
}
