import { verifierOptions } from "../../bpf/object/load/verifier-options.ts";
import type { ObjectFile, ObjectProgram } from "../../bpf/object/object-file.ts";
import { findProgramType, PROGRAM_TYPES } from "../../bpf/program-type.ts";
import { sourceByLines } from "../../bpf/verifier/explain/source-place.ts";
import type { VerifierOptions } from "../../bpf/verifier/verifier-options.ts";
import { type Diagnostic, fail, NetsimError } from "../../errors.ts";
import { choosePrograms, kernelTypesOf, openObject, readConfiguration, requireLittleEndian } from "./object-input.ts";
import type { InputFile } from "./program-file.ts";
import type { VerifyFlags } from "./verify.ts";
import type { PassedOver, VerifyTarget, VerifyTargets } from "./verify-target.ts";

/**
 * An object's programs and what they are verified for, which the object itself says but for what the flags do. Throws a
 * NetsimError where there is something that keeps every one of them from being looked at.
 */
export function objectTargets(
  input: InputFile,
  flags: VerifyFlags,
  common: Omit<VerifierOptions, "type">,
): VerifyTargets {
  if (flags.map.length > 0) fail("usage", "An object has its own maps; --map is for programs in text.");
  const kernelTypes = kernelTypesOf(flags.btf);
  const object = openObject(input, flags, kernelTypes);
  requireLittleEndian(object, input.name);
  const programs = choosePrograms(object, input.name, flags);
  const all = {
    ...common,
    ...(kernelTypes === undefined ? {} : { kernelTypes }),
    ...(flags.kconfig === undefined
      ? {}
      : { dataSymbols: readConfiguration(flags.kconfig).CONFIG_KALLSYMS_ALL === "y" }),
  };
  const targets: VerifyTarget[] = [];
  const passedOver: PassedOver[] = [];
  for (const program of programs) {
    const problem = obstacle(program, flags, input.name);
    if (problem === undefined) targets.push(target(program, object, flags, all));
    else passedOver.push({ name: program.name, section: program.section, problem });
  }
  if (targets.length === 0) throw new NetsimError(passedOver.map(({ problem }) => problem));
  return { targets, passedOver };
}

function obstacle(program: ObjectProgram, flags: VerifyFlags, file: string): Diagnostic | undefined {
  const { name, section } = program;
  const type = flags.type ?? program.type;
  if (type !== undefined && findProgramType(type) !== undefined) return undefined;
  return {
    code: type === undefined ? "usage" : "unsupported",
    severity: "error",
    message:
      type === undefined
        ? `Section '${section}' does not say of what type program '${name}' is.`
        : `Program '${name}' is of type ${type}, which the verifier does not know yet.`,
    place: { file },
    hint:
      type === undefined
        ? `Say it with --type: ${PROGRAM_TYPES.map((it) => it.name).join(", ")}.`
        : "Choose others with --program or --section.",
  };
}

function target(
  program: ObjectProgram,
  object: ObjectFile,
  flags: VerifyFlags,
  common: Omit<VerifierOptions, "type">,
): VerifyTarget {
  const { name, section, instructions, functions, lines } = program;
  return {
    name,
    section,
    bytes: instructions,
    options: {
      ...common,
      ...verifierOptions(object, program, flags.cpus),
      type: flags.type ?? program.type!,
      ...(flags.license === undefined ? {} : { license: flags.license }),
      ...(flags.attachType === undefined ? {} : { expectedAttachType: flags.attachType }),
    },
    sourceOf: sourceByLines(lines),
    functionNames: new Map(functions.map((it) => [it.instruction, it.name])),
    globalFunctions: functions.filter(({ linkage }) => linkage === "global").map(({ instruction }) => instruction),
    absent: program.absent,
    linkedByLoader: true,
  };
}
