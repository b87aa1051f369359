import { computed, signal } from "@preact/signals";

/** The secret first part of every address. */
const TOKEN = location.pathname.split("/")[1] ?? "";

const place = signal(new URL(location.href));
addEventListener("popstate", () => {
  place.value = new URL(location.href);
});

/** Where the page is, without the token, e.g. `/image/images/a.jpg`. */
export const path = computed(() => place.value.pathname.slice(TOKEN.length + 1) || "/");
/** What the address says beside the path. Every state of a page is in it. */
export const query = computed(() => place.value.searchParams);

/**
 * What stands behind the # of the address, which no server is sent, so that it may be long: what is being written in a form.
 */
export const written = computed(() => new URLSearchParams(place.value.hash.slice(1)).get("text"));

/** The address of something in the studio, for links. */
export function href(inside: string): string {
  return `/${TOKEN}${inside}`;
}

/** Goes to another page, or to another state of this one. `replace` leaves no step for the back button. */
export function go(inside: string, how: "push" | "replace" = "push"): void {
  const url = new URL(href(inside), location.origin);
  if (url.href === place.value.href) return;
  if (how === "push") history.pushState(null, "", url);
  else history.replaceState(null, "", url);
  const isOtherPage = url.pathname !== place.value.pathname;
  place.value = url;
  if (isOtherPage) scrollTo(0, 0);
}

/** This page with other words in its address; `null` takes one out. @param text What is being written, if anything. */
export function withQuery(changes: Readonly<Record<string, string | null>>, text: string | null = null): string {
  const words = new URLSearchParams(query.value);
  for (const [name, value] of Object.entries(changes)) {
    if (value === null) words.delete(name);
    else words.set(name, value);
  }
  const asked = words.toString();
  const behind = text === null ? "" : `#${new URLSearchParams({ text })}`;
  return `${path.value}${asked === "" ? "" : `?${asked}`}${behind}`;
}

/** Lets links inside the studio change the page without loading it anew. */
export function followLinks(event: MouseEvent): void {
  if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return;
  const link = (event.target as Element).closest("a");
  if (link === null || link.target !== "" || link.hasAttribute("download")) return;
  const url = new URL(link.href);
  if (link.className === "skip") {
    // The address keeps what stands behind its #, which may be something that is being written.
    event.preventDefault();
    document.getElementById(url.hash.slice(1))?.focus();
    return;
  }
  if (url.origin !== location.origin || url.pathname.startsWith(href("/api/")) || url.hash !== "") return;
  event.preventDefault();
  go(url.pathname.slice(TOKEN.length + 1) + url.search);
}
