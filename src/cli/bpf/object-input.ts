import { kernelFunctionNames } from "../../bpf/kernel-functions/prototype.ts";
import { nearestName } from "../../bpf/nearest-name.ts";
import type { Btf } from "../../bpf/object/btf/btf-type.ts";
import { readKernelTypes } from "../../bpf/object/btf/read-kernel-types.ts";
import { ObjectError, type ObjectFile, type ObjectProblem, type ObjectProgram } from "../../bpf/object/object-file.ts";
import { readObject } from "../../bpf/object/read-object.ts";
import { fail, NetsimError } from "../../errors.ts";
import { readTextFile } from "../../topology/document.ts";
import type { ObjectFlags } from "./object-options.ts";
import type { InputFile } from "./program-file.ts";

/** A kernel with its debugging information is larger than any program. */
const LARGEST_KERNEL = 1 << 30;
const LARGEST_CONFIGURATION = 16 << 20;

/** Is the file an ELF object? C sources are by the time that they are read. */
export const isObject = ({ bytes }: InputFile): boolean =>
  bytes[0] === 0x7f && Buffer.from(bytes.subarray(1, 4)).toString("latin1") === "ELF";

/** Reads an object. Throws a NetsimError `bad-object` with everything that is wrong with it. */
export function openObject(
  { name, bytes }: InputFile,
  { btf, kconfig }: ObjectFlags,
  kernelTypes = kernelTypesOf(btf),
): ObjectFile {
  const configuration = kconfig === undefined ? undefined : readConfiguration(kconfig);
  return orBadObject(name, () =>
    readObject(bytes, {
      kernelFunctions: new Set(kernelFunctionNames()),
      ...(kernelTypes === undefined ? {} : { kernelTypes }),
      ...(configuration === undefined ? {} : { kconfig: configuration }),
    }),
  );
}

/** The types of `--btf`. Throws a NetsimError. */
export const kernelTypesOf = (btf: string | undefined): Btf | undefined =>
  btf === undefined ? undefined : orBadObject(btf, () => readKernelTypes(readTextFile(btf, LARGEST_KERNEL)));

/** The programs that are meant: by name, by section, or all that are loaded by default. Throws a NetsimError. */
export function choosePrograms(
  { programs }: ObjectFile,
  file: string,
  { program, section }: ObjectFlags,
): readonly ObjectProgram[] {
  const chosen = programs.filter(
    (it) =>
      (program === undefined ? section !== undefined || it.autoload : it.name === program) &&
      (section === undefined || it.section === section),
  );
  if (chosen.length > 0) return chosen;
  if (programs.length === 0) fail("bad-object", `'${file}' has no programs.`, { place: { file } });
  const [wanted, known] =
    program === undefined
      ? [section ?? "", programs.map((it) => it.section)]
      : [program, programs.map((it) => it.name)];
  const near = nearestName(wanted, known);
  const what = program === undefined ? "section" : "program";
  return fail(
    "usage",
    `'${file}' has no ${what} '${wanted}'${section !== undefined && program !== undefined ? ` in section '${section}'` : ""}.`,
    {
      hint:
        near === undefined || near === wanted
          ? `There are ${[...new Set(known)].join(", ")}.`
          : `Did you mean '${near}'?`,
    },
  );
}

/** The one program that is meant. Throws a NetsimError where there are several. */
export function chooseProgram(object: ObjectFile, file: string, flags: ObjectFlags): ObjectProgram {
  const [first, second, ...others] = choosePrograms(object, file, flags);
  if (second !== undefined)
    fail("usage", `'${file}' has several programs.`, {
      hint: `Name one with --program: ${[first!, second, ...others].map(({ name }) => name).join(", ")}.`,
    });
  return first!;
}

/** Refuses to load a program for another machine. Throws a NetsimError. */
export function requireLittleEndian({ endianness }: ObjectFile, file: string): void {
  if (endianness === "big")
    fail("unsupported", `'${file}' is a big-endian object; netsim's machine is little-endian, as x86-64 is.`, {
      place: { file },
      hint: "Compile it with -target bpf, or -target bpfel. 'netsim bpf object' and 'netsim bpf disasm' show it all the same.",
    });
}

function orBadObject<T>(file: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof ObjectError)) throw error;
    throw new NetsimError(error.problems.map((problem) => diagnostic(file, problem)));
  }
}

function diagnostic(file: string, { message, section, offset, hint }: ObjectProblem) {
  return {
    code: "bad-object",
    severity: "error",
    message: `${section === undefined ? "At" : `In section '${section}' at`} byte ${offset}: ${message}`,
    place: { file },
    ...(hint === undefined ? {} : { hint }),
  } as const;
}

/** `CONFIG_HZ=250` a line; what is not set is a comment. */
export function readConfiguration(file: string): Record<string, string> {
  const text = readTextFile(file, LARGEST_CONFIGURATION).toString("utf8");
  return Object.fromEntries([...text.matchAll(/^(CONFIG_\w+)=(.*)$/gm)].map(([, name, value]) => [name!, value!]));
}
