import { batch, effect, signal } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";
import type { FrameOfMoment } from "../../pages/clip-view.ts";
import type { Job } from "../jobs.ts";
import { href } from "./address.ts";

const NOBODY = "The studio does not answer: start `kuleshov studio` again in the same folder, then reload this page.";

/** Only a page of the studio's own answers otherwise than to its own: the secret part of the address is another now. */
const REPLACED =
  "This page is of an earlier start of the studio: open the address that `kuleshov studio` printed when it was started last.";

/** What the server answers. @throws an error whose message is the server's sentence. */
async function ask<T>(inside: string, init?: RequestInit): Promise<T> {
  const response = await fetch(href(`/api${inside}`), init).catch(() => {
    throw new Error(NOBODY);
  });
  const otherwise = response.status === 404 ? REPLACED : NOBODY;
  const body = await response.json().catch(() => ({ error: otherwise }));
  if (!response.ok) throw new Error(body.error ?? otherwise);
  return body as T;
}

export function post<T>(inside: string, message: object = {}): Promise<T> {
  return ask<T>(inside, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(message),
  });
}

const NOT_SENT =
  "was not sent, as the studio does not answer: start `kuleshov studio` in the same folder, then drop it again";

/** Sends a file as it is. */
export function upload<T>(inside: string, file: File): Promise<T> {
  return ask<T>(inside, { method: "POST", body: file }).catch((error: Error) => {
    throw error.message === NOBODY ? new Error(`\`${file.name}\` ${NOT_SENT}.`) : error;
  });
}

/**
 * The address of an image in the folder, downscaled so that the longer side is about `side` pixels; of a clip that of its
 * frame at a time.
 */
export function pixels(image: string, side: number, atS: number | null = null): string {
  const at = atS === null ? "" : `&at=${atS}`;
  return href(`/api/pixels?path=${encodeURIComponent(image)}&side=${side}${at}`);
}

/** The address of a file that a command wrote. The `/` keeps a folder that is called `.` from being left out of it. */
export function fileOf(run: string, name: string): string {
  return href(`/api/file/${encodeURIComponent(`${run}/`)}/${encodeURIComponent(name)}`);
}

/** A frame of a timeline, which is asked for once in both sizes. */
export function frameFrom(address: string): FrameOfMoment {
  return { large: address, small: address };
}

/** Everything that was started, in this tab or another, oldest first. */
export const jobs = signal<readonly Job[]>([]);
/** What was started last at an address. */
export function jobAt(address: string): Job | undefined {
  return jobs.value.findLast((job) => job.address === address);
}
/** Another whenever something in the folder was changed; at first what the page came with. */
export const version = signal(document.documentElement.dataset.version ?? "");

/** How often the server was heard again after it was not: what was asked for meanwhile is asked for again. */
const returns = signal(0);

/** Why the server tells nothing; browsers try again by themselves where it may come back. */
export const silence = signal<string | null>(null);

const TRY_AGAIN_MS = 2_000;

/** Listens while the tab can be seen: browsers keep few connections, and a hidden tab needs none. */
export function listen(): void {
  const visible = signal(!document.hidden);
  document.addEventListener("visibilitychange", () => {
    visible.value = !document.hidden;
  });
  effect(() => (visible.value ? follow() : undefined));
}

let isLost = false;

/** Takes what the server tells. @returns an end to it. */
function follow(): () => void {
  const events = new EventSource(href("/api/events"));
  let [again, endNext] = [0, () => {}];
  events.onopen = () => {
    silence.value = null;
  };
  events.onerror = () => {
    isLost = true;
    if (events.readyState !== EventSource.CLOSED) {
      silence.value = NOBODY;
      return;
    }
    // It was refused, and the browser tries no more. Why, another request is told; pages say what is amiss with the folder.
    ask("/jobs").catch(({ message }: Error) => {
      silence.value = message === REPLACED || message === NOBODY ? message : null;
    });
    again = window.setTimeout(() => {
      endNext = follow();
    }, TRY_AGAIN_MS);
  };
  events.onmessage = ({ data }) => {
    const news = JSON.parse(data);
    batch(() => {
      jobs.value = news.jobs;
      version.value = news.version;
      if (isLost) returns.value += 1;
    });
    isLost = false;
  };
  return () => {
    events.close();
    clearTimeout(again);
    endNext();
  };
}

export interface Loaded<T> {
  /** `undefined` until it has come. What was there before stays while it is loaded again. */
  readonly value: T | undefined;
  readonly error: string | null;
}

/** What the server says at an address, asked again whenever the folder changes; `null` asks nothing. */
export function useLoaded<T>(inside: string | null): Loaded<T> {
  const [state, setState] = useState<Loaded<T> & { readonly of: string | null }>({
    value: undefined,
    error: null,
    of: null,
  });
  const changes = `${version.value} ${returns.value}`;
  useEffect(() => {
    if (inside === null) return;
    let isWanted = true;
    ask<T>(inside)
      .then((value) => isWanted && setState({ value, error: null, of: inside }))
      .catch((error: Error) => isWanted && setState({ value: undefined, error: error.message, of: inside }));
    return () => {
      isWanted = false;
    };
  }, [inside, changes]);
  return state.of === inside ? state : { value: undefined, error: null };
}
