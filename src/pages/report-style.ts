/** How a report looks, on its static page and in the studio. */
export const REPORT_STYLE = `
.hidden{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.report{display:grid;grid-template-columns:minmax(0,11fr) minmax(0,9fr);gap:8px 36px;align-items:start}
.report>.image{position:sticky;top:0;max-height:100vh;overflow-y:auto;padding:8px 4px 8px 0}
.figure{width:100%;height:auto;max-height:64vh;border-radius:8px;background:var(--panel)}
.figure .outline,.figure .region,.figure .covered{fill:none}.figure .face .outline{fill:transparent;pointer-events:all}
.figure .face[role=button]{cursor:pointer}.figure .tab{fill:#0f1419;font-weight:600}
.figure .region{stroke:#fff;stroke-dasharray:10 6;paint-order:stroke;filter:drop-shadow(0 0 2px #000) drop-shadow(0 0 3px #000)}
.figure .covered{stroke:#ff8f6b;fill:#ff8f6b;fill-opacity:.25}
.answer{font-size:18px;line-height:1.5}
.cite{font-size:.72em;vertical-align:.25em;margin-left:3px;text-decoration:none;padding:0 3px;border:1px solid var(--line);border-radius:4px;color:var(--soft);white-space:nowrap}
.lit,:target{background:color-mix(in srgb,var(--accent) 18%,transparent);border-radius:4px}.lit .cite{border-color:var(--accent);color:var(--ink)}
.readings{width:100%;table-layout:fixed}.readings th,.readings td{padding:4px 10px 4px 0}.readings thead th{font-weight:600;overflow-wrap:normal}@media (max-width:600px){.readings thead th{font-size:13px}}.readings tbody th{font-weight:400}
.bar-of-share{width:100%;height:14px}.bar-of-share .ground{fill:var(--line);opacity:.5}.bar-of-share .share{fill:var(--soft)}.bar-of-share .whole{fill:var(--accent)}
.bar-of-share .arrow{stroke:var(--ink);stroke-width:1.6;fill:none}
.value{font-variant-numeric:tabular-nums;font-size:13px}
.several{width:100%;font-size:13.5px}.several th{font-weight:400;text-align:left}.effect{font-weight:600}
.units{width:100%;table-layout:fixed}.units th{font-weight:400;text-align:center;font-size:13.5px;padding:3px 6px}.units td{padding:3px 0;width:28%}.units thead th{color:var(--soft)}.units .n .value{display:block}
.units td:first-child,.units th:first-child{width:28%}.units .bar-of-share{height:9px}
.side{display:block}
.cues{list-style:none;padding:0}.cues li{margin:5px 0}
.for,.against{font-size:12px;border:1px solid var(--line);border-radius:4px;padding:0 5px}.against{border-color:var(--bad);color:var(--bad)}
.check{font-size:13px}.good{color:var(--good)}h4{margin:16px 0 4px;font-size:14px;color:var(--soft);font-weight:600}
.evidence{list-style:none;padding:0;font-size:13.5px}.evidence li{padding:3px 4px}
.trace pre{overflow:visible;background:var(--panel);padding:10px;border-radius:6px;white-space:pre-wrap}
.facts{color:var(--soft);font-size:13.5px}
@media (max-width:900px){.report{grid-template-columns:minmax(0,1fr)}.report>.image{position:static;max-height:none;overflow:visible}}
@media print{.report{display:block}.figure{max-height:none}.lit{background:none}}
`;
