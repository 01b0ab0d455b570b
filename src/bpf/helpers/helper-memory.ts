import type { BpfMap } from "../maps/map.ts";
import type { BpfSyscall } from "../syscall.ts";
import type { Machine } from "../vm/machine.ts";
import { ProgramFault } from "../vm/program-fault.ts";

/** Addresses below this belong to nothing. */
const FIRST_ADDRESS = 65_536;

/**
 * What helpers make of the pointers that they are given. A program that no verifier has seen may pass anything: what is outside
 * memory, no map or no function ends it with a fault.
 */
export class HelperMemory {
  readonly machine: Machine;
  readonly maps: BpfSyscall;

  constructor(maps: BpfSyscall) {
    this.maps = maps;
    this.machine = maps.place.machine;
  }

  /** The whole memory. Read it anew after anything that may allocate. */
  get bytes(): Uint8Array {
    return this.machine.memory.bytes;
  }

  /** Are so many bytes in memory, from an unsigned address on? */
  isInside(address: number, bytes: number): boolean {
    return address >= FIRST_ADDRESS && address + bytes <= this.bytes.length;
  }

  /** The address of so many bytes, unsigned. @param what the helper's name. */
  within(what: string, address: number, bytes: number): number {
    const at = address >>> 0;
    if (!this.isInside(at, bytes))
      this.fault(`${what} is given ${bytes} bytes at 0x${at.toString(16)}, outside memory.`);
    return at;
  }

  /** The same of memory that may be nothing: then 0. */
  withinOrNull(what: string, address: number, bytes: number): number {
    return address === 0 ? 0 : this.within(what, address, bytes);
  }

  mapAt(what: string, address: number): BpfMap {
    const at = address >>> 0;
    return this.maps.atAddress(at) ?? this.fault(`${what} is given 0x${at.toString(16)}, which is no map.`);
  }

  /** A map of one class. */
  mapOf<M extends BpfMap>(what: string, address: number, type: abstract new (...of: never[]) => M): M {
    const map = this.mapAt(what, address);
    return map instanceof type ? map : this.fault(`${what} is given a map of a type that it does not work on.`);
  }

  /** Calls a function of the program that is running: callbacks. Returns R0, 64 bits. */
  callback(what: string, pointer: number, r1: bigint, r2: bigint, r3 = 0n, r4 = 0n): bigint {
    const called = this.machine.functions.at(pointer >>> 0);
    if (called === undefined) this.fault(`${what} is given 0x${(pointer >>> 0).toString(16)}, which is no function.`);
    return called.call(r1, r2, r3, r4, 0n);
  }

  /** Ends everything that is running. */
  fault(message: string): never {
    this.machine.stack.reset();
    throw new ProgramFault("address", -1, message);
  }
}
