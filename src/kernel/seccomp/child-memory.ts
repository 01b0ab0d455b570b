import { type Call, type Libc, succeed } from "../libc.ts";
import { CallBlock, type ChildCall } from "./call-block.ts";
import { BLOCK } from "./call-code.ts";

const PROT_ALL = 7;
/** MAP_SHARED and MAP_ANONYMOUS; MAP_32BIT. */
const [MAP_SHARED_ANONYMOUS, MAP_32BIT] = [0x21, 0x40];
const SIGCHLD = 17;
const STACK = 1 << 16;
const MEMORY = 4 << 20;

/** What a child is to do: its calls, which may point at data. */
export type Script = (put: (data: Uint8Array) => bigint) => readonly ChildCall[];

/** Memory that this process shares with children, in which their calls are. x86_64 only. */
export class ChildMemory {
  readonly address: bigint;
  private readonly libc: Libc;
  private readonly buffer = Buffer.alloc(MEMORY);
  /** How much of the buffer a script may have written. */
  private used = 0;
  private block: CallBlock | undefined;
  private readonly clone: Call;
  private readonly toMemory: Call;
  private readonly fromMemory: Call;
  private readonly unmap: Call;

  /** Throws where the kernel gives no memory that can be run. @param isLow 32 bits are enough for its addresses. */
  constructor(libc: Libc, isLow = false) {
    this.libc = libc;
    const mmap = libc.declare("intptr_t mmap(void *at, size_t length, int protection, int flags, int fd, long offset)");
    const flags = MAP_SHARED_ANONYMOUS | (isLow ? MAP_32BIT : 0);
    this.address = BigInt(succeed(libc, "mmap", mmap(null, MEMORY + STACK, PROT_ALL, flags, -1, 0)));
    this.clone = libc.declare("int clone(uintptr_t run, uintptr_t stack, int flags, uintptr_t argument)");
    this.toMemory = libc.declare("uintptr_t memcpy(uintptr_t to, const void *from, size_t length)");
    this.fromMemory = libc.declare("uintptr_t memcpy(void *to, uintptr_t from, size_t length)");
    this.unmap = libc.declare("int munmap(uintptr_t at, size_t length)");
  }

  /** Writes a script down, of that many calls. Throws a RangeError where it has another number, or does not fit. */
  write(calls: number, script: Script): void {
    this.buffer.fill(0, 0, this.used);
    this.used = MEMORY;
    const block = new CallBlock(this.buffer, this.address, calls);
    const all = script((data) => block.put(data));
    if (all.length !== calls) throw new RangeError("a script has as many calls as it says");
    for (const [i, call] of all.entries()) block.setCall(i, call);
    this.used = block.used;
    this.block = block;
    this.toMemory(Number(this.address), this.buffer, this.used);
  }

  /** Starts a child on what was written: its number. @param flags CLONE_* */
  start(flags = 0): number {
    const base = Number(this.address);
    return succeed(this.libc, "clone", this.clone(base, base + MEMORY + STACK, SIGCHLD | flags, base + BLOCK));
  }

  /** What the child has put down so far. */
  read(): CallBlock {
    this.fromMemory(this.buffer, Number(this.address), this.used);
    return this.block!;
  }

  close(): void {
    this.unmap(Number(this.address), MEMORY + STACK);
  }
}
