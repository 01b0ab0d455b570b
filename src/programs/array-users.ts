import type { DecodedProgram } from "../bpf/isa/decode.ts";
import { MAP_TYPES } from "../bpf/maps/map-type.ts";
import type { VerifierMap } from "../bpf/verifier/map.ts";
import { fail } from "../errors.ts";
import type { LoadedExtendedProgram } from "./language.ts";

/** The first program that uses an array of programs. */
interface FirstUser {
  readonly program: string;
  readonly type: string;
}

/** Which type of programs each array of programs is for: the first that uses it decides (bpf_prog_map_compatible). */
export class ArrayUsers {
  private readonly first = new Map<number, FirstUser>();

  /** Throws a NetsimError where the program uses an array that programs of another type use. @param type as the program is loaded. */
  check(
    { name, placeOf }: Pick<LoadedExtendedProgram, "name" | "placeOf">,
    type: string,
    { instructions }: DecodedProgram,
    maps: ReadonlyMap<number, VerifierMap>,
  ): void {
    for (const it of instructions) {
      if (it?.kind !== "reference" || it.to !== "map-fd") continue;
      const map = maps.get(it.imm);
      if (map?.type !== MAP_TYPES.prog_array) continue;
      const user = this.first.get(it.imm);
      if (user === undefined) this.first.set(it.imm, { program: name, type });
      else if (user.type !== type)
        fail(
          "program-rejected",
          `The kernel would refuse program '${name}' as ${type} with EINVAL: map '${map.name}' is for ${user.type} programs, as '${user.program}' uses it.`,
          {
            place: placeOf(it.index),
            hint: "Programs of one type share an array of programs: give each type its own.",
          },
        );
    }
  }
}
