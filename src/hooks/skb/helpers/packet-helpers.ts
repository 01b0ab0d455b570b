import { generalHelpers } from "../../../bpf/helpers/general.ts";
import type { ProgramType } from "../../../bpf/program-type.ts";
import type { HostFunction } from "../../../bpf/vm/host-function.ts";
import type { HookServices } from "../../services.ts";
import type { SkBuffBlock } from "../sk-buff-block.ts";
import { byteHelpers } from "./bytes.ts";

/** Where helpers find the packet of the program that is running. */
export interface RunningProgram {
  readonly block: SkBuffBlock;
}

/** A group of helpers on packets, by their numbers. */
export type HelperGroup = (running: RunningProgram, services: HookServices) => ReadonlyMap<number, HostFunction>;

const GROUPS: readonly HelperGroup[] = [byteHelpers];

/** The helpers that are simulated of those that programs of the type may call. */
export function packetHelpers(
  { helpers }: ProgramType,
  services: HookServices,
  running: RunningProgram,
): ReadonlyMap<number, HostFunction> {
  const { chance, maps, now } = services;
  const surroundings = { nanoseconds: () => BigInt(now()), random: () => chance.uint32() };
  const all = [...generalHelpers(maps, surroundings), ...GROUPS.flatMap((group) => [...group(running, services)])];
  return new Map(all.filter(([number]) => helpers.has(number)));
}
