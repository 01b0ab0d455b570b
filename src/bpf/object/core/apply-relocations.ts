import { INSTRUCTION_BYTES } from "../../isa/instruction.ts";
import type { CodeInformation, CoreRelocation } from "../btf/btf-ext.ts";
import type { Btf } from "../btf/btf-type.ts";
import type { CodeSection } from "../link/code.ts";
import type { Problems } from "../problems.ts";
import { describe } from "./access.ts";
import { askedFor } from "./asked-for.ts";
import { patch, poison } from "./patch.ts";
import { CoreError } from "./relocation-kind.ts";
import { CoreResolver } from "./resolve-relocation.ts";

/** What instructions ask of a kernel's types that these do not have, by section and slot: `struct task_struct.tgid`. */
export type AbsentTypes = ReadonlyMap<string, ReadonlyMap<number, string>>;

/** Adapts code, in place, to the types of the kernel that it is to run on. Returns what it could not be adapted to. */
export function applyCoreRelocations(
  code: Iterable<CodeSection>,
  information: ReadonlyMap<string, CodeInformation>,
  local: Btf,
  target: Btf,
  problems: Problems,
): AbsentTypes {
  const resolver = new CoreResolver(local, target);
  const all = new Map<string, ReadonlyMap<number, string>>();
  for (const section of code) {
    const absent = new Map<number, string>();
    for (const relocation of information.get(section.name)?.relocations ?? [])
      if (!apply(section, relocation, resolver, local, problems))
        absent.set(relocation.offset / INSTRUCTION_BYTES, askedFor(local, relocation));
    if (absent.size > 0) all.set(section.name, absent);
  }
  return all;
}

/** Returns false where the types have no answer. */
function apply(
  { name, bytes }: CodeSection,
  relocation: CoreRelocation,
  resolver: CoreResolver,
  local: Btf,
  problems: Problems,
): boolean {
  const { offset, typeId } = relocation;
  if (offset % INSTRUCTION_BYTES !== 0 || offset + INSTRUCTION_BYTES > bytes.length) {
    problems.add(
      ".BTF.ext",
      relocation.at,
      `A CO-RE relocation is for byte ${offset} of '${name}', where no instruction begins.`,
    );
    return true;
  }
  const slot = offset / INSTRUCTION_BYTES;
  try {
    return patch(bytes, slot, resolver.resolve(relocation));
  } catch (error) {
    if (!(error instanceof CoreError)) throw error;
    // Programs that are not loaded unless asked for may be for another kernel.
    if (name.startsWith("?")) poison(bytes, slot);
    else
      problems.add(
        name,
        offset,
        `The CO-RE relocation about ${describe(local.type(typeId))} cannot be applied: ${error.message}.`,
      );
    return true;
  }
}
