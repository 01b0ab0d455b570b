import { ERRNO } from "../maps/errno.ts";
import type { Environment, Executable } from "../vm/environment.ts";
import type { LinearMemory } from "../vm/memory.ts";
import { LONGEST_FRAME } from "./contexts/xdp.ts";
import { ETHERNET_BYTES, frameProtocol } from "./frame-protocol.ts";
import type { LentPacket } from "./lent-packet.ts";
import { TEST_RUN_FLAG, type TestContext, type TestedProgram, type TestRunInput } from "./test-context.ts";

/** What BPF_PROG_TEST_RUN gives. */
export interface TestRunResult {
  /** Low 32 bits of R0, unsigned. */
  readonly returnValue: number;
  /** The frame behind the last run; of a flow dissector struct bpf_flow_keys; empty where there is none, or none was asked for. */
  readonly data: Uint8Array;
  /** The context behind it, where one was given or asked for; of programs without `ctx_out` the one that was given, as they left it. */
  readonly context: Uint8Array;
}

const NO_BYTES = new Uint8Array();

/** A program's runs on what user space gives (net/bpf/test_run.c). */
export class ProgramTestRun {
  private readonly memory: LinearMemory;
  private readonly context: TestContext;
  private readonly program: TestedProgram;
  private readonly executable: Executable;
  private readonly lent: LentPacket | undefined;
  private readonly contextAddress: number;
  /** Where frames lie; 0 before the first. */
  private frameAddress = 0;
  private room = 0;

  /** @param lent packets whose helpers the executable has been loaded with. */
  constructor(
    context: TestContext,
    program: TestedProgram,
    executable: Executable,
    { machine }: Environment,
    lent?: LentPacket,
  ) {
    this.memory = machine.memory;
    this.context = context;
    this.program = program;
    this.executable = executable;
    this.lent = lent;
    this.contextAddress = machine.memory.allocate(context.bytes);
  }

  /** A result, or a negative error number. Throws ProgramFault where the program does what the verifier cannot see. */
  run(input: TestRunInput): TestRunResult | number {
    if (input.context?.length === 0) return -ERRNO.EINVAL;
    // A context that is only asked for begins as zeroes.
    const given = input.context ?? ((input.contextRoom ?? 0) > 0 ? NO_BYTES : undefined);
    const refused = this.context.refusal(given === undefined ? input : { ...input, context: given }, this.program);
    if (refused !== 0) return refused;
    const { data = NO_BYTES, repeat = 0, flags = 0 } = input;
    const { memory, contextAddress, context } = this;
    const skipped = context.dataStart === "network" ? ETHERNET_BYTES : 0;
    const packet = { bytes: data, protocol: frameProtocol(data), networkOffset: ETHERNET_BYTES };
    const at = this.frame(data);
    memory.bytes.fill(0, contextAddress, contextAddress + context.bytes);
    context.fill(memory, contextAddress, packet, at, skipped, given);
    this.lent?.adopt(contextAddress, packet);
    let returnValue = 0;
    for (let i = 0; i < Math.max(repeat, 1); i++) {
      context.begin?.(memory, contextAddress, packet);
      returnValue = this.executable.run(contextAddress) >>> 0;
      context.end?.(memory, contextAddress, packet);
    }
    const { data: from, length } = context.result(memory, contextAddress);
    const after = new Uint8Array(skipped + length);
    after.set(memory.bytes.subarray(from, from + length), skipped);
    if ((flags & TEST_RUN_FLAG.SKB_CHECKSUM_COMPLETE) !== 0 && sum(data) !== sum(after)) return -ERRNO.EBADMSG;
    const contextAfter =
      given === undefined ? NO_BYTES : (context.contextOut?.(memory, contextAddress, given) ?? NO_BYTES);
    if (isTooLong(after, input.dataRoom) || isTooLong(contextAfter, input.contextRoom)) return -ERRNO.ENOSPC;
    return {
      returnValue,
      data: input.dataRoom === 0 ? NO_BYTES : after,
      context: input.contextRoom === 0 && context.writesGiven !== true ? NO_BYTES : contextAfter,
    };
  }

  release(): void {
    this.executable.release();
    this.memory.release(this.contextAddress, this.context.bytes);
    if (this.room > 0) this.memory.release(this.frameAddress, this.room);
  }

  /** Puts a frame into memory. */
  private frame(bytes: Uint8Array): number {
    if (this.lent !== undefined) return this.lent.put(bytes);
    if (bytes.length > this.room) {
      if (this.room > 0) this.memory.release(this.frameAddress, this.room);
      this.room = Math.min(Math.max(bytes.length, 4096), LONGEST_FRAME);
      this.frameAddress = this.memory.allocate(this.room);
    }
    this.memory.bytes.set(bytes, this.frameAddress);
    return this.frameAddress;
  }
}

/** Room of 0 is nothing asked for. */
const isTooLong = ({ length }: Uint8Array, room = 0): boolean => room > 0 && length > room;

/** The Internet checksum of what follows an Ethernet header, not complemented (csum_fold). */
function sum(frame: Uint8Array): number {
  let total = 0;
  for (let i = ETHERNET_BYTES; i < frame.length; i++) total += i % 2 === 0 ? frame[i]! << 8 : frame[i]!;
  while (total > 0xffff) total = (total & 0xffff) + Math.floor(total / 0x10000);
  return total;
}
