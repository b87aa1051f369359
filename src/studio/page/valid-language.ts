/*
 * uPlot formats numbers in the browser's language as soon as it is loaded, and a browser that is started under the locale
 * `C` or `POSIX` names one that no formatter takes: without this the whole page would stay empty there.
 */
try {
  new Intl.NumberFormat(navigator.language);
} catch {
  Object.defineProperty(navigator, "language", { value: "en" });
}
