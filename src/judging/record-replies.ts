import type { RecordedReplies } from "../domain/recorded-replies.ts";
import { requestParts } from "../platform/request-parts.ts";
import type { JudgeModel } from "../ports/chat-model.ts";

/** Keeps what models reply to one question, so that `replay:` can give it again. */
export interface ReplyRecorder {
  /** The same model, overheard. */
  of(model: JudgeModel): JudgeModel;
  /** The replies of every model that gave any. */
  replies(): RecordedReplies[];
}

/** The rules need no record: they say the same again. */
export function recordReplies(): ReplyRecorder {
  const heard = new Map<JudgeModel, { readonly overheard: JudgeModel; readonly replies: RecordedReplies["replies"] }>();
  const overhear = (model: JudgeModel) => {
    const replies: RecordedReplies["replies"] = [];
    const reply: JudgeModel["reply"] = async (request, signal) => {
      const given = await model.reply(request, signal);
      const { text, calls, malformedCalls, tokens, fingerprint } = given;
      replies.push({
        request: requestParts(request, model),
        reply: { text, calls: [...calls], malformedCalls: [...malformedCalls], tokens, fingerprint },
      });
      return given;
    };
    // Its capabilities change as its server turns things down: they are read, not copied.
    const overheard = Object.create(model, { reply: { value: reply, enumerable: true } }) as JudgeModel;
    return { overheard, replies };
  };
  return {
    of(model) {
      if (model.id === "rules") return model;
      const known = heard.get(model) ?? overhear(model);
      heard.set(model, known);
      return known.overheard;
    },
    replies: () =>
      [...heard].flatMap(([{ id: model, capabilities }, { replies }]) =>
        replies.length === 0 ? [] : [{ model, capabilities: { ...capabilities }, replies }],
      ),
  };
}
