import { parentPort, workerData } from "node:worker_threads";
import { type FileOptions, runTestFile } from "./run-test-file.ts";
import type { TestFile } from "./testing/find-files.ts";

/** What a worker of a test run is told. */
export interface TestTask {
  readonly file: TestFile;
  readonly number: number;
}

/** A thread of `TestWorkers`: runs one file after another as it is told to. */
const options = workerData as FileOptions;
parentPort?.on("message", async ({ file, number }: TestTask) => {
  parentPort!.postMessage(await runTestFile(file, number, options));
});
