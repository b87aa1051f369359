import { MOMENTS } from "./clip-moments.ts";
import { HUES } from "./clip-timeline.tsx";

/** Frames and their columns, the first of which has the number 1. */
const every = (rule: (nth: number) => string) => Array.from({ length: MOMENTS }, (_, at) => rule(at + 1)).join("");

/** How the timeline of a clip looks, on its static page and in the studio. */
export const CLIP_STYLE = `
.clip{--label:150px;margin:16px 0}
.clip .screen{display:grid;list-style:none;margin:0;padding:0}.clip .screen>li{grid-area:1/1;visibility:hidden;display:grid;grid-template-columns:minmax(0,2fr) minmax(0,5fr);gap:16px;align-items:start}
.clip .screen img{width:100%;border-radius:6px}.clip .screen p{margin:4px 0;font-size:13.5px;font-variant-numeric:tabular-nums}
.clip:not(:has(.moments :is(:hover,:focus-visible))) .screen>.key{visibility:visible}
${every((nth) => `.clip:has(.moments>li:nth-child(${nth}):hover) .screen>:nth-child(${nth}),.clip:not(:has(.moments :hover)):has(.moments>li:nth-child(${nth}) :focus-visible) .screen>:nth-child(${nth}){visibility:visible}`)}
.over-time{position:relative}.over-time .moments{position:absolute;inset:0 0 0 var(--label);display:grid;grid-template-columns:repeat(${MOMENTS},minmax(0,1fr));list-style:none;margin:0;padding:0}
.moments>li{border-radius:4px}.moments>li:hover,.moments>li:has(:focus-visible){background:color-mix(in srgb,var(--accent) 14%,transparent)}
.moments button{display:grid;align-content:start;width:100%;height:100%;min-height:0;padding:0;border:0;border-radius:4px;background:none;cursor:pointer;text-align:left}.moments button:focus-visible{outline-offset:-2px}
.moments img,.moments .unread{display:block;width:100%;height:46px;object-fit:cover}.moments .unread{background:var(--panel)}
.over-time .rows{padding-top:54px}.rows h3{margin:18px 0 2px}.rows section>p{margin:4px 0 0 var(--label);font-size:13px}
.axis,.lane-row,.curve-row{display:grid;grid-template-columns:var(--label) minmax(0,1fr);align-items:center;font-size:13px;line-height:1.25}
.lane-row>span,.curve-row>span{padding-right:8px;text-align:right;color:var(--soft)}
.rows svg{overflow:hidden}
.rows .words{container-type:inline-size;margin:2px 4px;font-size:12px;line-height:16px}.words>span{display:block;white-space:nowrap;overflow:hidden;text-overflow:ellipsis}@container (max-width:40px){.words>span{display:none}}
.clip .span{fill:color-mix(in srgb,var(--hue,var(--accent)) 26%,var(--ground));stroke:var(--hue,var(--accent));stroke-width:1}
${HUES.map((colour, hue) => `.clip .hue-${hue}{--hue:${colour}}`).join("")}
.clip .hues{display:flex;flex-wrap:wrap;gap:2px 16px;list-style:none;margin:0 0 10px;padding:0;font-size:13px}.hues>li{display:flex;align-items:center;gap:6px}
.axis text{fill:var(--soft)}.rows .cut{stroke:var(--soft);stroke-dasharray:3 3}.curve-row>svg{border-bottom:1px solid var(--line)}
.rows .course{fill:none;stroke:var(--ink);stroke-width:1.4}.rows .present{fill:var(--accent);opacity:.45}
.rows .episode{fill:none;stroke:var(--soft);stroke-width:1}.rows .apex{stroke:var(--ink);stroke-width:2}
@media (min-width:601px) and (min-height:700px){.clip .screen{position:sticky;top:0;z-index:1;background:var(--ground);padding:8px 0}}
@media (max-width:600px){.clip{--label:0px}.clip .screen>li{grid-template-columns:minmax(0,1fr)}.clip .screen img{max-height:200px;object-fit:contain}
.over-time{min-width:760px}.rows :is(h3,section>p,.lane-row>span,.curve-row>span){position:sticky;left:0;width:max-content;max-width:calc(100vw - 34px)}
.lane-row>span,.curve-row>span{text-align:left}.axis,.lane-row,.curve-row{grid-template-columns:minmax(0,1fr)}.axis>span{display:none}}
@media print{.clip .screen{display:block}.clip .screen>li{visibility:visible;break-inside:avoid;margin:8px 0}.clip .screen img{max-width:240px}}
`;
