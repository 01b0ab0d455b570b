import { fail } from "../errors.ts";
import { histogramSvg } from "./histogram-svg.ts";
import type { Reporter } from "./reporter.ts";

/** The first histogram of a run as a drawing. */
export const histogramSvgReporter: Reporter = {
  name: "histogram-svg",
  description: "the histogram of a run as an SVG drawing",

  render({ tracing, topology }) {
    const [histogram] = tracing?.histograms ?? [];
    if (histogram === undefined)
      fail("usage", `'${topology.file}' has no histogram to draw.`, {
        hint: "An entry of `tracing` names a map: `histogram: { map: my_hist_map }`.",
      });
    return histogramSvg(histogram);
  },
};
