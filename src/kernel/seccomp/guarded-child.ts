import type { ClassicInstruction } from "../../bpf/classic/instruction.ts";
import { FILTER_FLAG } from "../../hooks/seccomp/thread.ts";
import { type Libc, succeed } from "../libc.ts";
import type { ChildCall } from "./call-block.ts";
import { PRECAUTIONS, precautions } from "./calling-child.ts";
import { ChildMemory } from "./child-memory.ts";
import { guard, guardMessage } from "./guard.ts";
import { installation } from "./installation.ts";
import { Listener } from "./listener.ts";
import { Tracer } from "./tracer.ts";

const CLONE_FILES = 0x400;
const O_CLOEXEC = 0x8_0000;
/** Numbers of calls on x86_64. */
const NR = { read: 0, prctl: 157 } as const;
const PR_SET_NO_NEW_PRIVS = 38;
const ENOSYS = 38;
const SIGSYS = 31;
const WAIT_MILLISECONDS = 1;

/** A process in the kernel's terms. */
export interface GuardedProcess {
  readonly filters: readonly (readonly ClassicInstruction[])[];
  readonly noNewPrivileges: boolean;
  /** How it enters the kernel. */
  readonly gate: "syscall" | "int80";
  readonly calls: readonly GuardedCall[];
  /** The newest filter has a listener. */
  readonly isSupervised: boolean;
}

export interface GuardedCall extends ChildCall {
  /** It does no harm, so that it is made where its filters let it be. */
  readonly isMade: boolean;
  /** What the supervisor answers, who is there; undefined: that it may go on. */
  readonly supervisor?: Given;
  /** What the tracer makes of it; absent: there is none. `go on` is answered as if it ran; `signal` and `killed`: it ends the process so. */
  readonly tracer?: Given | "go on" | "signal" | "killed";
}

/** What somebody who is asked gives in place of a call. */
export interface Given {
  readonly value: bigint;
  /** 0: the value. */
  readonly errno: number;
}

/** What the kernel made of a call. */
export type CallEnd =
  /** Its filters let it through. `result`: what it gave, where it was made. */
  | { readonly kind: "passes"; readonly result?: bigint }
  /** It was not made; negative: an error. */
  | { readonly kind: "gives"; readonly value: bigint }
  | { readonly kind: "signal" }
  | { readonly kind: "killed"; readonly signal: number }
  | { readonly kind: "not made" };

export interface ProcessEnd {
  /** What seccomp(2) gave, until it refused; shorter than the filters where the child did not live to make it. */
  readonly installed: readonly bigint[];
  readonly calls: readonly CallEnd[];
}

/**
 * A process under its filters, whose calls are made at the kernel's door: its first filter, which is none of the process's, has them
 * stopped there by a tracer (TRACE gives way to every answer but LOG and ALLOW), so that nothing is done that could do harm.
 */
export class GuardedChild {
  private readonly libc: Libc;

  constructor(libc: Libc) {
    this.libc = libc;
  }

  /** Throws a RangeError where the calls do not fit. */
  run(process: GuardedProcess): ProcessEnd {
    const { libc } = this;
    const memory = new ChildMemory(libc, process.gate === "int80");
    const pipe = Buffer.alloc(8);
    succeed(libc, "pipe2", libc.declare("int pipe2(void *pair, int flags)")(pipe, O_CLOEXEC));
    try {
      return new Run(libc, memory, process, [pipe.readInt32LE(0), pipe.readInt32LE(4)]).follow();
    } finally {
      libc.close(pipe.readInt32LE(0));
      libc.close(pipe.readInt32LE(4));
      memory.close();
    }
  }
}

/** One child from its start to its end. */
class Run {
  private readonly libc: Libc;
  private readonly memory: ChildMemory;
  private readonly process: GuardedProcess;
  private readonly message: number;
  /** Calls of the script before the first filter, and before the first of the process's calls. */
  private readonly firstFilter: number;
  private readonly firstCall: number;
  private readonly tracer: Tracer;
  private listener: Listener | undefined;
  /** What calls that were kept from being made, or let go on, came to. */
  private readonly ends = new Map<number, CallEnd>();
  private end: CallEnd = { kind: "not made" };

