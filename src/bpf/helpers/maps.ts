import type { BpfMap } from "../maps/map.ts";
import type { BpfSyscall } from "../syscall.ts";
import type { HostFunction, ParameterKind } from "../vm/host-function.ts";
import { ProgramFault } from "../vm/program-fault.ts";

/** Addresses below this belong to nothing. */
const FIRST_ADDRESS = 65_536;

/**
 * The helpers that work on maps, by their numbers (kernel/bpf/helpers.c). Flags are taken from a register's low half. A program
 * that no verifier has seen may pass anything: what is no map, or a key or value outside memory, ends it with a fault.
 */
export function mapHelpers(maps: BpfSyscall): ReadonlyMap<number, HostFunction> {
  const { machine } = maps.place;
  const fault = (message: string): never => {
    machine.stack.reset();
    throw new ProgramFault("address", -1, message);
  };
  const mapAt = (name: string, address: number): BpfMap =>
    maps.atAddress(address >>> 0) ?? fault(`${name} is given 0x${(address >>> 0).toString(16)}, which is no map.`);
  /** An address with that many bytes behind it. */
  const within = (name: string, address: number, bytes: number): number => {
    const at = address >>> 0;
    if (at < FIRST_ADDRESS || at + bytes > machine.memory.bytes.length)
      fault(`${name} is given a key or value at 0x${at.toString(16)}, outside memory.`);
    return at;
  };
  const helper = (
    name: string,
    parameters: number,
    result: HostFunction["result"],
    call: (...values: number[]) => number,
  ): HostFunction => ({ name, parameters: new Array<ParameterKind>(parameters).fill("i32"), result, call });

  const lookup = "bpf_map_lookup_elem";
  const update = "bpf_map_update_elem";
  const remove = "bpf_map_delete_elem";
  const push = "bpf_map_push_elem";
  const pop = "bpf_map_pop_elem";
  const peek = "bpf_map_peek_elem";
  const onCpu = "bpf_map_lookup_percpu_elem";
  return new Map<number, HostFunction>([
    [
      1,
      helper(lookup, 2, "unsigned", (map, key) => {
        const at = mapAt(lookup, map!);
        return at.lookup(within(lookup, key!, at.definition.keySize));
      }),
    ],
    [
      2,
      helper(update, 4, "signed", (map, key, value, flags) => {
        const at = mapAt(update, map!);
        const { keySize, valueSize } = at.definition;
        return at.update(within(update, key!, keySize), within(update, value!, valueSize), flags!);
      }),
    ],
    [
      3,
      helper(remove, 2, "signed", (map, key) => {
        const at = mapAt(remove, map!);
        return at.delete(within(remove, key!, at.definition.keySize));
      }),
    ],
    [
      87,
      helper(push, 3, "signed", (map, value, flags) => {
        const at = mapAt(push, map!);
        return at.push(within(push, value!, at.definition.valueSize), flags!);
      }),
    ],
    [
      88,
      helper(pop, 2, "signed", (map, value) => {
        const at = mapAt(pop, map!);
        return at.pop(within(pop, value!, at.definition.valueSize));
      }),
    ],
    [
      89,
      helper(peek, 2, "signed", (map, value) => {
        const at = mapAt(peek, map!);
        return at.peek(within(peek, value!, at.definition.valueSize));
      }),
    ],
    [
      195,
      helper(onCpu, 3, "unsigned", (map, key, cpu) => {
        const at = mapAt(onCpu, map!);
        return at.lookupOn(within(onCpu, key!, at.definition.keySize), cpu! >>> 0);
      }),
    ],
  ]);
}
