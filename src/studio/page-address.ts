/** The address of the page about something in the folder, e.g. `/study/studies/a%20b`. @param path as pages show it. */
export function pageAddress(page: string, path: string): string {
  return `/${page}/${path.split("/").map(encodeURIComponent).join("/")}`;
}
