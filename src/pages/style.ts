import { SHARE_STEPS } from "./markup.ts";

/** The style of every page; nothing is fetched. Light and dark follow the reader's system. */
export const PAGE_STYLE = `
:root{--ink:#1d2430;--soft:#5c6675;--line:#d9dee5;--ground:#fff;--panel:#f5f7f9;--accent:#1f5fa8;--good:#1f7a4d;--bad:#b3402f}
@media screen and (prefers-color-scheme:dark){:root{--ink:#e6eaf0;--soft:#9aa5b5;--line:#343c48;--ground:#14181e;--panel:#1c222a;--accent:#7db2ef;--good:#6fcf97;--bad:#ef8a7a}}
*{box-sizing:border-box}
html{color-scheme:light dark}
body{margin:0;overflow-wrap:anywhere;background:var(--ground);color:var(--ink);font:15px/1.5 system-ui,sans-serif}
main{max-width:1080px;margin:0 auto;padding:32px 24px 80px}
h1{font-size:28px;margin:0 0 4px}h2{font-size:20px;margin:44px 0 8px;border-bottom:1px solid var(--line);padding-bottom:6px}h3{font-size:16px;margin:24px 0 6px}
p{margin:6px 0 12px;max-width:75ch}.soft,figcaption{color:var(--soft)}
.scroll{overflow-x:auto;max-width:100%}.scroll td,.scroll th{overflow-wrap:normal}
pre{white-space:pre-wrap;font-size:12.5px}a{color:var(--accent)}img{max-width:100%}
@media (max-width:600px){main{padding:20px 16px 60px}h1{font-size:23px}}
table{border-collapse:collapse;font-variant-numeric:tabular-nums;margin:8px 0 16px}
th,td{padding:4px 12px 4px 0;text-align:left;border-bottom:1px solid var(--line);vertical-align:top}
td.n{text-align:right}th.n{text-align:right}
.interval{color:var(--soft);font-size:13px;white-space:nowrap}
.holds{color:var(--good);font-weight:600}.falls{color:var(--soft)}.bad{color:var(--bad)}
svg{display:block;max-width:100%;height:auto;font:12px system-ui,sans-serif;fill:var(--ink)}
svg .grid,svg .frame{stroke:var(--line);fill:none}svg .zero{stroke:var(--soft);stroke-dasharray:3 3}svg .ideal{stroke:var(--soft);stroke-dasharray:4 4}
svg .whisker,svg .gap{stroke:var(--accent);stroke-width:2}svg .gap{opacity:.35}svg .dot{fill:var(--accent)}svg .tick{fill:var(--soft)}
.confusion td{text-align:right;min-width:44px;padding:4px 8px;border:1px solid var(--line)}
.confusion td.right{background:color-mix(in srgb,var(--good) var(--share),var(--ground))}
.confusion td.wrong{background:color-mix(in srgb,var(--bad) var(--share),var(--ground))}
.confusion th{padding:4px 8px}.confusion thead td{border:0}
${Array.from({ length: SHARE_STEPS + 1 }, (_, step) => `.confusion .share-${step}{--share:${(45 * step) / SHARE_STEPS}%}`).join("")}
.cases{display:grid;grid-template-columns:repeat(auto-fill,minmax(300px,1fr));gap:16px}
.case{background:var(--panel);border:1px solid var(--line);border-radius:8px;padding:12px}
.case img{width:100%;max-height:220px;object-fit:contain;background:#0001;border-radius:4px}
.case ul{padding-left:18px;margin:6px 0;font-size:13px}
.stimuli{display:grid;grid-template-columns:repeat(auto-fill,minmax(165px,1fr));gap:12px}
.stimuli figure{margin:0}.stimuli img,.stimuli .undrawn{display:block;width:100%;height:165px;object-fit:contain;background:#0001;border-radius:4px}
.stimuli .undrawn{display:grid;place-items:safe center;padding:8px;box-sizing:border-box;overflow-y:auto;font-size:12px;line-height:1.3;text-align:center;color:var(--soft)}.stimuli figcaption{font-size:13px;line-height:1.35;margin-top:4px}
.histograms{display:flex;flex-wrap:wrap;gap:12px 32px;align-items:start;margin:12px 0}.histograms figure{margin:0}.histograms figcaption{display:flex;justify-content:space-between;font-size:12px}
.histograms .all{fill:var(--line)}.histograms .shown{fill:var(--accent)}
.labels{list-style:none;padding:0;margin:0;columns:2 230px;column-gap:16px}.labels .count{display:grid;grid-template-columns:84px 90px 3em;gap:6px;align-items:center;padding:1px 4px;font-size:13px;text-align:left}.labels button{min-height:24px;border-color:transparent;background:none}.labels button[aria-pressed=true]{border-color:var(--accent);font-weight:600}
.labels meter,.facts meter{width:90px;height:10px}.labels meter::-webkit-meter-optimum-value,.facts meter::-webkit-meter-optimum-value{background:var(--accent)}.labels meter::-moz-meter-bar,.facts meter::-moz-meter-bar{background:var(--accent)}.n{text-align:right;font-variant-numeric:tabular-nums}
.facts{margin:6px 0;font-size:13px}.facts div{display:flex;justify-content:space-between}.facts dd{margin:0;font-variant-numeric:tabular-nums}
.portraits{display:grid;grid-template-columns:repeat(auto-fill,minmax(110px,1fr));gap:12px}.portraits figure{margin:0}.portraits img{display:block;width:100%;border-radius:6px}.portraits figcaption{font-size:12px;line-height:1.35}
@media (max-width:600px){.histograms{display:grid;grid-template-columns:minmax(0,1fr) minmax(0,1fr)}.histograms .labels{grid-column:1/-1}}
svg .dot.none{fill:var(--soft);opacity:.5}svg .dot.g0{fill:#0072b2}svg .dot.g1{fill:#d55e00}svg .dot.g2{fill:#009e73}svg .dot.g3{fill:#cc79a7}svg .dot.g4{fill:#e69f00}svg .dot.g5{fill:#56b4e9}svg .dot.g6{fill:#7a5195}svg .dot.g7{fill:#8c6d31}
.face-map{margin:0}.face-map .group{font-size:17px;font-weight:600;fill:var(--ink);stroke:var(--panel);stroke-width:4px;paint-order:stroke}.status{font-size:13px;font-weight:400;border:1px solid var(--line);border-radius:10px;padding:1px 8px;background:var(--panel);white-space:nowrap}.group h2{overflow-wrap:anywhere}.group .facts{max-width:520px}.face-map svg{width:100%;border:1px solid var(--line);border-radius:8px;background:var(--panel)}.group-dot{display:inline}.status.survived,.status.confirmed,.status.accepted{color:var(--good)}.status.failed,.status.rejected{color:var(--bad)}
.agreement svg{max-width:none;min-width:900px;width:100%;height:auto;border-radius:6px}.agreement table{font-size:13px}.agreement td>div,td.n,td .holds,td .falls{white-space:nowrap}
.plots{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(340px,100%),1fr));gap:0 32px;align-items:start}.plots>*{min-width:0}
.notes li{margin:2px 0}details{margin:8px 0}summary{cursor:pointer;color:var(--accent)}
@media print{html{color-scheme:light}body{font-size:11px}main{max-width:none}.scroll{overflow:visible}.plots{display:block}.plots svg{max-height:85vh;width:auto}.plots>*,.case{break-inside:avoid}h1,h2,h3,h4,summary{break-after:avoid}li,tr,figure{break-inside:avoid}}
`;
