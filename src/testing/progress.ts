import type { CaseProgress } from "./pace.ts";
import type { CaseResult } from "./result.ts";

/** How far a test run is. */
export interface TestProgress {
  readonly done: number;
  readonly files: number;
  /** The part of all files that is done, with those that are run just now: 0 to 1. */
  readonly share: number;
  /** Cases that are done. */
  readonly cases: number;
  /** Cases that have failed so far. */
  readonly failed: number;
}

/** Sums up how far the files are. */
export class ProgressTally {
  private readonly files: number;
  private readonly tell: (progress: TestProgress) => void;
  private readonly running = new Map<number, CaseProgress>();
  private done = 0;
  private cases = 0;
  private failed = 0;

  constructor(files: number, tell: (progress: TestProgress) => void) {
    this.files = files;
    this.tell = tell;
  }

  within(file: number, progress: CaseProgress): void {
    this.running.set(file, progress);
    this.report();
  }

  finished(file: number, cases: readonly CaseResult[]): void {
    this.running.delete(file);
    this.done++;
    this.cases += cases.length;
    this.failed += cases.filter(({ passed }) => !passed).length;
    this.report();
  }

  private report(): void {
    let [share, cases, failed] = [this.done, this.cases, this.failed];
    for (const one of this.running.values()) {
      share += one.done / Math.max(one.all, 1);
      cases += one.done;
      failed += one.failed;
    }
    this.tell({ done: this.done, files: this.files, share: share / this.files, cases, failed });
  }
}
