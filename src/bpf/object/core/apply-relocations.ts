import { INSTRUCTION_BYTES } from "../../isa/instruction.ts";
import type { CodeInformation, CoreRelocation } from "../btf/btf-ext.ts";
import type { Btf } from "../btf/btf-type.ts";
import type { CodeSection } from "../link/code.ts";
import type { Problems } from "../problems.ts";
import { describe } from "./access.ts";
import { patch, poison } from "./patch.ts";
import { CoreError } from "./relocation-kind.ts";
import { CoreResolver } from "./resolve-relocation.ts";

/** Adapts code, in place, to the types of the kernel that it is to run on. */
export function applyCoreRelocations(
  code: Iterable<CodeSection>,
  information: ReadonlyMap<string, CodeInformation>,
  local: Btf,
  target: Btf,
  problems: Problems,
): void {
  const resolver = new CoreResolver(local, target);
  for (const section of code)
    for (const relocation of information.get(section.name)?.relocations ?? [])
      apply(section, relocation, resolver, local, problems);
}

function apply(
  { name, bytes }: CodeSection,
  relocation: CoreRelocation,
  resolver: CoreResolver,
  local: Btf,
  problems: Problems,
): void {
  const { offset, typeId } = relocation;
  if (offset % INSTRUCTION_BYTES !== 0 || offset + INSTRUCTION_BYTES > bytes.length) {
    problems.add(
      ".BTF.ext",
      relocation.at,
      `A CO-RE relocation is for byte ${offset} of '${name}', where no instruction begins.`,
    );
    return;
  }
  const slot = offset / INSTRUCTION_BYTES;
  try {
    patch(bytes, slot, resolver.resolve(relocation));
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
  }
}
