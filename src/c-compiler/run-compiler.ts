import { spawnSync } from "node:child_process";

/** Milliseconds after which a compiler is stopped: what it reads may never end. */
const PATIENCE = 60_000;
/** Bytes of diagnostics that are kept. */
const LARGEST_OUTPUT = 16 << 20;

/** What became of a run of the compiler. */
export interface CompilerRun {
  readonly succeeded: boolean;
  /** What it wrote to standard error, or why it could not be run. */
  readonly output: string;
}

/** Runs a compiler and waits for it. Nothing else in netsim starts a process. */
export function runCompiler(path: string, words: readonly string[]): CompilerRun {
  const { status, stderr, error } = spawnSync(path, words, {
    encoding: "utf8",
    stdio: ["ignore", "ignore", "pipe"],
    timeout: PATIENCE,
    maxBuffer: LARGEST_OUTPUT,
  });
  if (error !== undefined) return { succeeded: false, output: `${path}: ${error.message}` };
  return { succeeded: status === 0, output: stderr };
}
