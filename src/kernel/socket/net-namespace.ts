import { spawnSync } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { fail } from "../../errors.ts";
import { type Libc, succeed } from "../libc.ts";

const CLONE_NEWNET = 0x4000_0000;
/** The calling thread's network namespace; /proc/self would be the main thread's. */
const OWN = "/proc/thread-self/ns/net";

/**
 * A network namespace that has no name and that nobody else knows: all that is in it goes away when this process ends, however it
 * ends.
 */
export class NetNamespace {
  private readonly libc: Libc;
  private readonly home: number;
  private readonly descriptor: number;

  /** Needs CAP_SYS_ADMIN. */
  constructor(libc: Libc) {
    this.libc = libc;
    this.home = openSync(OWN, "r");
    succeed(libc, "unshare", libc.unshare(CLONE_NEWNET));
    this.descriptor = openSync(OWN, "r");
    succeed(libc, "setns", libc.setns(this.home, CLONE_NEWNET));
  }

  /** A file by which other programs can name it while this process runs. */
  get path(): string {
    return `/proc/${process.pid}/fd/${this.descriptor}`;
  }

  /** Does something with the calling thread in the namespace. It must not wait for anything. */
  within<T>(act: () => T): T {
    const { libc } = this;
    succeed(libc, "setns", libc.setns(this.descriptor, CLONE_NEWNET));
    try {
      return act();
    } finally {
      succeed(libc, "setns", libc.setns(this.home, CLONE_NEWNET));
    }
  }

  /** Runs lines of ip(8) or tc(8) there. Throws a NetsimError with what the program said. */
  batch(program: "ip" | "tc", lines: readonly string[]): void {
    if (lines.length === 0) return;
    const { status, stderr, error } = this.within(() =>
      spawnSync(program, ["-batch", "-"], { input: `${lines.join("\n")}\n`, encoding: "utf8" }),
    );
    if (error !== undefined)
      fail("kernel-unavailable", `The command ${program} of iproute2 cannot be run: ${error.message}.`);
    if (status === 0) return;
    const line = Number(/Command failed -:(\d+)/.exec(stderr)?.[1] ?? 0);
    const words = stderr.trim().split("\n")[0] ?? "";
    fail("kernel-unavailable", `This kernel refuses '${program} ${lines[line - 1] ?? lines.join("; ")}': ${words}`);
  }

  close(): void {
    closeSync(this.descriptor);
    closeSync(this.home);
  }
}
