import { readElf } from "../elf/read-elf.ts";
import { Problems } from "../problems.ts";
import type { Btf } from "./btf-type.ts";
import { parseBtf } from "./parse-btf.ts";

const SECTION = ".BTF";

/**
 * The types of a kernel: its BTF as it is (`/sys/kernel/btf/vmlinux`, files of BTFHub), or an ELF file with a section `.BTF`
 * (`vmlinux`). Throws ObjectError.
 */
export function readKernelTypes(bytes: Uint8Array): Btf {
  const problems = new Problems();
  const isElf = bytes[0] === 0x7f && bytes[1] === 0x45;
  if (!isElf) return parseBtf(bytes, SECTION, problems);
  const section = readElf(bytes, problems, { any: true }).sections.find(({ name }) => name === SECTION);
  if (section === undefined) return problems.fail(undefined, 0, "The file has no section '.BTF'.");
  return parseBtf(section.bytes, SECTION, problems);
}
