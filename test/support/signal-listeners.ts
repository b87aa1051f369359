const SIGNALS = ["SIGINT", "SIGTERM"] as const;

/** A run listens for Ctrl-C to the end of its process, which tests share. @returns what ends the listening begun since. */
export function signalListeners(): () => void {
  const before = SIGNALS.map((signal) => new Set(process.listeners(signal)));
  return () =>
    SIGNALS.forEach((signal, at) => {
      const added = process.listeners(signal).filter((listener) => !before[at]?.has(listener));
      for (const listener of added) process.removeListener(signal, listener);
    });
}
