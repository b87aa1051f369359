/** What the process says when it ends. */
export const EXIT = { done: 0, doneWithFailures: 1, wrongUse: 2, nothingDone: 3, interrupted: 130 } as const;
