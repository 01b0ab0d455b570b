import type { TraceType } from "./types.ts";

/** What programs ask user space for, by the number that the records of the ring begin with. */
export type TraceAction =
  | { readonly kind: "printf"; readonly format: string; readonly args: readonly TraceType[] }
  | { readonly kind: "print"; readonly map: string; readonly top: number; readonly divisor: number }
  | { readonly kind: "clear" | "zero"; readonly map: string }
  /** The nanoseconds of its record as a date. */
  | { readonly kind: "time"; readonly format: string }
  | { readonly kind: "exit" };
