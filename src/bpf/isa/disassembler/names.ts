import type { CallKernel, Reference } from "../instruction.ts";

/** Names that a listing shows in place of numbers; undefined leaves the number. */
export interface ListingNames {
  /** Name of the map that the instruction loads. */
  map?(reference: Reference): string | undefined;
  /** Name of a kernel function. */
  kernelFunction?(call: CallKernel): string | undefined;
}
