import { kernelFunctionNames } from "../bpf/kernel-functions/prototype.ts";
import { nearestName } from "../bpf/nearest-name.ts";
import { ObjectError, type ObjectFile, type ObjectProgram } from "../bpf/object/object-file.ts";
import { readObject } from "../bpf/object/read-object.ts";
import { PROGRAM_TYPES } from "../bpf/program-type.ts";
import { compileSource } from "../c-compiler/compile.ts";
import { fail, NetsimError } from "../errors.ts";
import type { JsonSchema } from "../json-schema.ts";
import type { ProgramSource } from "../topology/model.ts";
import type { LoadedProgram, ProgramLanguage } from "./language.ts";
import { placeInObject } from "./place-in-object.ts";

const OPTIONS: Readonly<Record<string, JsonSchema>> = {
  section: {
    type: "string",
    minLength: 1,
    description: "Section of the program, where the object has several.",
    examples: ["tc"],
  },
  function: {
    type: "string",
    minLength: 1,
    description: "Name of the program's function, where a section has several.",
  },
  type: {
    enum: PROGRAM_TYPES.map(({ name }) => name),
    description: "Type of the program, where its section does not say it.",
  },
};

/** A program of an ELF object from clang or gcc. */
export const objectLanguage: ProgramLanguage = {
  name: "object",
  description: "An ELF object of BPF programs, as clang -target bpf and bpf-gcc write it: the file's path.",
  schema: { type: "string", minLength: 1, examples: ["classify.o"] },
  options: OPTIONS,
  content: "file",
  load: (source) => programOf(source, source.bytes!),
};

/** A program in C, which the installed compiler makes an object of. */
export const sourceLanguage: ProgramLanguage = {
  name: "source",
  description: "A BPF program in C, compiled by the installed clang or bpf-gcc: the file's path.",
  schema: { type: "string", minLength: 1, examples: ["classify.c"] },
  options: OPTIONS,
  content: "file",
  load: (source) => programOf(source, compileSource(source.file).object),
};

function programOf(source: ProgramSource, bytes: Uint8Array): LoadedProgram {
  const content = open(source, bytes);
  const program = choose(source, content);
  const { options, name, file } = source;
  const missing = program.unresolved.filter(({ kind, weak }) => kind !== "function" && !weak);
  if (missing.length > 0)
    fail(
      "unsupported",
      `Program '${name}' names the kernel's ${missing.map((symbol) => symbol.name).join(", ")}, which is not simulated yet.`,
      {
        place: source.place,
      },
    );
  return {
    form: "extended",
    type: (options.type as string | undefined) ?? program.type,
    name,
    bytes: program.instructions,
    maps: [],
    object: { file, content, program },
    kernelFunctions: program.unresolved.filter(({ kind }) => kind === "function"),
    license: content.license,
    ...(program.attachType !== undefined && { attachType: program.attachType }),
    placeOf: (slot) => placeInObject(program, slot, source.place),
  };
}

function open(source: ProgramSource, bytes: Uint8Array): ObjectFile {
  try {
    return readObject(bytes, { kernelFunctions: new Set(kernelFunctionNames()) });
  } catch (error) {
    if (!(error instanceof ObjectError)) throw error;
    throw new NetsimError(
      error.problems.map(({ message, section, offset, hint }) => ({
        code: "bad-object",
        severity: "error",
        message: section === undefined ? message : `Section '${section}', byte ${offset}: ${message}`,
        place: section === undefined ? { file: source.file, offset } : { file: source.file },
        ...(hint === undefined ? {} : { hint }),
      })),
    );
  }
}

/** The program that is meant: by its section, its function, or as the only one. */
function choose({ options, file, place }: ProgramSource, { programs }: ObjectFile): ObjectProgram {
  const { section, function: name } = options as Readonly<Record<string, string | undefined>>;
  const chosen = programs.filter(
    (program) =>
      (section === undefined || program.section === section) && (name === undefined || program.name === name),
  );
  const [program] = chosen;
  if (program !== undefined && chosen.length === 1) return program;
  if (programs.length === 0) fail("bad-object", `'${file}' has no programs.`, { place });
  if (chosen.length > 1) {
    const names = chosen.map((one) => (section === undefined ? `${one.section} (${one.name})` : one.name)).join(", ");
    fail("unknown-reference", `'${file}' has ${chosen.length} such programs: ${names}.`, {
      place,
      hint: "Choose one by its `section` or its `function`.",
    });
  }
  const [wanted, known] =
    name === undefined ? [section ?? "", programs.map((one) => one.section)] : [name, programs.map((one) => one.name)];
  const near = nearestName(wanted, known);
  return fail("unknown-reference", `'${file}' has no such program: '${wanted}'.`, {
    place,
    hint:
      near === undefined || near === wanted
        ? `There are ${[...new Set(known)].join(", ")}.`
        : `Did you mean '${near}'?`,
  });
}
