import { createHash, timingSafeEqual } from "node:crypto";
import type { MiddlewareHandler } from "hono";
import { markup } from "../pages/markup.ts";
import { page, pagePolicy } from "../pages/page.ts";

/** Names under which a browser on this machine reaches it. Any other was pointed here by somebody else's name server. */
const OWN_NAMES = ["127.0.0.1", "localhost"];

const HEADERS: Readonly<Record<string, string>> = {
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "no-referrer",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Resource-Policy": "same-origin",
  "X-Frame-Options": "DENY",
  "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
};

/** The page's own script and style, images it shows or was given, and requests to nobody else. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; media-src 'self' blob:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const NO_SUCH_ADDRESS =
  "There is no such address: open the one that `kuleshov studio` printed when it was started on this machine.";

/**
 * Lets in only requests that come from the studio's own page on this machine: the token is the first part of every
 * address, the host is this machine by its own names, and where a browser says which page asks, it is ours.
 */
export function guard(token: string): MiddlewareHandler {
  return async (c, next) => {
    const { hostname, origin, pathname } = new URL(c.req.url);
    const asks = c.req.header("origin");
    const isForeign = c.req.header("sec-fetch-site") === "cross-site" && c.req.header("sec-fetch-mode") !== "navigate";
    const isOurs = OWN_NAMES.includes(hostname) && (asks === undefined || asks === origin) && !isForeign;
    if (isOurs && isSame(pathname.split("/")[1] ?? "", token)) {
      await next();
    } else {
      c.res = noSuchAddress();
    }
    for (const [name, value] of Object.entries(HEADERS)) c.res.headers.set(name, value);
    if (!c.res.headers.has("Content-Security-Policy")) c.res.headers.set("Content-Security-Policy", POLICY);
    if (!c.res.headers.has("Cache-Control")) c.res.headers.set("Cache-Control", "no-store");
  };
}

/** A page of one sentence. It does not say which part of the address was wrong. */
export function noSuchAddress(): Response {
  const title = "Kuleshov studio";
  const body = markup`<h1>${title}</h1><p>${NO_SUCH_ADDRESS}</p>`;
  return new Response(page({ title, body }), {
    status: 404,
    headers: { "Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": pagePolicy() },
  });
}

function isSame(given: string, token: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(given), digest(token));
}
