import type { Diagnostic, ExitCode, Place } from "../errors.ts";
import type { ProgramCoverage } from "./coverage/coverage.ts";

/** What all files of a test run came to. */
export interface TestReport {
  readonly files: readonly FileResult[];
  readonly passed: number;
  readonly failed: number;
  /** Cases that the engine cannot be asked. */
  readonly skipped: number;
  /** Cases that are in other shards. Absent: none are. */
  readonly elsewhere?: number;
  readonly engine: string;
  readonly exitCode: ExitCode;
}

/** What one file came to. */
export interface FileResult {
  readonly file: string;
  readonly name: string;
  readonly kind: "policy" | "topology";
  readonly cases: readonly CaseResult[];
  /** What is wrong with the file, which then has no cases. */
  readonly diagnostics: readonly Diagnostic[];
  /** Cases that are in other shards. Absent: none are. */
  readonly elsewhere?: number;
  /** Where it was asked for: how often the instructions of its programs ran. */
  readonly coverage?: readonly ProgramCoverage[];
}

/** What one case, or one expectation of a topology, came to. */
export interface CaseResult {
  readonly name: string;
  readonly place: Place;
  /** Nothing was otherwise than expected. */
  readonly passed: boolean;
  /** Why the engine could not be asked, a sentence; the case counts as neither passed nor failed. */
  readonly skipped?: string;
  /** What was otherwise than expected. */
  readonly failures: readonly Failure[];
  /** The program's way to that, of failed cases. */
  readonly path?: readonly PathStep[];
}

/** One thing that was otherwise than expected. */
export interface Failure {
  readonly subject: string;
  readonly expected: string;
  readonly got: string;
  /** Where the expectation stands. */
  readonly place?: Place;
}

/** An instruction that ran. */
export interface PathStep {
  /** Number of the instruction, in slots. */
  readonly index: number;
  readonly text: string;
  /** Where it was written. */
  readonly place?: Place;
}
