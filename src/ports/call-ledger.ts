import type { ChatReply } from "./chat-model.ts";

/** A request that is about to go to a model's server. */
export interface LedgerCall {
  /** Of this one request on the wire. */
  readonly id: string;
  /** By what is asked: the same question has the same key on every machine. */
  readonly key: string;
  readonly model: string;
  /** As reckoned, its answer apart. */
  readonly tokens: number;
  readonly usd: number;
}

/** What the models of a fleet were asked and replied, so that no reply is paid twice. */
export interface CallLedger {
  /** What was replied to the same question before; `undefined` if nobody has an answer. */
  find(key: string): Promise<ChatReply | undefined>;
  /**
   * Notes a request before it is made, within the limits of the fleet.
   *
   * @returns how long to wait until it may be made.
   * @throws {BudgetError} if the budget of the fleet has no room. @throws {KuleshovError} if the job was taken over.
   */
  begin(call: LedgerCall): Promise<number>;
  /** Notes how requests came out, and what all took: with a reply, the last of them was answered. */
  end(
    ids: readonly string[],
    reply: ChatReply | null,
    took: { readonly tokens: number; readonly usd: number },
  ): Promise<void>;
}
