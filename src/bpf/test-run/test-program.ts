import { ConvertedProgram } from "../classic/convert/converted-program.ts";
import type { ClassicInstruction } from "../classic/instruction.ts";
import type { ClassicPacket } from "../classic/packet.ts";
import { generalHelpers } from "../helpers/general.ts";
import type { Surroundings } from "../helpers/surroundings.ts";
import { KernelFunctions } from "../kernel-functions/kernel-functions.ts";
import { oneCpu } from "../maps/map-place.ts";
import { BpfSyscall } from "../syscall.ts";
import type { BpfEngine } from "../vm/engine.ts";
import type { Environment } from "../vm/environment.ts";
import type { HostFunction } from "../vm/host-function.ts";
import { Machine } from "../vm/machine.ts";
import { LinearMemory } from "../vm/memory.ts";
import { type LentPacket, surroundingsOf } from "./lent-packet.ts";
import type { TestContext, TestPacket } from "./test-context.ts";

/** A program that is run on packets outside of any network, as `bpftool prog run` does. */
export interface TestProgram {
  /** Set where all that is seen of a run is how many of the packet's bytes came through. */
  readonly showsBytesOnly?: true;
  /** Makes a packet the one that the next runs see. @param context what user space gives as `ctx_in`; one that is not refused. */
  give(packet: TestPacket, context?: Uint8Array): void;
  /** Runs it. Returns the low 32 bits of R0, unsigned. Throws ProgramFault. */
  run(): number;
  /** The same so many times, where an engine can repeat a run and time it better than its caller. */
  runRepeatedly?(count: number): { readonly returnValue: number; readonly nanoseconds: number };
  /** A copy of the packet as it is now; of a flow dissector the keys. */
  packet(): Uint8Array;
  /** A copy of the context as it is now, where one was given. */
  context?(): Uint8Array | undefined;
}

/** One that netsim's own engines run. */
export interface LoadedTestProgram extends TestProgram {
  /** The extended program that is run, and what it is loaded against. */
  readonly bytes: Uint8Array;
  readonly environment: Environment;
}

/** Puts packets into memory, one in the place of the other. */
class PacketBlock {
  address = 0;
  private size = 0;
  private readonly memory: LinearMemory;

  constructor(memory: LinearMemory) {
    this.memory = memory;
  }

  /** Returns its address. */
  put(bytes: Uint8Array): number {
    if (bytes.length > this.size || this.size === 0) {
      if (this.size > 0) this.memory.release(this.address, this.size);
      this.size = Math.max(bytes.length, 2048);
      this.address = this.memory.allocate(this.size);
    }
    this.memory.bytes.set(bytes, this.address);
    return this.address;
  }
}

/** Maps on a machine of their own with one processor. */
export const testMaps = (): BpfSyscall => new BpfSyscall(oneCpu(new Machine(new LinearMemory())));

/** An extended program with a context of its type. Every access is checked. Throws UnloadableProgram. */
export class ExtendedTestProgram implements LoadedTestProgram {
  readonly bytes: Uint8Array;
  readonly environment: Environment;
  private readonly machine: Machine;
  private readonly block: PacketBlock;
  private readonly kind: TestContext;
  private readonly startsAtNetwork: boolean;
  private readonly address: number;
  private given: Uint8Array | undefined;
  private shown: TestPacket = { bytes: new Uint8Array(), protocol: 0, networkOffset: 0 };
  /** Bytes of the packet before what the program sees. */
  private skipped = 0;
  private readonly execute: (context: number) => number;
  private readonly lent: LentPacket | undefined;
  private region: ReturnType<Machine["regions"]["add"]> | undefined;

  /**
   * @param maps those that the program may name by descriptor, or by index in the order of their descriptors.
   * @param startsAtNetwork what the program sees of a packet begins at its network header.
   * @param lent packets that helpers can change; without, there are no such helpers.
   */
  constructor(
    program: Uint8Array,
    context: TestContext,
    engine: BpfEngine,
    surroundings: Surroundings,
    maps: BpfSyscall = testMaps(),
    startsAtNetwork = false,
    lent?: LentPacket,
  ) {
    const { machine } = maps.place;
    this.machine = machine;
    this.block = new PacketBlock(machine.memory);
    this.lent = lent;
    const helpers = new Map([
      ...this.packetHelpers(),
      ...generalHelpers(maps, { ...surroundings, ...surroundingsOf(lent) }),
    ]);
    const functions = new KernelFunctions(maps);
    this.kind = context;
    this.startsAtNetwork = startsAtNetwork;
    this.address = machine.memory.allocate(context.bytes);
    for (const { offset, bytes, writable } of context.pointed ?? [])
      machine.regions.add(this.address + offset, bytes, writable);
    this.bytes = program;
    this.environment = {
      machine,
      context: context.layout,
      helper: (number) => helpers.get(number),
      helperNumbers: () => helpers.keys(),
      kernelFunction: (id) => functions.byId(id),
      resolve: (reference) => maps.resolve(reference, maps.descriptors()),
    };
    this.execute = engine.load(program, this.environment).run;
  }

