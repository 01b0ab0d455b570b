import { type Call, type Libc, succeed } from "../libc.ts";
import type { CaughtSignal, ChildCall } from "./call-block.ts";
import { HANDLER } from "./call-code.ts";
import { ChildMemory, type Script } from "./child-memory.ts";

const SIGSYS = 31;
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

/** Calls that a child makes before its own: it ends after two seconds, or with this process, and leaves no core. */
export function precautions(put: (data: Uint8Array) => bigint): ChildCall[] {
  return [
    { nr: NR.prctl, args: [BigInt(PR_SET_PDEATHSIG), BigInt(SIGKILL)] },
    { nr: NR.setrlimit, args: [BigInt(RLIMIT_CORE), put(Buffer.alloc(16))] },
    { nr: NR.alarm, args: [BigInt(SECONDS)] },
  ];
}

/** How many they are. */
export const PRECAUTIONS = 3;

/** Runs lists of system calls in child processes that do nothing else. A child is this process's copy with one thread. x86_64 only. */
export class CallingChild {
  private readonly libc: Libc;
  private readonly memory: ChildMemory;
  private readonly waitpid: Call;

  /** Throws where the kernel gives no memory that can be run. */
  constructor(libc: Libc) {
    this.libc = libc;
    this.memory = new ChildMemory(libc);
    this.waitpid = libc.declare("int waitpid(int pid, void *status, int options)");
  }

  /** @param catches it puts down what SIGSYS says before it ends. */
  run(calls: number, script: Script, catches = false): ChildEnd {
    const first = PRECAUTIONS + (catches ? 1 : 0);
    this.memory.write(calls + first, (put) => [
      ...precautions(put),
      ...(catches ? [{ nr: NR.rtSigaction, args: [BigInt(SIGSYS), put(this.action()), 0n, 8n] }] : []),
      ...script(put),
    ]);
    const pid = this.memory.start();
    const written = Buffer.alloc(4);
    succeed(this.libc, "waitpid", this.waitpid(pid, written, 0));
    const status = written.readInt32LE();
    const block = this.memory.read();
    const caught = block.caught();
    const signal = status & 0x7f;
    return {
      results: block.results().slice(first),
      ...(caught && { caught }),
      ...(signal === 0 ? { exit: status >> 8 } : caught === undefined ? { signal } : {}),
    };
  }

  /** struct sigaction of the kernel: handler, flags, restorer, mask. */
  private action(): Buffer {
    const handler = this.memory.address + BigInt(HANDLER);
    const action = Buffer.alloc(32);
    for (const [i, value] of [handler, ACTION_FLAGS, handler].entries()) action.writeBigUInt64LE(value, 8 * i);
    return action;
  }
}
