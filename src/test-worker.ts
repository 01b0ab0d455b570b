import { parentPort, workerData } from "node:worker_threads";
import { type FileOptions, runTestFile } from "./run-test-file.ts";
import type { TestFile } from "./testing/find-files.ts";
import type { CaseProgress } from "./testing/pace.ts";
import type { FileResult } from "./testing/result.ts";

/** What a worker of a test run is told. */
export interface TestTask {
  readonly file: TestFile;
  readonly number: number;
}

/** What a worker answers: how far it is, and at last what came of the file, if it has tests. */
export type TestAnswer = { readonly progress: CaseProgress } | { readonly result: FileResult | undefined };

/** A thread of `TestWorkers`: runs one file after another as it is told to. */
const options = workerData as FileOptions;
parentPort?.on("message", async ({ file, number }: TestTask) => {
  const answer = (one: TestAnswer) => parentPort!.postMessage(one);
  answer({ result: await runTestFile(file, number, options, (progress) => answer({ progress })) });
});
