import { type Call, type Libc, succeed } from "../libc.ts";
import { CallBlock, type CaughtSignal, type ChildCall } from "./call-block.ts";
import { BLOCK, HANDLER } from "./call-code.ts";

const [PROT_ALL, MAP_SHARED_ANONYMOUS] = [7, 0x21];
const SIGCHLD = 17;
const SIGSYS = 31;
const STACK = 1 << 16;
const MEMORY = 4 << 20;
const SECONDS = 2;
/** Numbers of calls on x86_64. */
const NR = { rtSigaction: 13, alarm: 37, prctl: 157, setrlimit: 160 } as const;
const PR_SET_PDEATHSIG = 1;
const SIGKILL = 9;
const RLIMIT_CORE = 4;
/** SA_SIGINFO, and SA_RESTORER, without which x86_64 delivers no signal. */
const ACTION_FLAGS = 0x0400_0004n;

/** How a child ended. */
export interface ChildEnd {
  /** Of the calls that came back, in order; negative numbers are errors. */
  readonly results: readonly bigint[];
  /** A SIGSYS that it caught, which ended it. */
  readonly caught?: CaughtSignal;
  /** The signal that killed it; its own way to end after a SIGSYS is none. */
  readonly signal?: number;
  /** What it exited with. */
  readonly exit?: number;
}

/** What a child is to do: its calls, which may point at data. */
export type Script = (put: (data: Uint8Array) => bigint) => readonly ChildCall[];

/**
 * Runs lists of system calls in child processes that do nothing else. A child is this process's copy with one thread; it ends after
 * two seconds, or with this process. x86_64 only.
 */
export class CallingChild {
  private readonly libc: Libc;
  private readonly mapped: bigint;
  private readonly buffer = Buffer.alloc(MEMORY);
  /** How much of the buffer a run may have written. */
  private used = 0;
  private readonly clone: Call;
  private readonly waitpid: Call;
  private readonly toMemory: Call;
  private readonly fromMemory: Call;

  /** Throws where the kernel gives no memory that can be run. */
  constructor(libc: Libc) {
    this.libc = libc;
    const mmap = libc.declare("intptr_t mmap(void *at, size_t length, int protection, int flags, int fd, long offset)");
    this.mapped = BigInt(succeed(libc, "mmap", mmap(null, MEMORY + STACK, PROT_ALL, MAP_SHARED_ANONYMOUS, -1, 0)));
    this.clone = libc.declare("int clone(uintptr_t run, uintptr_t stack, int flags, uintptr_t argument)");
    this.waitpid = libc.declare("int waitpid(int pid, void *status, int options)");
    this.toMemory = libc.declare("uintptr_t memcpy(uintptr_t to, const void *from, size_t length)");
    this.fromMemory = libc.declare("uintptr_t memcpy(void *to, uintptr_t from, size_t length)");
  }

  /** @param catches it puts down what SIGSYS says before it ends. */
  run(calls: number, script: Script, catches = false): ChildEnd {
    const first = catches ? 4 : 3;
    this.buffer.fill(0, 0, this.used);
    this.used = MEMORY;
    const block = new CallBlock(this.buffer, this.mapped, calls + first);
    const put = (data: Uint8Array) => block.put(data);
    const handler = this.mapped + BigInt(HANDLER);
    /** struct sigaction of the kernel: handler, flags, restorer, mask. */
    const action = Buffer.alloc(32);
    for (const [i, value] of [handler, ACTION_FLAGS, handler].entries()) action.writeBigUInt64LE(value, 8 * i);
    const all: readonly ChildCall[] = [
      { nr: NR.prctl, args: [BigInt(PR_SET_PDEATHSIG), BigInt(SIGKILL)] },
      { nr: NR.setrlimit, args: [BigInt(RLIMIT_CORE), put(Buffer.alloc(16))] },
      { nr: NR.alarm, args: [BigInt(SECONDS)] },
      ...(catches ? [{ nr: NR.rtSigaction, args: [BigInt(SIGSYS), put(action), 0n, 8n] }] : []),
      ...script(put),
    ];
    if (all.length !== calls + first) throw new RangeError("a script has as many calls as it says");
    for (const [i, call] of all.entries()) block.setCall(i, call);
    const { used } = block;
    this.used = used;
    this.toMemory(Number(this.mapped), this.buffer, used);
    const status = this.wait();
    this.fromMemory(this.buffer, Number(this.mapped), used);
    const caught = block.caught();
    const signal = status & 0x7f;
    return {
      results: block.results().slice(first),
      ...(caught && { caught }),
      ...(signal === 0 ? { exit: status >> 8 } : caught === undefined ? { signal } : {}),
    };
  }

  /** Starts the child and waits for its end: its status as wait(2) gives it. */
  private wait(): number {
    const { libc, mapped } = this;
    const base = Number(mapped);
    const pid = succeed(libc, "clone", this.clone(base, base + MEMORY + STACK, SIGCHLD, base + BLOCK));
    const status = Buffer.alloc(4);
    succeed(libc, "waitpid", this.waitpid(pid, status, 0));
    return status.readInt32LE();
  }
}
