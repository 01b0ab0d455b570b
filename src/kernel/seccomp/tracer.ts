import { type Call, type Libc, succeed } from "../libc.ts";

/** Requests of ptrace(2). */
const REQUEST = { pokeUser: 6, continue: 7, kill: 8, eventMessage: 0x4201, signal: 0x4202, seize: 0x4206 } as const;
/** PTRACE_O_TRACESECCOMP, PTRACE_O_EXITKILL */
const OPTIONS = 0x80 | 0x10_0000;
const EVENT_SECCOMP = 7;
const [WNOHANG, WALL] = [1, 0x4000_0000];
const [SIGKILL, SIGTRAP] = [9, 5];
/** Offsets in struct user_regs_struct of x86_64: what the call gives, and its number. */
const [RAX, ORIG_RAX] = [80, 120];

/** What has become of a traced process. */
export type TraceEvent =
  /** A filter has answered TRACE with this message; the call waits. */
  | { readonly kind: "call"; readonly message: number }
  /** It gets a signal. `isSeccomp`: from a filter that answered TRAP. */
  | { readonly kind: "signal"; readonly signal: number; readonly isSeccomp: boolean }
  | { readonly kind: "stop" }
  | { readonly kind: "killed"; readonly signal: number }
  | { readonly kind: "exited" };

/** Follows a child of this process from filter to filter (ptrace(2)). It dies with this process. x86_64 only. */
export class Tracer {
  private readonly libc: Libc;
  private readonly pid: number;
  private readonly ptrace: Call;
  private readonly waitpid: Call;
  private readonly killCall: Call;

  constructor(libc: Libc, pid: number) {
    this.libc = libc;
    this.pid = pid;
    this.ptrace = libc.declare("long ptrace(long request, int pid, intptr_t address, intptr_t data)");
    this.waitpid = libc.declare("int waitpid(int pid, void *status, int options)");
    this.killCall = libc.declare("int kill(int pid, int signal)");
    succeed(libc, "ptrace", this.ptrace(REQUEST.seize, pid, 0, OPTIONS));
  }

  /** What comes next; without waiting for it undefined where it has not come. */
  next(waits: boolean): TraceEvent | undefined {
    const written = Buffer.alloc(4);
    const got = succeed(this.libc, "waitpid", this.waitpid(this.pid, written, WALL | (waits ? 0 : WNOHANG)));
    if (got === 0) return undefined;
    const status = written.readUInt32LE();
    if ((status & 0x7f) === 0) return { kind: "exited" };
    if ((status & 0xff) !== 0x7f) return { kind: "killed", signal: status & 0x7f };
    const event = status >>> 16;
    if (event === EVENT_SECCOMP)
      return { kind: "call", message: Number(this.ask(REQUEST.eventMessage, 8).readBigUInt64LE()) };
    const signal = (status >>> 8) & 0xff;
    if (event !== 0 || signal === SIGTRAP) return { kind: "stop" };
    // si_code of struct siginfo: SYS_SECCOMP.
    return { kind: "signal", signal, isSeccomp: this.ask(REQUEST.signal, 128).readInt32LE(8) === 1 };
  }

  /** Lets it go on. @param signal what it gets; 0: nothing. */
  goOn(signal = 0): void {
    this.ptrace(REQUEST.continue, this.pid, 0, signal);
  }

  /** Keeps the call that waits from being made: it gives a value, negative where it is an error. */
  skip(value: number): void {
    this.ptrace(REQUEST.pokeUser, this.pid, ORIG_RAX, -1);
    this.ptrace(REQUEST.pokeUser, this.pid, RAX, value);
    this.goOn();
  }

  kill(): void {
    this.killCall(this.pid, SIGKILL);
  }

  private ask(request: number, bytes: number): Buffer {
    const answer = Buffer.alloc(bytes);
    succeed(this.libc, "ptrace", this.ptrace(request, this.pid, 0, Number(this.libc.address(answer))));
    return answer;
  }
}
