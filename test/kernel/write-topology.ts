import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

/** A topology in a file that is gone when the test is over. */
export function writeTopology(text: string): string {
  const directory = mkdtempSync(join(tmpdir(), "netsim-test-"));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const file = join(directory, "topology.yaml");
  writeFileSync(file, text);
  return file;
}
