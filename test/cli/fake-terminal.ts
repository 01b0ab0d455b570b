import type { Terminal } from "../../src/cli/command.ts";
import { runCommandLine } from "../../src/cli/command-line.ts";

/** What a command printed and how it ended. */
export interface Outcome {
  readonly exitCode: number;
  readonly out: string;
  readonly error: string;
}

/** Runs `netsim` with these words in this process, on a terminal that remembers. */
export async function netsim(words: readonly string[], more: Partial<Terminal> = {}): Promise<Outcome> {
  let out = "";
  let error = "";
  const exitCode = await runCommandLine(words, {
    out: (text) => {
      out += text;
    },
    error: (text) => {
      error += text;
    },
    input: () => new Uint8Array(),
    inputTaken: undefined,
    outColor: false,
    errorColor: false,
    interactive: false,
    width: 80,
    processors: 1,
    clock: () => 0,
    interrupted: new AbortController().signal,
    ...more,
  });
  return { exitCode, out, error };
}
