import { readFileSync, writeSync } from "node:fs";
import { availableParallelism } from "node:os";
import { isatty } from "node:tty";
import { fail } from "../errors.ts";
import type { Terminal } from "./command.ts";

const OUT = 1;
const ERROR = 2;

/**
 * The terminal of this process. When the reader of standard output goes away (EPIPE) nothing more is written, and what
 * runs is asked to end, so that files are finished and the exit code is the true one.
 */
export function processTerminal(): Terminal {
  const interruption = new AbortController();
  let listens = false;
  let input: Uint8Array | undefined;
  const isDumb = process.env.TERM === "dumb";
  const colorWanted = (process.env.NO_COLOR ?? "") === "" && !isDumb;
  const isErrorTerminal = isatty(ERROR);
  return {
    input: () => {
      input = readFileSync(0);
      return input;
    },
    get inputTaken() {
      return input;
    },
    out: (text) => {
      const { code } = write(OUT, text);
      if (code === "EPIPE") interruption.abort();
      else if (code !== undefined) fail("file-unwritable", `Standard output cannot be written: ${code}.`);
    },
    // There is nowhere to tell that standard error cannot be written.
    error: (text) => void write(ERROR, text),
    outColor: isatty(OUT) && colorWanted,
    errorColor: isErrorTerminal && colorWanted,
    interactive: isErrorTerminal && !isDumb,
    width: isErrorTerminal ? process.stderr.columns : 80,
    processors: availableParallelism(),
    clock: () => performance.now(),
    // Signals are caught from the moment that somebody looks: before, a blocking call must not keep them from ending the process.
    get interrupted() {
      if (!listens)
        for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.once(signal, () => interruption.abort());
      listens = true;
      return interruption.signal;
    },
  };
}

/** Writes all of the text now, so that nothing is lost at exit and a slow reader slows the run instead of filling memory. Gives the error's code where it cannot. */
function write(descriptor: number, text: string): { code?: string | undefined } {
  let rest = Buffer.from(text);
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(descriptor, rest));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== "EAGAIN") return { code };
      // The other end of a non-blocking pipe has not read yet: wait a little, without spinning.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
  }
  return {};
}
