import { errnoName } from "../../bpf/maps/errno.ts";
import { findProgramType } from "../../bpf/program-type.ts";
import { TEST_CONTEXTS, type TestPacket } from "../../bpf/test-run/context.ts";
import type { TestProgram } from "../../bpf/test-run/test-program.ts";
import { fail } from "../../errors.ts";
import type { Kernel } from "../kernel.ts";
import { refusedByKernel } from "./refused.ts";

const ETHERNET_BYTES = 14;
/** Attach types without which Linux loads no program of a type: BPF_SK_LOOKUP, BPF_NETFILTER. */
const ATTACH_TYPES: Readonly<Record<string, number>> = { sk_lookup: 36, netfilter: 45 };
/** BPF_F_SLEEPABLE, without which Linux loads no program of a type. */
const FLAGS: Readonly<Record<string, number>> = { syscall: 16 };

/** What a program is run as. */
export interface TestRunKind {
  /** As bpftool names it. */
  readonly type: string;
  /** `enum bpf_attach_type`; absent: one that the type can have. */
  readonly attachType?: number | undefined;
  /** It sees of a packet what is behind the link-layer header. */
  readonly startsAtNetwork: boolean;
  /** What netsim's verifier says of the program, asked where the kernel refuses it. */
  readonly ours?: () => string;
}

/** An extended program in the kernel, run by BPF_PROG_TEST_RUN. Its maps are the kernel's. */
export class TestRunProgram implements TestProgram {
  private readonly kernel: Kernel;
  private readonly descriptor: number;
  private readonly type: string;
  private readonly startsAtNetwork: boolean;
  private data: Uint8Array = new Uint8Array();
  private after: Uint8Array = new Uint8Array();
  private given: Uint8Array | undefined;
  private contextAfter: Uint8Array | undefined;
  /** Bytes that are put before the packet: what programs see may begin behind the Ethernet header of what the kernel is given. */
  private before = 0;

  /**
   * Loads it. Throws a NetsimError `program-rejected` with the kernel's log where it is refused.
   * @param program maps are named by this process's descriptors.
   * @param name of the program in messages.
   */
  constructor(
    kernel: Kernel,
    program: Uint8Array,
    { type, attachType, startsAtNetwork, ours }: TestRunKind,
    name: string,
  ) {
    this.kernel = kernel;
    this.type = type;
    this.startsAtNetwork = startsAtNetwork;
    const { descriptor, log } = kernel.programs.load(program, {
      type: findProgramType(type)!.number,
      expectedAttachType: attachType ?? ATTACH_TYPES[type] ?? 0,
      flags: FLAGS[type] ?? 0,
    });
    if (descriptor < 0) refusedByKernel(name, -descriptor, log, ours?.());
    this.descriptor = descriptor;
  }

  give({ bytes, protocol, networkOffset }: TestPacket, context?: Uint8Array): void {
    this.given = context;
    this.contextAfter = undefined;
    const { dataStart } = TEST_CONTEXTS[this.type]!;
    const hidden = dataStart === "network" && !(this.startsAtNetwork && networkOffset === ETHERNET_BYTES);
    this.before = hidden ? ETHERNET_BYTES : 0;
    this.data = new Uint8Array(this.before + bytes.length);
    this.data.set(bytes, this.before);
    if (this.before > 0) this.data.set([protocol >> 8, protocol & 0xff], ETHERNET_BYTES - 2);
    this.after = this.data;
  }

  run(): number {
    return this.runRepeatedly(1).returnValue;
  }

  runRepeatedly(repeat: number): { returnValue: number; nanoseconds: number } {
    const { data, given, type } = this;
    const { dataStart, writesGiven, contextOut } = TEST_CONTEXTS[type]!;
    const result = this.kernel.programs.testRun(this.descriptor, {
      ...(dataStart === "no packet" ? {} : { data }),
      ...(given === undefined ? {} : { context: given }),
      // Where programs write into what is given Linux takes neither room for more nor a count of runs.
      ...(writesGiven ? { contextRoom: 0 } : { repeat }),
      ...(contextOut === undefined ? { contextRoom: 0 } : {}),
    });
    if (typeof result === "number") return notRun(type, data.length - this.before, given, result);
    this.after = result.data;
    // The link-layer header is gone before such a program begins, and Linux gives zeroes back in its place.
    if (this.startsAtNetwork && this.before === 0) this.after.set(data.subarray(0, ETHERNET_BYTES));
    if (given !== undefined && contextOut !== undefined) this.contextAfter = result.context;
    return result;
  }

  packet(): Uint8Array {
    return this.after.slice(this.before);
  }

  context(): Uint8Array | undefined {
    return this.contextAfter;
  }

  /** Unloads it. */
  close(): void {
    this.kernel.programs.close(this.descriptor);
  }
}

/** Ends with what BPF_PROG_TEST_RUN does not take. */
function notRun(type: string, bytes: number, given: Uint8Array | undefined, errno: number): never {
  const on = TEST_CONTEXTS[type]!.dataStart === "no packet" ? [] : [`these ${bytes} bytes`];
  if (given !== undefined) on.push(`this context of ${given.length} bytes`);
  return fail(
    "unsupported",
    `Linux does not run a ${type} program${on.length > 0 ? ` on ${on.join(" with ")}` : ""} (BPF_PROG_TEST_RUN gives ${errnoName(errno)}).`,
    {
      hint: "It takes packets of 14 bytes up to somewhat less than a page; the engines interpreter and jit take any.",
    },
  );
}
