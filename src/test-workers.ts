import { on } from "node:events";
import { Worker } from "node:worker_threads";
import type { FileOptions } from "./run-test-file.ts";
import type { TestAnswer } from "./test-worker.ts";
import type { TestFile } from "./testing/find-files.ts";
import type { CaseProgress } from "./testing/pace.ts";
import type { FileResult } from "./testing/result.ts";

/** Threads that run the files of tests, each a file at a time. */
export class TestWorkers {
  private readonly idle: Worker[];
  private readonly all: readonly Worker[];
  private readonly signal: AbortSignal | undefined;

  /** @param code where the built `test-worker` lies. */
  constructor(code: URL, count: number, { signal, ...options }: FileOptions) {
    this.signal = signal;
    this.all = Array.from({ length: count }, () => new Worker(code, { workerData: options }));
    this.idle = [...this.all];
  }

  /**
   * Runs a file on a thread that has nothing to do, of which there must be one. Resolves to undefined too once the signal is aborted; rejects
   * with what ended the thread.
   */
  async run(
    file: TestFile,
    number: number,
    progress: (progress: CaseProgress) => void,
  ): Promise<FileResult | undefined> {
    const worker = this.idle.pop()!;
    worker.postMessage({ file, number });
    try {
      for await (const [answer] of on(worker, "message", { ...(this.signal && { signal: this.signal }) })) {
        const one = answer as TestAnswer;
        if ("progress" in one) progress(one.progress);
        else {
          this.idle.push(worker);
          return one.result;
        }
      }
    } catch (error) {
      if (this.signal?.aborted !== true) throw error;
    }
    return undefined;
  }

  async close(): Promise<void> {
    await Promise.all(this.all.map((worker) => worker.terminate()));
  }
}