  give(packet: TestPacket, given?: Uint8Array): void {
    const { machine, block, kind, address } = this;
    this.given = given;
    this.shown = packet;
    this.skipped = this.startsAtNetwork ? packet.networkOffset : 0;
    const at = this.lent?.put(packet.bytes) ?? block.put(packet.bytes);
    this.permit(at, packet.bytes.length);
    machine.memory.bytes.fill(0, address, address + kind.bytes);
    kind.fill(machine.memory, address, packet, at, this.skipped, given);
    this.lent?.adopt(address, packet);
  }

  /** The program may touch the packet, which lies there now. */
  private permit(address: number, bytes: number): void {
    const { regions } = this.machine;
    if (this.region !== undefined) regions.remove(this.region);
    this.region = regions.add(address, bytes, true);
  }

  /** Those on packets; the packet may lie elsewhere when one of them has run. */
  private packetHelpers(): [number, HostFunction][] {
    const { lent } = this;
    if (lent === undefined) return [];
    return [...lent.helpers].map(([number, helper]) => {
      const call = helper.call as (...values: unknown[]) => unknown;
      const moving = (...values: unknown[]) => {
        const before = lent.extent();
        const result = call(...values);
        const { address, length } = lent.extent();
        if (address !== before.address || length !== before.length) this.permit(address, length);
        return result;
      };
      return [number, { ...helper, call: moving }];
    });
  }

  run(): number {
    const { kind, address, shown } = this;
    const { memory } = this.machine;
    kind.begin?.(memory, address, shown);
    const returnValue = this.execute(address) >>> 0;
    kind.end?.(memory, address, shown);
    return returnValue;
  }

  packet(): Uint8Array {
    const { memory } = this.machine;
    const { data, length } = this.kind.result(memory, this.address);
    return memory.bytes.slice(data - this.skipped, data + length);
  }

  context(): Uint8Array | undefined {
    return this.given && this.kind.contextOut?.(this.machine.memory, this.address, this.given);
  }
}

/** Finds where a packet's payload begins: see ClassicPacket. */
export type FindPayload = (bytes: Uint8Array, network: number, end: number, protocol: number, start: number) => number;

/** A classic program, converted. @param program one that `checkClassic` has nothing against. */
export class ClassicTestProgram implements LoadedTestProgram {
  private readonly machine = new Machine(new LinearMemory());
  private readonly block = new PacketBlock(this.machine.memory);
  private readonly converted: ConvertedProgram;
  private readonly view: ClassicPacket;

  get bytes(): Uint8Array {
    return this.converted.bytes;
  }

  get environment(): Environment {
    return this.converted.environment;
  }

  constructor(
    program: readonly ClassicInstruction[],
    engine: BpfEngine,
    { random }: Surroundings,
    findPayload: FindPayload,
  ) {
    const { memory } = this.machine;
    this.converted = new ConvertedProgram(program, this.machine, engine.load);
    const view: ClassicPacket = {
      bytes: memory.bytes,
      data: 0,
      length: 0,
      head: 0,
      macHeader: 0,
      networkHeader: 0,
      protocol: 0,
      pktType: 0,
      ifindex: 1,
      // ARPHRD_ETHER
      hatype: 1,
      mark: 0,
      queue: 0,
      hash: 0,
      cpu: 0,
      vlanTci: 0,
      vlanPresent: 0,
      vlanTpid: 0,
      payloadOffset: () =>
        findPayload(view.bytes, view.networkHeader, view.data + view.length, view.protocol, view.data),
      random,
    };
    this.view = view;
  }

  give({ bytes, protocol, networkOffset }: TestPacket): void {
    const { view, block } = this;
    block.put(bytes);
    view.bytes = this.machine.memory.bytes;
    view.data = block.address;
    view.length = bytes.length;
    view.head = block.address;
    view.macHeader = block.address;
    view.networkHeader = block.address + networkOffset;
    view.protocol = protocol;
  }

  run(): number {
    return this.converted.run(this.view);
  }

  packet(): Uint8Array {
    const { bytes, data, length } = this.view;
    return bytes.slice(data, data + length);
  }
}
