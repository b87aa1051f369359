import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { ConfigurationError } from "../domain/errors.ts";
import { findInstalledPackage } from "../platform/package-paths.ts";

/** One stimulus as people are shown it. */
export interface ShownStimulus {
  readonly sample: string;
  readonly arm: string;
  /** A data address. */
  readonly image: string;
  /** What is told of the situation with it; `null` where an arm is told nothing. */
  readonly context: string | null;
  /** Middle of the upper edge of the face that is asked about, as shares of width and height; `null` where it stands alone. */
  readonly person: readonly [number, number] | null;
}

interface Experiment {
  readonly name: string;
  /** Of which each person sees one. */
  readonly lists: readonly (readonly ShownStimulus[])[];
  readonly labels: readonly string[];
}

/**
 * One file that runs without network: jsPsych, the stimuli, and lists of them (`listsOf`), of which each person sees one.
 * `?list=3&participant=P07` in its address fix both; else they are drawn. At the end the answers are saved as CSV.
 */
export async function experimentPage(experiment: Experiment): Promise<string> {
  const [library, style, choice, slider] = await Promise.all([
    fileOf("jspsych", "dist/index.browser.min.js"),
    fileOf("jspsych", "css/jspsych.css"),
    fileOf("@jspsych/plugin-html-button-response", "dist/index.browser.min.js"),
    fileOf("@jspsych/plugin-html-slider-response", "dist/index.browser.min.js"),
  ]);
  const scripts = [library, choice, slider].map((text) => text.replace(/^\/\/# sourceMappingURL=.*$/gm, ""));
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(experiment.name)}</title>
<style>${style}
.stimulus figure{position:relative;display:inline-block;margin:0}
.stimulus img{max-width:min(90vw,640px);max-height:52vh;display:block}
.stimulus b{position:absolute;transform:translate(-50%,-100%);border:11px solid transparent;border-bottom:0;border-top:17px solid #ffd400;filter:drop-shadow(0 0 2px #000)}
.jspsych-btn-group-flex{flex-wrap:wrap}
.jspsych-content{max-width:95vw}
.jspsych-html-slider-response-container{max-width:min(62vw,640px)}
.stimulus p{max-width:640px;margin:.6em auto}</style></head>
<body>${scripts.map((text) => `<script>${inScript(text)}</script>`).join("\n")}
<script>const experiment = ${inScript(JSON.stringify(experiment))};</script>
<script>${inScript(RUN)}</script></body></html>
`;
}

/**
 * Lists of stimuli, by a Latin square of images and arms: over all lists each stimulus is in exactly one, and no list has an image
 * twice. An image that lacks an arm is left out of the list whose turn that arm would be, so that no other arm of it is
 * seen oftener; a list that would be empty is none.
 */
export function listsOf<S extends Pick<ShownStimulus, "sample" | "arm">>(
  stimuli: readonly S[],
  arms: readonly string[],
): S[][] {
  const samples = [...new Set(stimuli.map(({ sample }) => sample))];
  return arms
    .map((_, list) =>
      samples.flatMap((sample, i) => {
        const arm = arms[(i + list) % arms.length];
        return stimuli.filter((one) => one.sample === sample && one.arm === arm);
      }),
    )
    .filter((list) => list.length > 0);
}

/** What runs in the browser, over `experiment`. */
const RUN = `
const asked = new URLSearchParams(location.search);
const { lists, labels, name } = experiment;
const participant = asked.get("participant") || "P" + Math.random().toString(36).slice(2, 8);
const list = asked.has("list") ? Number(asked.get("list")) || 0 : Math.floor(Math.random() * lists.length);
const jsPsych = initJsPsych({ show_progress_bar: true });
const shown = lists[Math.abs(Math.trunc(list)) % lists.length];
const text = (words) => { const p = document.createElement("p"); p.textContent = words; return p.outerHTML; };
const mark = (at) => at === null ? "" : '<b style="left:' + 100 * at[0] + '%;top:' + 100 * Math.max(0.06, at[1]) + '%"></b>';
const page = (one, question) => '<div class="stimulus"><figure><img alt="" src="' + one.image + '">' + mark(one.person) + "</figure>" + (one.context === null ? "" : text(one.context)) + text(question) + "</div>";
const trials = jsPsych.randomization.shuffle(shown).flatMap((one) => {
  const about = { sample: one.sample, arm: one.arm };
  return [
    { type: jsPsychHtmlButtonResponse, stimulus: page(one, "Which of these fits best what the person seems to feel?"), choices: labels, button_layout: "flex", data: { ...about, asks: "label" } },
    { type: jsPsychHtmlSliderResponse, stimulus: page(one, "How unpleasant or pleasant does the person seem to feel?"), labels: ["very unpleasant", "neither", "very pleasant"], min: -100, max: 100, slider_start: 0, require_movement: false, data: { ...about, asks: "valence" } },
  ];
});
const cell = (value) => /[",\\n]/.test(String(value)) ? '"' + String(value).replaceAll('"', '""') + '"' : String(value);
function csv() {
  const rows = shown.map((one) => {
    const said = (asks) => jsPsych.data.get().filter({ sample: one.sample, arm: one.arm, asks }).values()[0];
    const [label, valence] = [said("label"), said("valence")];
    return [participant, list, one.sample, one.arm, label ? labels[label.response] : "", valence ? valence.response / 100 : "", label ? Math.round(label.rt) : "", label ? label.trial_index : ""];
  });
  const names = ["participant", "list", "sample", "arm", "label", "valence", "rt_ms", "trial"];
  return [names, ...rows].map((row) => row.map(cell).join(",")).join("\\n") + "\\n";
}
function save() {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([csv()], { type: "text/csv" }));
  link.download = name + "-" + participant + ".csv";
  link.click();
}
jsPsych.run([
  { type: jsPsychHtmlButtonResponse, stimulus: text("You will see " + shown.length + " images, each with two questions about one person, who is marked where there are others. There are no right or wrong answers.") + text("Your answers stay on this computer: at the end they are saved as a file."), choices: ["Begin"] },
  ...trials,
  { type: jsPsychHtmlButtonResponse, stimulus: text("Thank you. Your answers are saved as " + name + "-" + participant + ".csv."), choices: ["Save again"], on_load: save, on_finish: save },
]);
`;

async function fileOf(name: string, path: string): Promise<string> {
  const found = findInstalledPackage(name);
  if (found === undefined)
    throw new ConfigurationError(`Cannot write the experiment as ${name} is not installed: run npm install again`);
  return readFile(join(found.folder, path), "utf8");
}

/** Text inside a script element cannot end it. */
function inScript(text: string): string {
  return text.replace(/<\/(script)/gi, "<\\/$1").replace(/<!--/g, "<\\!--");
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