  constructor(libc: Libc, memory: ChildMemory, process: GuardedProcess, [from, to]: [number, number]) {
    this.libc = libc;
    this.memory = memory;
    this.process = process;
    this.message = guardMessage(process.filters);
    const { filters, gate, calls, noNewPrivileges, isSupervised } = process;
    this.firstFilter = PRECAUTIONS + (noNewPrivileges ? 1 : 0) + 2;
    this.firstCall = this.firstFilter + filters.length;
    memory.write(this.firstCall + calls.length, (put) => [
      ...precautions(put),
      // Until the tracer is there.
      { nr: NR.read, args: [BigInt(from), put(Buffer.alloc(1)), 1n] },
      ...(noNewPrivileges ? [{ nr: NR.prctl, args: [BigInt(PR_SET_NO_NEW_PRIVS), 1n] }] : []),
      installation(guard(this.message), put),
      ...filters.map((filter, i) =>
        installation(filter, put, isSupervised && i === filters.length - 1 ? FILTER_FLAG.NEW_LISTENER : 0, gate),
      ),
      ...calls,
    ]);
    // Both have the same descriptors, so that the child's listener is ours.
    this.tracer = new Tracer(libc, memory.start(CLONE_FILES));
    libc.declare("long write(int fd, const void *data, size_t length)")(to, Buffer.alloc(1), 1);
  }

  follow(): ProcessEnd {
    try {
      while (this.goOn());
    } finally {
      this.listener?.close();
    }
    const block = this.memory.read();
    const done = block.done;
    const installed = block.results().slice(this.firstFilter, this.firstCall);
    const calls = this.process.calls.map((_, i): CallEnd => {
      const at = this.firstCall + i;
      if (at > done) return { kind: "not made" };
      const known = this.ends.get(i);
      if (at === done) return known?.kind === "passes" ? known : this.end;
      const result = block.result(at);
      if (known?.kind === "passes" && this.process.calls[i]!.isMade) return { kind: "passes", result };
      return known ?? { kind: "gives", value: result };
    });
    return { installed, calls };
  }

  /** False at its end. */
  private goOn(): boolean {
    this.supervise();
    const event = this.tracer.next(!this.process.isSupervised);
    switch (event?.kind) {
      case undefined:
        return true;
      case "exited":
        return false;
      case "killed":
        if (this.end.kind === "not made") this.end = { kind: "killed", signal: event.signal };
        return false;
      case "stop":
        this.tracer.goOn();
        return true;
      case "signal":
        if (event.isSeccomp) this.end = { kind: "signal" };
        this.tracer.goOn(event.signal);
        return true;
      case "call":
        this.decide(event.message);
        return true;
    }
  }

  /** Answers for the tracer, or for the guard. */
  private decide(message: number): void {
    const index = this.current;
    const call = this.process.calls[index];
    if (call === undefined) {
      // What is left is the child's own end.
      this.tracer.kill();
      return;
    }
    if (message === this.message) {
      this.ends.set(index, { kind: "passes" });
      if (call.isMade) this.tracer.goOn();
      else this.tracer.skip(0);
      return;
    }
    const { tracer } = call;
    if (tracer === "signal" || tracer === "killed") {
      this.end = tracer === "signal" ? { kind: "signal" } : { kind: "killed", signal: SIGSYS };
      this.tracer.kill();
      return;
    }
    // What the kernel gives where nobody traces.
    if (tracer === undefined) this.ends.set(index, { kind: "gives", value: BigInt(-ENOSYS) });
    // The kernel asks the filters once more, and a second TRACE lets a call be made.
    else if (tracer === "go on") this.ends.set(index, { kind: "passes" });
    else this.ends.set(index, { kind: "gives", value: tracer.errno === 0 ? tracer.value : BigInt(-tracer.errno) });
    this.tracer.skip(0);
  }

  /** Answers for the supervisor. */
  private supervise(): void {
    const { process } = this;
    if (!process.isSupervised) return;
    const block = this.memory.read();
    if (this.listener === undefined && block.done >= this.firstCall) {
      const descriptor = Number(block.result(this.firstCall - 1));
      if (descriptor >= 0) this.listener = new Listener(this.libc, descriptor);
    }
    const id = this.listener?.take(WAIT_MILLISECONDS) ?? 0n;
    if (id === 0n) return;
    const index = this.current;
    const given = process.calls[index]?.supervisor;
    if (given === undefined) this.ends.set(index, { kind: "passes" });
    this.listener!.answer(id, given?.value ?? 0n, given?.errno ?? 0);
  }

  /** Which of the process's calls is being made. */
  private get current(): number {
    return this.memory.read().done - this.firstCall;
  }
}
