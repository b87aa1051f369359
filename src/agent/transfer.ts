import sharp from "sharp";
import type { ClipView, ImageView } from "../domain/image.ts";
import type { Sent } from "../domain/report.ts";
import type { ChatMessage, JudgeModel } from "../ports/chat-model.ts";

/** Keeps what is sent to a model's server, in one judgment with all its attempts. */
export interface TransferRecorder {
  /** Images go along with every request; each is kept once. */
  asked(messages: readonly ChatMessage[]): void;
  /** One request on the wire, those included that were made again. */
  sent(bytes: number): void;
  /** Empty when nothing was sent. */
  whole(): Promise<readonly Sent[]>;
}

const THUMBNAIL_PX = 96;

/** Thumbnails are made while the model thinks. */
export function createTransferRecorder({ id, identity }: Pick<JudgeModel, "id" | "identity">): TransferRecorder {
  let [requests, bytes] = [0, 0];
  const images = new Map<Uint8Array, Promise<Sent["images"][number]>>();
  return {
    asked(messages) {
      for (const view of messages.flatMap(viewsIn)) {
        if (!images.has(view.data)) images.set(view.data, sentImage(view));
      }
    },
    sent(length) {
      requests += 1;
      bytes += length;
    },
    async whole() {
      if (requests === 0) return [];
      const server = typeof identity.server === "string" ? identity.server : id;
      return [{ server, requests, bytes, images: await Promise.all(images.values()) }];
    },
  };
}

function viewsIn(message: ChatMessage): readonly (ImageView | ClipView)[] {
  if (message.role === "tool") return message.views;
  if (message.role !== "user") return [];
  return message.parts.flatMap((part) => (part.type === "text" ? [] : [part.view]));
}

async function sentImage({ data, caption, widthPx, heightPx }: ImageView | ClipView): Promise<Sent["images"][number]> {
  const small = sharp(data).resize(THUMBNAIL_PX, THUMBNAIL_PX, { fit: "inside" }).jpeg({ quality: 60 });
  // An exemplar whose image is damaged was sent all the same; a clip is known by its frames, which are sent beside it.
  const jpeg = await small.toBuffer().catch(() => null);
  const thumbnail = jpeg === null ? null : `data:image/jpeg;base64,${jpeg.toString("base64")}`;
  return { caption, widthPx, heightPx, bytes: data.byteLength, thumbnail };
}
