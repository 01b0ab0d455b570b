import { once } from "node:events";
import { Worker } from "node:worker_threads";
import type { FileOptions } from "./run-test-file.ts";
import type { TestFile } from "./testing/find-files.ts";
import type { FileResult } from "./testing/result.ts";

/** Threads that run the files of tests, each a file at a time. */
export class TestWorkers {
  private readonly idle: Worker[];
  private readonly all: readonly Worker[];

  /** @param code where the built `test-worker` lies. */
  constructor(code: URL, count: number, { signal: _, ...options }: FileOptions) {
    this.all = Array.from({ length: count }, () => new Worker(code, { workerData: options }));
    this.idle = [...this.all];
  }

  /** Runs a file on a thread that has nothing to do, of which there must be one. Rejects with what ended the thread. */
  async run(file: TestFile, number: number): Promise<FileResult | undefined> {
    const worker = this.idle.pop()!;
    worker.postMessage({ file, number });
    const [result] = (await once(worker, "message")) as [FileResult | undefined];
    this.idle.push(worker);
    return result;
  }

  async close(): Promise<void> {
    await Promise.all(this.all.map((worker) => worker.terminate()));
  }
}
