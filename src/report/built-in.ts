import { histogramSvgReporter } from "./histogram-svg-reporter.ts";
import { jsonReporter } from "./json-reporter.ts";
import type { Reporter } from "./reporter.ts";
import { textReporter } from "./text-reporter.ts";

/** The report formats that netsim brings. */
export const builtInReporters: readonly Reporter[] = [textReporter, jsonReporter, histogramSvgReporter];
