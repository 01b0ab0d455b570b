import type { ExitCode } from "../errors.ts";

/** How standard input is called where a file's name stands. */
export const STANDARD_INPUT = "<stdin>";

/** What a command has of the outside world; tests give it another. */
export interface Terminal {
  /** Where the result goes. */
  out(text: string): void;
  /** All of standard input. */
  input(): Uint8Array;
  /** What `input` gave; undefined where nobody has asked for it. */
  readonly inputTaken: Uint8Array | undefined;
  /** Where progress and diagnostics go. */
  error(text: string): void;
  /** True where standard output shows colours. */
  readonly outColor: boolean;
  readonly errorColor: boolean;
  /** True where standard error is a terminal that can redraw a line. */
  readonly interactive: boolean;
  /** Columns of that terminal. */
  readonly width: number;
  /** Processors that the process may use at once. */
  readonly processors: number;
  /** Real time in milliseconds, for progress lines only. */
  clock(): number;
  /** Aborted when the user wants the command to end. */
  readonly interrupted: AbortSignal;
}

/**
 * A command's work once its words are understood; resolves to its exit code. It imports what it needs itself, so that
 * no command waits for the code of another.
 */
export type Action = (terminal: Terminal) => Promise<ExitCode>;
