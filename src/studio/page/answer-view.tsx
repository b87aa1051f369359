import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { ClipTimeline } from "../../pages/clip-timeline.tsx";
import { Answer, type Lighting, LightingContext } from "../../pages/report-cited.tsx";
import { absence, LAYERS, type Layer, ReportFigure } from "../../pages/report-figure.tsx";
import { Asked, Evidence, Subject, Warnings, WhatWasSent } from "../../pages/report-sections.tsx";
import { Trace, thumbnailsOf } from "../../pages/report-trace.tsx";
import type { ReportView } from "../../pages/report-view.ts";
import { WithoutShown } from "../../pages/without-view.tsx";
import { go, query, withQuery } from "./address.ts";
import type { AnswerEntry, ShownAnswer } from "./image-page.tsx";
import { NotesOnFace } from "./notes-form.tsx";
import { fileOf, frameFrom, pixels } from "./server.ts";
import { WithoutForm } from "./without-form.tsx";

interface AnswerProps extends ShownAnswer {
  readonly image: string;
  readonly run: string;
  readonly from: AnswerEntry | undefined;
  /** The form to ask again, below the answer, and what was asked before, below the image. */
  readonly asking: ComponentChildren;
  readonly history: ComponentChildren;
}

/** An answer beside its image. Which face and which layers are shown stands in the address. */
export function AnswerView({ image, run, view, notes, objects, without, from, asking, history }: AnswerProps) {
  const [lit, setLit] = useState<ReadonlySet<string>>(new Set());
  const lighting: Lighting = { lit, light: (ids) => setLit(new Set(ids)) };
  const layers = layersShown(view);
  const asked = query.value.get("face");
  const subject = view.subjects.find(({ faceId }) => faceId === asked) ?? view.subjects[0];
  const choose = (faceId: string) => go(withQuery({ face: faceId }), "replace");
  return (
    <LightingContext.Provider value={lighting}>
      <div class="report">
        <div class="image">
          <ReportFigure
            report={view}
            src={pixels(image, 1600, view.clip?.moments.find(({ isKey }) => isKey)?.timeS)}
            layers={layers}
            chosen={subject?.faceId ?? null}
            choose={choose}
          />
          <LayerSwitches view={view} layers={layers} />
          <Exports run={run} />
          {history}
        </div>
        <div>
          <Answer parts={view.answer} />
          <Asked report={view} />
          <details class="no-print">
            <summary>Ask again, with another context or question</summary>
            {asking}
          </details>
          {view.clip === null ? <WithoutForm {...{ image, from, objects }} /> : null}
          {without === null ? null : <WithoutShown {...without} image={fileOf(run, without.image)} />}
          <FaceTabs view={view} chosen={subject?.faceId ?? null} choose={choose} />
          {subject === undefined ? null : <Subject report={view} subject={subject} />}
          <NotesOnFace
            key={subject?.faceId ?? ""}
            image={view.clip === null ? image : null}
            run={run}
            faceId={subject?.faceId ?? null}
            notes={notes}
          />
          <Warnings report={view} />
        </div>
      </div>
      {view.clip === null ? null : (
        <>
          <h2>Over time</h2>
          <ClipTimeline view={view.clip} frame={({ timeS }) => frameFrom(pixels(image, 480, timeS))} />
        </>
      )}
      <h2>Evidence</h2>
      <Evidence report={view} />
      <h2>How it came about</h2>
      <Trace turns={view.trace} spent={view.spent} shown={thumbnailsOf(view.sent)} />
      <WhatWasSent report={view} />
    </LightingContext.Provider>
  );
}

/** Those named in the address; without any, all that have something to show but the mesh, which hides what it measures. */
function layersShown(view: ReportView): ReadonlySet<Layer> {
  const named = query.value.get("layers");
  const isShown = (layer: Layer) => (named === null ? layer !== "mesh" : named.split(",").includes(layer));
  return new Set(LAYERS.filter((layer) => isShown(layer) && absence(layer, view) === null));
}

function LayerSwitches({ view, layers }: { readonly view: ReportView; readonly layers: ReadonlySet<Layer> }) {
  const turn = (layer: Layer) => {
    const next = LAYERS.filter((each) => (each === layer ? !layers.has(each) : layers.has(each)));
    go(withQuery({ layers: next.join(",") }), "replace");
  };
  return (
    <fieldset class="layers no-print">
      <legend class="hidden">Layers over the image</legend>
      {LAYERS.map((layer) => {
        const why = absence(layer, view);
        return (
          <label key={layer}>
            <input type="checkbox" checked={layers.has(layer)} disabled={why !== null} onChange={() => turn(layer)} />
            {layer}
            {why === null ? null : <span class="soft"> ({why})</span>}
          </label>
        );
      })}
    </fieldset>
  );
}

function Exports({ run }: { readonly run: string }) {
  const file = (name: string) => `${fileOf(run, name)}?save`;
  return (
    <p class="row no-print">
      <a class="button" href={file("annotated.png")} download="annotated.png">
        Save as PNG
      </a>
      <a class="button" href={file("report.json")} download="report.json">
        Save as JSON
      </a>
      <a class="button" href={file("report.html")} download="report.html">
        Save as page
      </a>
      <button type="button" onClick={() => print()}>
        Print
      </button>
      <span class="soft">All of it lies in {run}.</span>
    </p>
  );
}

interface TabsProps {
  readonly view: ReportView;
  readonly chosen: string | null;
  readonly choose: (faceId: string) => void;
}

function FaceTabs({ view, chosen, choose }: TabsProps) {
  const faces = view.subjects.flatMap(({ faceId }) => faceId ?? []);
  if (faces.length < 2) return null;
  return (
    <fieldset class="tabs no-print">
      <legend class="hidden">Faces, left to right</legend>
      {faces.map((faceId) => (
        <button key={faceId} type="button" aria-pressed={faceId === chosen} onClick={() => choose(faceId)}>
          {faceId}
        </button>
      ))}
    </fieldset>
  );
}
