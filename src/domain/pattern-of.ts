/** The pattern of a regular expression that matches a text as it stands. */
export function patternOf(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
