/** What the studio needs beside the style of every page. */
export const STUDIO_STYLE = `
@font-face{font-family:"IBM Plex Sans";font-weight:400;font-display:swap;src:url(ibm-plex-sans-latin-400-normal.woff2) format("woff2")}
@font-face{font-family:"IBM Plex Sans";font-weight:600;font-display:swap;src:url(ibm-plex-sans-latin-600-normal.woff2) format("woff2")}
body,svg,button,input,textarea,select{font-family:"IBM Plex Sans",system-ui,sans-serif}
body{min-height:100vh}
.bar{display:flex;flex-wrap:wrap;align-items:center;gap:4px 20px;padding:10px 24px;border-bottom:1px solid var(--line);background:var(--panel)}
.bar .name{font-weight:600;color:var(--ink);text-decoration:none;font-size:17px}
.bar nav{display:flex;flex-wrap:wrap;gap:4px 16px}.bar nav a{text-decoration:none;padding:2px 0;border-bottom:2px solid transparent}
.bar nav a[aria-current]{border-color:var(--accent);color:var(--ink)}
.bar .place{margin-left:auto;color:var(--soft);font-size:13px;max-width:100%}
main{max-width:1440px}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px;border-radius:4px}
.skip{position:absolute;left:-9999px}.skip:focus{left:8px;top:8px;background:var(--ground);padding:8px;z-index:9}
button,.button{font-size:15px;line-height:1.2;padding:8px 14px;border-radius:6px;border:1px solid var(--line);background:var(--ground);color:var(--ink);cursor:pointer;text-decoration:none;display:inline-block}
button:hover,.button:hover{border-color:var(--accent)}
button.main{background:var(--accent);border-color:var(--accent);color:var(--ground);font-weight:600}
.ask-many>.field{max-width:860px}
button.danger{border-color:var(--bad);color:var(--bad);font-weight:600}
button.quiet{border-color:transparent;background:none;color:var(--accent);padding:4px 6px}
button:disabled{opacity:.55;cursor:default}
input,textarea,select{font-size:15px;padding:8px 10px;border-radius:6px;border:1px solid var(--soft);background:var(--ground);color:var(--ink);max-width:100%}
input[type=checkbox]{width:18px;height:18px;vertical-align:-4px;margin:0 6px 0 0}
textarea{resize:vertical;min-height:64px}
label.field{display:block;margin:0 0 12px;font-weight:600}label.field>*{display:block;width:100%;font-weight:400;margin-top:4px}
label.field .hint{font-size:13px}label.field>datalist{display:none}.expected{max-width:1000px}.expected caption{text-align:left;font-weight:600;padding:0}
.settings th{overflow-wrap:normal;min-width:110px}
.row{display:flex;flex-wrap:wrap;gap:10px;align-items:center}
.drop{margin-top:14px;border:2px dashed var(--soft);border-radius:12px;padding:44px 24px;text-align:center;background:var(--panel)}
.drop.over{border-color:var(--accent);border-style:solid}.drop p{margin:6px auto 14px}.drop .row{justify-content:center}
.drop strong{font-size:20px;font-weight:600}
.cards{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(250px,100%),1fr));gap:14px;list-style:none;padding:0;margin:12px 0}
.card{display:block;background:var(--panel);border:1px solid var(--line);border-radius:8px;overflow:hidden;color:inherit;text-decoration:none;height:100%}
a.card:hover{border-color:var(--accent)}
.card img{display:block;width:100%;height:150px;object-fit:cover;background:var(--line)}
.card div{padding:10px 12px}.card h3{margin:0 0 2px;font-size:15px}.card p{margin:0;font-size:13px}
.failure{border-left:4px solid var(--bad);background:var(--panel);padding:10px 14px;margin:12px 0;max-width:75ch}
.told{border-left:4px solid var(--accent);background:var(--panel);padding:10px 14px;margin:12px 0;max-width:75ch}
.jobs{list-style:none;padding:0;margin:8px 0}.jobs li{display:flex;flex-wrap:wrap;gap:6px 14px;align-items:center;padding:8px 0;border-bottom:1px solid var(--line)}
progress{accent-color:var(--accent);width:140px}
.plain{border:0;padding:0;margin:0}img.plain{max-height:70vh;border-radius:8px;display:block}
.layers{border:0;padding:0;margin:8px 0;display:flex;flex-wrap:wrap;gap:4px 18px}
.tabs{border:0;padding:0;margin:14px 0 0;display:flex;flex-wrap:wrap;gap:6px}.tabs [aria-pressed=true]{background:var(--accent);color:var(--ground);border-color:var(--accent);font-weight:600}
.report h2{margin-top:16px}
.told.wide{max-width:none}.told h2{margin:0;border:0;font-size:16px;padding:0}.told ul{margin:4px 0}del{color:var(--soft)}ins{text-decoration:none;font-weight:600}
.history{padding-left:18px}.history [aria-current]{font-weight:600;color:var(--ink)}
label.button{position:relative}label.button:focus-within{outline:3px solid var(--accent);outline-offset:2px}
.filters .row{align-items:end;gap:10px 14px;font-size:13px}.filters label>select,.filters label>input{display:block;margin-top:2px;padding:5px 8px}.filters label.check{display:flex;align-items:center;min-height:34px}.filters label.check input{display:inline-block;margin:0 6px 0 0}
.filters input[type=number]{width:84px}.filters select{max-width:200px}
button[aria-pressed=true]{border-color:var(--accent);box-shadow:inset 0 0 0 1px var(--accent)}
.shown{justify-content:space-between;margin-top:6px}.shown p{margin:0}.downloads{position:relative}.downloads ul{position:absolute;right:0;z-index:3;background:var(--panel);border:1px solid var(--line);border-radius:8px;list-style:none;margin:4px 0;padding:8px 14px;white-space:nowrap}.downloads li{padding:4px 0}
.study{display:grid;grid-template-columns:minmax(0,1fr) 320px;gap:20px;margin-top:8px}.study aside{min-width:0}.study aside>img{width:100%;max-width:220px;border-radius:8px;display:block;background:var(--line)}.study aside h2{margin:8px 0 4px;border:0;padding:0;font-size:16px}
.faces{border:1px solid var(--line);border-radius:8px;overflow:hidden;min-width:0}.faces .lines{height:min(70vh,760px);overflow:auto;position:relative}.faces .space{position:relative;min-width:100%}
.faces .line{position:absolute;left:0;top:0;width:100%;display:flex}.faces .head{position:static;border-bottom:1px solid var(--line);background:var(--panel)}
.table .head button:nth-child(n+4){text-align:right}
.face.selected .soft{color:var(--ink)}
.face{cursor:pointer;font-size:12px;line-height:1.35}.face.selected{background:color-mix(in srgb,var(--accent) 18%,var(--ground));box-shadow:inset 0 0 0 2px var(--accent)}.face.excluded{opacity:.62}.face.excluded img{filter:grayscale(1)}.face.excluded b{color:var(--bad)}
.grid .face{height:210px;padding:8px;border-radius:6px;overflow:hidden}.grid .face img,.grid .nothing{display:block;width:100%;height:140px;object-fit:cover;border-radius:4px;background:var(--line)}.grid .nothing{display:grid;place-items:center;color:var(--soft)}.grid .face>b,.grid .face>span{display:block;white-space:nowrap;overflow:hidden;text-overflow:ellipsis}.grid .face>.nothing{display:grid}
.faces.table{overflow-x:auto;position:relative}.table .lines{overflow-x:hidden;width:max-content;min-width:100%}.table .face,.table .head{display:flex;width:100%;white-space:nowrap}.table .face{height:34px;align-items:center;border-bottom:1px solid var(--line)}.table .face>span,.table .head>*{flex:none;width:72px;padding:0 6px;overflow:hidden;text-overflow:ellipsis;font-size:12px}.table .face>.wide,.table .head>.wide{width:190px}.table .head button{border:0;background:none;text-align:left;padding:8px 6px;white-space:normal}.table .head button[aria-pressed=true]{box-shadow:none;font-weight:600;color:var(--accent)}.table .head>span{padding:8px 6px}
.exclude .told{margin:6px 0}.begin .field{min-width:min(300px,100%);margin:0}.begin .row{align-items:end}form.begin>*+.row,form.begin>*+.field,form.begin>*+button,.begin *+.checks{margin-top:12px}.notice{margin-top:36px}.studies{padding-left:18px}.studies li{padding:3px 0}
.rating{display:grid;grid-template-columns:minmax(0,320px) minmax(0,1fr);gap:12px 28px;align-items:start;max-width:900px}.rating figure{margin:0}.rating figure>img{width:100%;border-radius:8px;display:block;background:var(--line)}.rating figcaption{font-size:13px;color:var(--soft)}.references>div{display:grid;grid-template-columns:repeat(auto-fill,minmax(120px,1fr));gap:8px}.references img{width:100%;border-radius:6px;display:block;background:var(--line)}
.rating fieldset{border:0;padding:0;margin:0;grid-column:1/-1;display:flex;flex-wrap:wrap;gap:8px}.rating legend{font-weight:600;margin-bottom:8px;padding:0}.rating>p{grid-column:1/-1;margin:0}
.board{display:grid;grid-template-columns:minmax(240px,360px) minmax(0,1fr);gap:20px;align-items:start}.tray{position:sticky;top:8px;max-height:calc(100vh - 16px);overflow:auto;border:1px solid var(--line);border-radius:8px;padding:12px}.tray select{max-width:220px}
.thumbs{display:grid;grid-template-columns:repeat(auto-fill,minmax(88px,1fr));gap:8px}.thumb{padding:4px;font-size:12px;display:block;text-align:left;overflow:hidden;cursor:grab;min-width:0}.thumb img{width:100%;aspect-ratio:1;object-fit:cover;border-radius:4px;display:block;background:var(--line)}.thumb>span,.thumb>b{display:block;overflow-wrap:anywhere}.thumb .name{white-space:nowrap;overflow:hidden;text-overflow:ellipsis}.thumb[aria-pressed=true]{background:color-mix(in srgb,var(--accent) 18%,var(--ground))}.thumb[aria-pressed=true] .soft{color:var(--ink)}
.category-columns{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(300px,100%),1fr));gap:16px;align-items:start}.category{border:1px solid var(--line);border-radius:8px;padding:12px;min-width:0}.category h2{margin:0 0 6px;border:0;padding:0;font-size:18px;overflow-wrap:anywhere}.category h3{margin:0 0 6px;font-size:14px}.pile{border:2px dashed var(--line);border-radius:8px;padding:8px;margin-bottom:8px;min-height:84px}.pile p{margin:0}.pile.over,.tray.over{border-color:var(--accent);border-style:solid}.pile.not{background:var(--panel)}
.advice{padding-left:18px}.put{position:sticky;top:0;z-index:2;background:var(--ground);padding:4px 0 8px}.put p{margin:4px 0}.new-category .field{margin:0;min-width:min(220px,100%)}.new-category .row{align-items:end}
.player .screen{position:relative;max-width:960px}.player video{display:block;width:100%;max-height:60vh;background:#000;border-radius:8px}.player .screen svg{position:absolute;inset:0;width:100%;height:100%;pointer-events:none}.player .screen rect{fill:none;stroke:#fff;stroke-width:2;vector-effect:non-scaling-stroke}.player .screen text{fill:#fff;stroke:#000;paint-order:stroke}
.person details form{max-width:520px}.scrub{flex-wrap:nowrap}.scrub input{flex:1;min-width:0;padding:0}.lane{display:grid;grid-template-columns:90px minmax(0,1fr);gap:8px;align-items:center;font-size:13px;margin:2px 0}.lane svg{width:100%;height:20px;background:var(--panel);border:1px solid var(--line);border-radius:4px}.lane rect{fill:var(--accent)}.lane bdi{overflow:hidden;text-overflow:ellipsis}.marks{list-style:none;padding:0;font-size:14px}.person h3{margin:14px 0 4px}.person select{max-width:160px}
.curves{min-width:0;color:var(--soft)}.curves .legend{list-style:none;padding:0;margin:6px 0 0;display:flex;flex-wrap:wrap;gap:2px 18px;font-size:13px}.curves .legend svg{display:inline}.uplot{position:relative;width:100%}.uplot *,.uplot :before,.uplot :after{box-sizing:border-box}.u-wrap{position:relative;user-select:none}.u-over,.u-under{position:absolute}.u-under{overflow:hidden}.uplot canvas{display:block;position:relative;width:100%;height:100%}.u-select{background:var(--accent);opacity:.2;position:absolute;pointer-events:none}.u-cursor-x,.u-cursor-y{position:absolute;left:0;top:0;pointer-events:none;will-change:transform}.u-hz .u-cursor-x{height:100%;border-right:1px dashed var(--soft)}.u-hz .u-cursor-y{display:none}.u-cursor-pt,.u-axis{position:absolute}.u-off{display:none}.playhead{position:absolute;top:0;left:0;height:100%;border-left:2px solid var(--bad);pointer-events:none}
.discover{max-width:1000px}.put.below{top:auto;bottom:0;border-top:1px solid var(--line);padding:8px 0;margin-top:24px}.put.below .thumbs{max-height:130px;overflow:auto;padding:4px}.face-map svg{touch-action:none;cursor:crosshair;user-select:none}.chosen{fill:none;stroke:var(--ink);stroke-width:2}.lasso{fill:var(--accent);fill-opacity:.15;stroke:var(--accent);stroke-width:1.5}
.group .thumbs,section[aria-label="In no group"] .thumbs{max-width:1200px}.group>.row,.group>p{margin:10px 0}.group select{max-width:220px}
@media (max-width:900px){.board{grid-template-columns:minmax(0,1fr)}.tray{position:static;max-height:60vh}}
@media (max-width:600px){.rating{grid-template-columns:minmax(0,2fr) minmax(0,1fr)}.references>div{grid-template-columns:repeat(auto-fill,minmax(52px,1fr))}.rating fieldset button{flex:1 1 100%;text-align:left}}
.lab>label.field{max-width:640px}.stimuli{margin-bottom:16px;grid-template-columns:repeat(auto-fill,minmax(132px,1fr))}
.beside{display:grid;grid-template-columns:minmax(0,1fr) minmax(0,1fr);gap:8px 36px;align-items:start}.code{font:13px/1.45 ui-monospace,monospace;width:100%}.plan{min-height:3em}.failure{white-space:pre-line}
.checks{border:0;padding:0;margin:0 0 12px;display:flex;flex-wrap:wrap;gap:4px 18px;align-items:center}.checks legend{font-weight:600;padding:0;margin-bottom:4px}.numbers{align-items:end}.numbers .field{width:168px}.numbers button.quiet{margin-bottom:14px}.row:has(>.field>.hint){align-items:start}.one-image .field,.no-print>.field{max-width:640px}.field.short{max-width:320px}
.preview{margin:0 0 12px}.preview th{font-size:13px}.preview select{display:block;padding:4px 6px;font-size:13px;margin-top:2px}.preview td{font-size:13px;min-width:90px;max-width:220px}.preview td img{display:block;width:72px;height:54px;object-fit:cover;border-radius:4px}
.methods{max-width:85ch}.confusion a{display:block;font-weight:600;color:var(--ink)}.scroll:focus-visible{outline-offset:-3px}
.answers.opened{display:grid;grid-template-columns:minmax(0,1fr) minmax(0,460px);gap:24px;align-items:start}.answers aside{order:2;background:var(--panel);border:1px solid var(--line);border-radius:8px;padding:4px 16px 12px;min-width:0;max-height:100vh;overflow-y:auto;position:sticky;top:0}.answers aside img{max-height:260px;border-radius:6px;display:block}.answers aside figure{margin:0}.answers aside .row{justify-content:space-between}
.answers>.scroll{max-height:85vh;overflow:auto}.answers>.scroll table{table-layout:fixed;width:100%;min-width:620px;margin:0}.answers>.scroll tr{height:56px}.answers>.scroll thead tr{height:auto}.answers>.scroll td{vertical-align:middle}.answers>.scroll thead th{position:sticky;top:0;background:var(--ground);z-index:1}.answers>.scroll th:first-child{width:32%}.answers>.scroll td>span,.answers>.scroll th span{display:-webkit-box;-webkit-line-clamp:2;-webkit-box-orient:vertical;overflow:hidden;overflow-wrap:anywhere}.answers>.scroll tbody th{font-weight:400}.answers>.scroll tbody th a{display:flex;gap:8px;align-items:center}.answers>.scroll tbody th img{flex:none;width:56px;height:42px;object-fit:cover;border-radius:4px;background:var(--line)}.answers>.scroll tr.selected{background:var(--panel);box-shadow:inset 3px 0 0 var(--accent)}.gone{font-size:11px;flex:none;width:56px}.scores{font-size:13px;padding-left:18px}
@media (max-width:900px){.beside,.answers.opened{grid-template-columns:minmax(0,1fr)}.answers aside{order:0;position:static;max-height:none}}
.health{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(420px,100%),1fr));gap:0 36px;margin:0}.health div{padding:8px 0;border-bottom:1px solid var(--line)}.health dt{font-weight:600}.health dt span{font-weight:400;margin-left:8px}.health dd{margin:2px 0 0;overflow-wrap:anywhere}.health pre{white-space:pre-wrap}
fieldset.images{border:0;padding:0;margin:8px 0 16px;display:grid;grid-template-columns:repeat(auto-fill,minmax(128px,1fr));gap:12px;max-height:430px;overflow-y:auto}.images legend{padding:0;margin-bottom:6px;font-weight:600}.images img{display:block;width:100%;height:90px;object-fit:cover;border-radius:6px;background:var(--line)}.images label{font-size:12px;cursor:pointer}.images label span{display:block;overflow:hidden;text-overflow:ellipsis;margin-top:3px}.images label .nothing{display:grid;place-items:center;height:90px;margin:0;border:1px dashed var(--soft);border-radius:6px}.images input[type=radio]{margin:0 6px 0 0}.images label:has(:checked) img{outline:3px solid var(--accent);outline-offset:-3px}
@media (max-width:900px){.study{grid-template-columns:minmax(0,1fr)}}
@media (max-width:600px){.bar{padding:8px 16px}.bar .place{margin-left:0}.drop{padding:24px 12px}}
@media print{.bar,.no-print{display:none}}
@media (prefers-reduced-motion:no-preference){.busy::before{content:"";display:inline-block;width:12px;height:12px;margin-right:8px;border-radius:50%;border:2px solid var(--line);border-top-color:var(--accent);animation:turn 1s linear infinite;vertical-align:-1px}@keyframes turn{to{transform:rotate(1turn)}}}
`;
