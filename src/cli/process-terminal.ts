import { readFileSync, writeSync } from "node:fs";
import { isatty } from "node:tty";
import { EXIT } from "../errors.ts";
import type { Terminal } from "./command.ts";

/** The terminal of this process. A reader that goes away (EPIPE) ends it quietly, as with other filters. */
export function processTerminal(): Terminal {
  const interruption = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => interruption.abort());
  const colorWanted = (process.env.NO_COLOR ?? "") === "" && process.env.TERM !== "dumb";
  const interactive = isatty(2);
  return {
    input: () => readFileSync(0),
    out: (text) => write(1, text),
    error: (text) => write(2, text),
    outColor: isatty(1) && colorWanted,
    errorColor: interactive && colorWanted,
    interactive,
    width: interactive ? process.stderr.columns : 80,
    clock: () => performance.now(),
    interrupted: interruption.signal,
  };
}

/** Writes all of the text now, so that nothing is lost at exit and a slow reader slows the run instead of filling memory. */
function write(descriptor: number, text: string): void {
  let rest = Buffer.from(text);
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(descriptor, rest));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "EPIPE") process.exit(EXIT.ok);
      if (code !== "EAGAIN") throw error;
      // The other end of a non-blocking pipe has not read yet: wait a little, without spinning.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
  }
}
