import { encodeProgram } from "../../isa/encode.ts";
import type { Environment, Executable } from "../../vm/environment.ts";
import type { HostFunction, ResultKind } from "../../vm/host-function.ts";
import type { Machine } from "../../vm/machine.ts";
import { packetLoadAddress } from "../../vm/packet-load.ts";
import { isAncillaryLoad } from "../ancillary.ts";
import type { ClassicInstruction } from "../instruction.ts";
import { findAttribute, findNestedAttribute } from "../netlink-attribute.ts";
import type { ClassicPacket } from "../packet.ts";
import { type ClassicLoads, convertClassic } from "./convert.ts";
import { type KernelFunctionName, kernelFunctionName } from "./kernel-functions.ts";
import { SK_BUFF_LAYOUT, SkBuff } from "./sk-buff.ts";

/** Loads an extended program into an engine. */
export type LoadProgram = (program: Uint8Array, environment: Environment) => Executable;

const EFAULT = 14;

/**
 * A classic program that runs as the extended program which the kernel makes of it, on any engine. Gives what
 * ClassicInterpreter gives.
 */
export class ConvertedProgram {
  /** The extended program, and what it is loaded against. */
  readonly bytes: Uint8Array;
  readonly environment: Environment;
  private readonly machine: Machine;
  private readonly executable: Executable;
  private readonly context: SkBuff;
  private readonly readsMetadata: boolean;
  /** The packet of the current run, for the functions that look into it. */
  private packet: ClassicPacket | undefined;

  /**
   * @param program one that `checkClassic` has nothing against.
   * @param loads how packet bytes are loaded, which is all the same to the result.
   */
  constructor(
    program: readonly ClassicInstruction[],
    machine: Machine,
    load: LoadProgram,
    loads: Exclude<ClassicLoads, "seccomp"> = "instructions",
  ) {
    this.machine = machine;
    this.context = new SkBuff(machine.memory);
    this.readsMetadata = program.some(isAncillaryLoad);
    const functions = this.kernelFunctions();
    this.bytes = encodeProgram(convertClassic(program, loads));
    this.environment = {
      machine,
      context: SK_BUFF_LAYOUT,
      helper: () => undefined,
      kernelFunction: (id) => {
        const name = kernelFunctionName(id);
        return name === undefined ? undefined : functions[name];
      },
      resolve: () => undefined,
    };
    this.executable = load(this.bytes, this.environment);
  }

  /**
   * Returns the program's return value, unsigned. Allocates nothing. The packet's bytes are those of the machine's memory; throws
   * RangeError where they are not.
   */
  run(packet: ClassicPacket): number {
    const { memory } = this.machine;
    if (packet.bytes !== memory.bytes) throw new RangeError("The packet does not lie in the machine's memory.");
    this.context.writePlace(packet);
    if (this.readsMetadata) this.context.writeMetadata(packet);
    this.packet = packet;
    return this.executable.run(this.context.address) >>> 0;
  }

  /** Gives back what it holds. */
  release(): void {
    this.executable.release();
    this.context.release();
  }

  private kernelFunctions(): Readonly<Record<KernelFunctionName, HostFunction>> {
    const { memory } = this.machine;
    /** Bytes of the packet in host order, or a negative error: (context, data, linear length, offset). */
    const load = (name: string, size: 1 | 2 | 4, result: ResultKind): HostFunction => ({
      name,
      parameters: ["i32", "i32", "i32", "i32"],
      result,
      call: (context: number, _data: number, _linear: number, offset: number) => {
        const at = packetLoadAddress(memory, SK_BUFF_LAYOUT.packet!, context >>> 0, offset, size);
        let value = at === 0 ? -EFAULT : 0;
        if (at !== 0) for (let i = 0; i < size; i++) value = value * 256 + memory.bytes[at + i]!;
        return result === "i64" ? BigInt(value) : value;
      },
    });
    /** A number of the context, A and X. */
    const ask = (name: string, call: (packet: ClassicPacket, a: number, x: number) => number): HostFunction => ({
      name,
      parameters: ["i32", "i32", "i32"],
      result: "unsigned",
      call: (_context: number, a: number, x: number) => call(this.packet!, a >>> 0, x >>> 0),
    });
    return {
      bpf_skb_load_helper_8: load("bpf_skb_load_helper_8", 1, "signed"),
      bpf_skb_load_helper_16: load("bpf_skb_load_helper_16", 2, "signed"),
      bpf_skb_load_helper_32: load("bpf_skb_load_helper_32", 4, "i64"),
      bpf_skb_get_pay_offset: ask("bpf_skb_get_pay_offset", (packet) => packet.payloadOffset()),
      bpf_skb_get_nlattr: ask("bpf_skb_get_nlattr", findAttribute),
      bpf_skb_get_nlattr_nest: ask("bpf_skb_get_nlattr_nest", findNestedAttribute),
      bpf_get_raw_cpu_id: ask("bpf_get_raw_cpu_id", (packet) => packet.cpu),
      bpf_user_rnd_u32: ask("bpf_user_rnd_u32", (packet) => packet.random()),
    };
  }
}
