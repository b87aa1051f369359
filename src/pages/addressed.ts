/** What shows images of a view. */
export interface Addressed {
  /** The whole address of an image within the studio; a static page has the images themselves. */
  readonly address?: (image: string) => string;
}

export function asItStands(image: string): string {
  return image;
}
