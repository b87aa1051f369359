let last: Promise<unknown> = Promise.resolve();

/**
 * Waits until the event loop has come round once for everybody who asked before. Of many answers that arrive together each is
 * then worked on in a round of its own, and whoever waits for something else (a key, another server, a timer) comes between.
 */
export function nextTurn(): Promise<void> {
  const turn = last.then(() => new Promise<void>((resolve) => setImmediate(resolve)));
  last = turn;
  return turn;
}
