import type { Explanation } from "../explanation.ts";
import { inWords } from "../words.ts";
import { drawGraph, escaped } from "./svg.ts";

const STYLE = `
:root { color-scheme: light dark; --ground: #fff; --ink: #1c2733; --faint: #5b6875; --line: #c5ced6; --box: #f3f6f9;
  --yes: #14703c; --no: #a8322b; --accept: #dff3e6; --reject: #fbe4e1; }
@media (prefers-color-scheme: dark) { :root { --ground: #14191f; --ink: #e6ebf0; --faint: #9aa7b3; --line: #3a4652;
  --box: #1f2730; --yes: #5fcf8d; --no: #f0887f; --accept: #173a26; --reject: #43211e; } }
body { margin: 2rem; background: var(--ground); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.3rem; margin: 0; } h1 code, pre { font-family: ui-monospace, monospace; }
.kind { color: var(--faint); margin: 0 0 1rem; }
pre { white-space: pre-wrap; } .graph { overflow: auto; border: 1px solid var(--line); border-radius: 8px; }
svg { display: block; margin: auto; font: 13px system-ui, sans-serif; } svg text { text-anchor: middle; fill: var(--ink); }
svg .range { fill: var(--faint); font-size: 11px; }
.question rect { fill: var(--box); stroke: var(--line); }
.accept rect { fill: var(--accept); stroke: var(--yes); } .reject rect { fill: var(--reject); stroke: var(--no); }
.yes path, .no path { fill: none; stroke-width: 1.4; } .yes path { stroke: var(--yes); }
.no path { stroke: var(--no); stroke-dasharray: 5 3; } .yes text { fill: var(--yes); } .no text { fill: var(--no); }
.yes .head { fill: var(--yes); } .no .head { fill: var(--no); stroke-dasharray: none; }
`;

/** A page that needs nothing but itself: what a program accepts in words, its graph, and its instructions. */
export function explanationPage(
  explanation: Explanation,
  about: { readonly title: string; readonly kind: string; readonly listing: readonly string[] },
): string {
  const { title, kind, listing } = about;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escaped(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<h1><code>${escaped(title)}</code></h1>
<p class="kind">${escaped(kind)}</p>
<pre>${escaped(inWords(explanation).join("\n"))}</pre>
<div class="graph">
${drawGraph(explanation, listing)}
</div>
<details>
<summary>Instructions</summary>
<pre>${escaped(listing.join("\n"))}</pre>
</details>
</body>
</html>
`;
}
