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
import { Machine } from "../vm/machine.ts";
import { LinearMemory } from "../vm/memory.ts";
import type { TestContext, TestPacket } from "./context.ts";

/** A program that is run on packets outside of any network, as `bpftool prog run` does. */
export interface TestProgram {
  /** Set where all that is seen of a run is how many of the packet's bytes came through. */
  readonly showsBytesOnly?: true;
  /** Makes a packet the one that the next runs see. */
  give(packet: TestPacket): void;
  /** Runs it. Returns the low 32 bits of R0, unsigned. Throws ProgramFault. */
  run(): number;
  /** The same so many times, where an engine can repeat a run and time it better than its caller. */
  runRepeatedly?(count: number): { readonly returnValue: number; readonly nanoseconds: number };
  /** A copy of the packet as it is now. */
  packet(): Uint8Array;
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

  put(bytes: Uint8Array): void {
    if (bytes.length > this.size || this.size === 0) {
      if (this.size > 0) this.memory.release(this.address, this.size);
      this.size = Math.max(bytes.length, 2048);
      this.address = this.memory.allocate(this.size);
    }
    this.memory.bytes.set(bytes, this.address);
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
  private readonly context: TestContext;
  private readonly address: number;
  private readonly execute: (context: number) => number;
  private region: ReturnType<Machine["regions"]["add"]> | undefined;

  /** @param maps those that the program may name by descriptor, or by index in the order of their descriptors. */
  constructor(
    program: Uint8Array,
    context: TestContext,
    engine: BpfEngine,
    surroundings: Surroundings,
    maps: BpfSyscall = testMaps(),
  ) {
    const { machine } = maps.place;
    this.machine = machine;
    this.block = new PacketBlock(machine.memory);
    const helpers = generalHelpers(maps, surroundings);
    const functions = new KernelFunctions(maps);
    this.context = context;
    this.address = machine.memory.allocate(context.bytes);
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

  give(packet: TestPacket): void {
    const { machine, block, context, address } = this;
    block.put(packet.bytes);
    if (this.region !== undefined) machine.regions.remove(this.region);
    this.region = machine.regions.add(block.address, packet.bytes.length, true);
    machine.memory.bytes.fill(0, address, address + context.bytes);
    context.fill(machine.memory, address, packet, block.address);
  }

  run(): number {
    return this.execute(this.address) >>> 0;
  }

  packet(): Uint8Array {
    const { memory } = this.machine;
    const { data, length } = this.context.result(memory, this.address);
    return memory.bytes.slice(data, data + length);
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
