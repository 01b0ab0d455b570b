import type { Architecture } from "../architecture/architecture.ts";

/** A call that a trace shows. One object is reused for all calls of a file. */
export interface TracedCall {
  /** Name of the call. */
  name: string;
  /** Its number where the trace has that; else it follows from the name. */
  nr: number | undefined;
  architecture: Architecture;
  /** The line with its arguments, which begin at `start`; undefined where the trace has none. */
  text: string | undefined;
  start: number;
  /** Arguments as numbers, where the trace has them so. */
  values: readonly bigint[] | undefined;
  /** How often it was made. */
  count: number;
  /** Line of the file, from 1. */
  line: number;
}

/** Takes the calls of a trace, in their order. */
export type TakeCall = (call: TracedCall) => void;
