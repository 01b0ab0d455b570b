import { type ChildProcess, spawn } from "node:child_process";

/** Waits until nobody holds the other end of its input, and then takes out directories, for as long as one is still in use. */
const SCRIPT = `trap "" HUP INT TERM
read -r _
round=0
while [ $# -gt 0 ] && [ $round -lt 200 ]; do
  for name in "$@"; do
    shift
    rmdir "$name" 2>/dev/null || { [ -d "$name" ] && set -- "$@" "$name"; }
  done
  [ $# -eq 0 ] || sleep 0.05
  round=$((round + 1))
done`;

/**
 * A process of its own session that takes directories out when this process ends, however it ends: what is in the kernel's
 * hierarchies of control groups would stay.
 */
export class GroupGuard {
  private readonly child: ChildProcess;

  /** @param base where the directories are. @param names those of them, children before their parents. */
  constructor(base: string, names: readonly string[]) {
    this.child = spawn("/bin/sh", ["-c", SCRIPT, "netsim-guard", ...names], {
      cwd: base,
      detached: true,
      stdio: ["pipe", "ignore", "ignore"],
    });
    // Whether it could be started is told at once by its number.
    this.child.on("error", () => {});
    this.child.stdin?.on("error", () => {});
    this.child.unref();
  }

  get isThere(): boolean {
    return this.child.pid !== undefined;
  }

  /** Has it do its work now. */
  end(): void {
    this.child.stdin?.end();
  }
}
