import { mkdirSync, readFileSync, rmdirSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Says whether users without capabilities may load programs (0) or not (2); it is the whole machine's. */
export const UNPRIVILEGED_SWITCH = "/proc/sys/kernel/unprivileged_bpf_disabled";

/** Who has made this directory may set it: test files run beside one another. */
const LOCK = join(tmpdir(), "netsim-test-unprivileged-bpf");
/** Milliseconds after which whoever holds it is taken to have been killed. */
const STALE = 60_000;

/** Does something while the switch stands at a value, and nobody else's test sets it. Throws where it cannot be set. */
export function withSwitchAt<Result>(value: "0" | "2", action: () => Result): Result {
  lock();
  try {
    const before = readFileSync(UNPRIVILEGED_SWITCH, "latin1");
    // 1 is a 2 that nobody can change any more.
    if (before.trim() === value || (value === "2" && before.trim() === "1")) return action();
    writeFileSync(UNPRIVILEGED_SWITCH, value);
    try {
      return action();
    } finally {
      writeFileSync(UNPRIVILEGED_SWITCH, before);
    }
  } finally {
    rmdirSync(LOCK);
  }
}

function lock(): void {
  for (;;)
    try {
      mkdirSync(LOCK);
      return;
    } catch {
      const made = statSync(LOCK, { throwIfNoEntry: false })?.mtimeMs ?? Date.now();
      if (Date.now() - made > STALE) rmdirSync(LOCK);
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
}
