import { type FSWatcher, statSync, watch } from "node:fs";
import { dirname } from "node:path";
import { NetsimError } from "../errors.ts";
import { filesOfTests } from "../testing/depends-on.ts";
import type { Terminal } from "./command.ts";
import { showFailure } from "./show-failure.ts";

/** Milliseconds in which changes count as one: editors write a file in several steps. */
const TOGETHER = 50;
/** What editors put beside a file while it is open. */
const OF_EDITORS = /^\.|~$|^\d+$/;

/** Runs the tests, and again whenever something changes in a directory that they or what they name lie in, until the user ends it. */
export async function watchTests(
  paths: readonly string[],
  terminal: Terminal,
  runOnce: () => Promise<unknown>,
): Promise<void> {
  while (!terminal.interrupted.aborted) {
    // Before the run: what is changed meanwhile is not missed.
    const change = nextChange(directoriesOf(paths), terminal.interrupted);
    try {
      await runOnce();
    } catch (error) {
      if (!(error instanceof NetsimError)) throw error;
      showFailure(error, terminal);
    }
    terminal.error("Waiting for a change; Ctrl-C ends.\n");
    await change;
    if (!terminal.interrupted.aborted && terminal.interactive) terminal.error("\u001b[2J\u001b[H");
  }
}

function directoriesOf(paths: readonly string[]): ReadonlySet<string> {
  const files = filesOfTests(paths);
  return new Set([...[...files].map(dirname), ...paths.filter((path) => statSync(path).isDirectory())]);
}

/** Resolves once something has changed and then nothing more for a moment, or the user wants an end. */
function nextChange(directories: ReadonlySet<string>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const watchers: FSWatcher[] = [];
    let settled: NodeJS.Timeout | undefined;
    const finish = () => {
      for (const watcher of watchers) watcher.close();
      signal.removeEventListener("abort", finish);
      resolve();
    };
    const changed = (name: string | null) => {
      if (name !== null && OF_EDITORS.test(name)) return;
      clearTimeout(settled);
      settled = setTimeout(finish, TOGETHER);
    };
    for (const directory of directories) {
      const watcher = watch(directory, (_, name) => changed(name));
      watcher.on("error", () => changed(null));
      watchers.push(watcher);
    }
    signal.addEventListener("abort", finish);
  });
}
