import type { RunResult } from "../../run/result.ts";
import { histogramText } from "../histogram-text.ts";
import type { Paint } from "../paint.ts";
import { count } from "../words.ts";

/** Lines of trace_pipe that are shown. */
const SHOWN = 40;

/** What tracing programs have counted and printed. */
export function describeTracing({ tracing }: RunResult, paint: Paint): string[] {
  if (tracing === undefined) return [];
  const { tracePipe, lostLines, histograms, output } = tracing;
  const more = tracePipe.length - SHOWN + lostLines;
  const printed = tracePipe.slice(0, SHOWN);
  const blocks = histograms.map((histogram) => histogramText(histogram).join("\n"));
  const text = output.join("\n").replace(/^\n+|\n+$/g, "");
  if (text !== "") blocks.push(text);
  if (printed.length > 0)
    blocks.push([`  trace_pipe`, ...printed, ...(more > 0 ? [`  and ${count(more)} more`] : [])].join("\n"));
  return [paint.bold("Tracing"), blocks.join("\n\n")];
}
