import { useState } from "preact/hooks";
import { go, query, withQuery } from "./address.ts";
import { Busy, Failure } from "./parts.tsx";
import { pixels, useLoaded } from "./server.ts";

/** An image that is chosen, and whose face is asked about in it; `null` is the largest. */
export interface Chosen {
  readonly name: string;
  readonly face: string | null;
}

/** What is chosen stands in the address: names of one folder, and faces in the same order, each ended by `/`. */
export function chosenImages(): readonly Chosen[] {
  const faces = (query.value.get("faces") ?? "").split("/");
  const names = (query.value.get("chosen") ?? "").split("/").filter((name) => name !== "");
  return names.map((name, i) => ({ name, face: faces[i] || null }));
}

export function choose(chosen: readonly Chosen[], more: Readonly<Record<string, string | null>> = {}): void {
  const words = (text: string) => (/[^/]/.test(text) ? text : null);
  const names = words(chosen.map(({ name }) => name).join("/"));
  go(withQuery({ ...more, chosen: names, faces: words(chosen.map(({ face }) => face ?? "").join("/")) }), "replace");
}

interface FolderProps {
  readonly folders: readonly string[];
  readonly chosen: string;
  readonly choose: (folder: string) => void;
}

export function FolderField({ folders, chosen, choose }: FolderProps) {
  return (
    <label class="field">
      Folder
      <select value={chosen} onChange={(event) => choose(event.currentTarget.value)}>
        {folders.map((each) => (
          <option key={each} value={each}>
            {each === "." ? "this folder" : each}
          </option>
        ))}
      </select>
    </label>
  );
}

export function Images({ folder, chosen }: { readonly folder: string; readonly chosen: readonly Chosen[] }) {
  const { value, error } = useLoaded<{ images: readonly string[] }>(`/images-in?folder=${encodeURIComponent(folder)}`);
  const toggle = (name: string) =>
    choose(
      chosen.some((each) => each.name === name)
        ? chosen.filter((each) => each.name !== name)
        : [...chosen, { name, face: null }],
      { folder },
    );
  return (
    <>
      <Failure error={error} />
      {value?.images.length === 0 ? <p>There is no image in this folder itself.</p> : null}
      <fieldset class="images">
        <legend>
          {chosen.length === 0
            ? "Choose one image, or several whose people are set into each other's scenes"
            : `${chosen.length} chosen`}
        </legend>
        {value?.images.map((image) => {
          const name = image.split("/").at(-1) ?? image;
          return (
            <label key={image}>
              <img src={pixels(image, 160)} alt="" loading="lazy" />
              <span>
                <input
                  type="checkbox"
                  checked={chosen.some((each) => each.name === name)}
                  onChange={() => toggle(name)}
                />
                {name}
              </span>
            </label>
          );
        })}
      </fieldset>
    </>
  );
}

interface OneImageProps {
  /** Where it stands in the address. */
  readonly name: string;
  readonly title: string;
  readonly folders: readonly string[];
  /** The folder that is looked into first. */
  readonly from: string;
  readonly without: readonly string[];
}

/** One more image, of any folder, or none. */
export function OneImage({ name, title, folders, from, without }: OneImageProps) {
  const image = query.value.get(name);
  const [folder, look] = useState<string | null>(null);
  const its = image?.includes("/") ? image.slice(0, image.lastIndexOf("/")) : ".";
  const shown = folder ?? (image === null ? from : its);
  const { value, error } = useLoaded<{ images: readonly string[] }>(`/images-in?folder=${encodeURIComponent(shown)}`);
  const inFolder = value?.images.filter((each) => !without.includes(each)) ?? [];
  // One that was chosen and is not listed can still be seen and taken back.
  const images = image !== null && shown === its && !inFolder.includes(image) ? [image, ...inFolder] : inFolder;
  return (
    <details class="one-image" open={image !== null}>
      <summary>
        {title} ({image === null ? "none is chosen" : <bdi>{image}</bdi>})
      </summary>
      {folders.length < 2 ? null : <FolderField folders={folders} chosen={shown} choose={look} />}
      <Failure error={error} />
      <fieldset class="images">
        <legend class="hidden">{title}</legend>
        <label>
          <span class="nothing soft">not shown</span>
          <span>
            <input
              type="radio"
              name={name}
              checked={image === null}
              onChange={() => go(withQuery({ [name]: null }), "replace")}
            />
            none
          </span>
        </label>
        {images.map((each) => (
          <label key={each}>
            <img src={pixels(each, 160)} alt="" loading="lazy" />
            <span>
              <input
                type="radio"
                name={name}
                checked={each === image}
                onChange={() => go(withQuery({ [name]: each }), "replace")}
              />
              {each.split("/").at(-1)}
            </span>
          </label>
        ))}
      </fieldset>
    </details>
  );
}

interface FacesProps {
  readonly image: string;
  readonly chosen: string | null;
  readonly choose: (face: string | null) => void;
}

interface FoundFaces {
  readonly faces: readonly { readonly faceId: string; readonly portrait: string | null }[];
  readonly largest: string | null;
}

/** The faces of one image, of which one is asked about. */
export function Faces({ image, chosen, choose }: FacesProps) {
  const { value, error } = useLoaded<FoundFaces>(`/faces?image=${encodeURIComponent(image)}`);
  const name = image.split("/").at(-1);
  if (value === undefined) return error === null ? <Busy>Looking for faces in {name}</Busy> : <Failure error={error} />;
  if (value.faces.length === 0) {
    return <p class="told">No face was found in {name}: only its scene can be shown.</p>;
  }
  return (
    <fieldset class="images">
      <legend>{name}</legend>
      {value.faces.map(({ faceId, portrait }) => (
        <label key={faceId}>
          {portrait === null ? null : <img src={portrait} alt="" />}
          <span>
            <input
              type="radio"
              name={image}
              checked={faceId === (chosen ?? value.largest)}
              onChange={() => choose(faceId)}
            />
            {faceId}
            {faceId === value.largest && value.faces.length > 1 ? ", the largest" : ""}
          </span>
        </label>
      ))}
    </fieldset>
  );
}
