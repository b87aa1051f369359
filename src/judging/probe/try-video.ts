import { readFile } from "node:fs/promises";
import { ownPath } from "../../platform/package-paths.ts";
import { asked, hadNoReply, note, numbersIn, type Probing, quote, user } from "./probing.ts";

/** Two seconds of each, told to nobody: a model that writes both has seen more of the clip than one frame. */
const SHOWN = "583 162";
const SIZE = { widthPx: 640, heightPx: 426, durationS: 4 };

/** A server may drop what it does not know without a word, so that only a model that has read the clip is sent others. */
export async function tryVideo(probing: Probing): Promise<void> {
  if (probing.capabilities.video === undefined) return;
  const data = await readFile(ownPath("models", "probe", "two-numbers.mp4"));
  const view = { mimeType: "video/mp4" as const, data, ...SIZE, caption: "two numbers, one after the other" };
  const words = { type: "text" as const, text: probing.prompts.prompt("probe-video").body };
  const reply = await asked(probing, { messages: [user(words, { type: "video", view })] });
  const isRead = reply !== undefined && "text" in reply && numbersIn(reply.text) === SHOWN;
  probing.capabilities = { ...probing.capabilities, video: isRead };
  if (hadNoReply(probing, "video", reply)) return;
  if (isRead) note(probing, "video", "works", "read the numbers in a clip, from its beginning to its end");
  else note(probing, "video", "fails", `took it, and for ${SHOWN.replace(" ", " and ")} wrote ${quote(reply.text)}`);
}
