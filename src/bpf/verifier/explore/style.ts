/** The page's style; both colour schemes, no fonts or pictures from elsewhere. */
export const STYLE = `
:root{color-scheme:light dark;--bg:#f6f7f9;--panel:#fff;--text:#1c2430;--dim:#6b7686;--line:#d9dee6;--box:#fff;--sel:#dbeafe;--hover:#eef4ff;
--red:#c62828;--red-bg:#fdecec;--blue:#2563eb;--grey:#94a3b8;--amber:#b45309;--green:#15803d;--src:#7c3aed;--chg:#fff4cc}
@media(prefers-color-scheme:dark){:root{--bg:#11151b;--panel:#171c24;--text:#dfe6ee;--dim:#8a97a8;--line:#2b3440;--box:#1b212a;--sel:#1e3a5f;--hover:#222b37;
--red:#ff7b72;--red-bg:#3a1e20;--blue:#6ea8fe;--grey:#6b7888;--amber:#e3a008;--green:#4ac26b;--src:#c4a7ff;--chg:#3b3413}}
*{box-sizing:border-box}
html,body{height:100%;margin:0}
body{display:flex;flex-direction:column;background:var(--bg);color:var(--text);font:14px/1.45 system-ui,sans-serif}
header{display:flex;gap:16px;align-items:center;padding:10px 18px;background:var(--panel);border-bottom:1px solid var(--line);flex-wrap:wrap}
h1{font-size:16px;margin:0;font-weight:650}
.verdict{padding:2px 10px;border-radius:99px;font-weight:600;font-size:13px}
.verdict.no{background:var(--red-bg);color:var(--red)} .verdict.yes{background:color-mix(in srgb,var(--green) 16%,transparent);color:var(--green)}
header .stat{color:var(--dim);font-size:13px}
header .space{flex:1}
button{font:inherit;font-size:13px;padding:3px 10px;border:1px solid var(--line);border-radius:6px;background:var(--panel);color:var(--text);cursor:pointer}
button:hover{background:var(--hover)} button:focus-visible{outline:2px solid var(--blue)}
main{flex:1;display:flex;min-height:0}
#graph{flex:1;overflow:auto;padding:16px;outline:none}
#graph:focus-visible{box-shadow:inset 0 0 0 2px var(--blue)}
aside{width:430px;overflow:auto;border-left:1px solid var(--line);background:var(--panel);padding:16px 18px}
@media(max-width:900px){main{flex-direction:column} aside{width:auto;height:45%;border-left:0;border-top:1px solid var(--line)}}
svg text{font:12px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;fill:var(--text)}
svg .title{font:600 14px system-ui,sans-serif}
.box{fill:var(--box);stroke:var(--line);stroke-width:1}
.dead{opacity:.42}
.dead .box{stroke-dasharray:4 3}
.line{cursor:pointer}
.hit{fill:transparent}
.line:hover .hit{fill:var(--hover)}
.line.on-path .hit{fill:color-mix(in srgb,var(--red) 9%,transparent)}
.line.selected .hit{fill:var(--sel)}
.line.refused .hit{fill:var(--red-bg);stroke:var(--red)}
.line.refused text{fill:var(--red);font-weight:700}
svg .no{fill:var(--dim);text-anchor:end}
svg .src{fill:var(--src);font-style:italic;font-size:11.5px}
svg .cut{fill:var(--amber);text-anchor:end;font-size:11px}
.heat{fill:transparent} .h1{fill:color-mix(in srgb,var(--blue) 25%,transparent)} .h2{fill:color-mix(in srgb,var(--blue) 45%,transparent)}
.h3{fill:color-mix(in srgb,var(--blue) 70%,transparent)} .h4{fill:var(--blue)} .h5{fill:var(--amber)} .h6{fill:var(--red)}
.edge{fill:none;stroke:var(--grey);stroke-width:1.4}
.edge.jump{stroke:var(--blue)}
.edge.never{stroke-dasharray:3 4;opacity:.55}
.edge.hot{stroke:var(--red);stroke-width:2.6}
.head{fill:var(--grey)} .head.jump{fill:var(--blue)} .head.hot{fill:var(--red)}
svg .count{fill:var(--dim);font-size:10px}
section{margin:0 0 18px}
h2{font-size:12px;text-transform:uppercase;letter-spacing:.06em;color:var(--dim);margin:0 0 8px;font-weight:650}
code,.mono{font:12px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace}
.refusal{border:1px solid color-mix(in srgb,var(--red) 45%,transparent);background:var(--red-bg);border-radius:8px;padding:12px 14px}
.refusal b{color:var(--red)} .refusal p{margin:6px 0 0}
ol.because{margin:8px 0 0;padding:0;list-style:none}
ol.because li{padding:4px 8px;border-radius:6px;cursor:pointer;border-left:3px solid var(--line);margin-bottom:4px}
ol.because li:hover,ol.because li:focus-visible{background:var(--hover);outline:none}
ol.because code{display:block} ol.because span{color:var(--dim);font-size:13px}
table{border-collapse:collapse;width:100%}
td{padding:3px 8px;vertical-align:top;border-top:1px solid var(--line);overflow-wrap:anywhere}
td:first-child{width:64px;color:var(--dim);white-space:nowrap}
tr.changed td{background:var(--chg)}
.pager{display:flex;gap:8px;align-items:center;margin-bottom:8px}
.now{font:13px ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;display:block;padding:8px 10px;border-radius:6px;background:var(--bg);overflow-wrap:anywhere}
.csrc{color:var(--src);font-style:italic;display:block;margin-top:4px;white-space:pre-wrap}
.dimmed{color:var(--dim)}
kbd{border:1px solid var(--line);border-bottom-width:2px;border-radius:4px;padding:0 5px;font:11px ui-monospace,monospace;background:var(--bg)}
.keys{color:var(--dim);font-size:12.5px;line-height:1.9}
`;
