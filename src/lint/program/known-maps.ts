import type { Instruction } from "../../bpf/isa/instruction.ts";
import { mapTypeName } from "../../bpf/maps/map-type.ts";
import type { LoadedExtendedProgram } from "../../programs/language.ts";

/** A map that a program names: its own object's, or by name one of the topology. */
export interface KnownMap {
  readonly name: string;
  /** Absent: the topology says it. */
  readonly declared?: { readonly type: string; readonly keySize: number; readonly maxEntries: number };
}

/** The map whose address an instruction loads. */
export function mapsOf({ maps, object }: LoadedExtendedProgram): (instruction: Instruction) => KnownMap | undefined {
  const bySlot = new Map(maps.map(({ slot, map }): [number, KnownMap] => [slot, { name: map }]));
  return (instruction) => {
    if (instruction.kind !== "reference") return undefined;
    const map = instruction.to === "map-index" ? object?.content.maps[instruction.imm] : undefined;
    if (map === undefined) return bySlot.get(instruction.index);
    const { name, keySize, maxEntries } = map;
    return { name, declared: { type: mapTypeName(map.type) ?? "", keySize, maxEntries } };
  };
}
