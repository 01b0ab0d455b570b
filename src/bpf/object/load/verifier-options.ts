import type { VerifierOptions } from "../../verifier/verifier-options.ts";
import type { Btf } from "../btf/btf-type.ts";
import { skipModifiers } from "../btf/resolve.ts";
import type { ObjectFile, ObjectProgram } from "../object-file.ts";
import { verifierMaps } from "./verifier-maps.ts";

/** BPF_F_SLEEPABLE */
const SLEEPABLE = 16;

/** What an object says of one of its programs to the verifier: all but its type, which the section may leave open. */
export function verifierOptions(
  object: ObjectFile,
  program: ObjectProgram,
  possibleCpus: number,
): Omit<VerifierOptions, "type"> {
  const { btf, license } = object;
  const { attachType, attachTarget, functions, unresolved } = program;
  const called = unresolved.filter(({ kind }) => kind === "function");
  const variables = unresolved.filter(({ kind }) => kind === "variable");
  // libbpf tells of functions only where the whole program has information.
  const isDescribed = btf !== undefined && functions.every(({ typeId }) => typeId !== undefined);
  return {
    maps: verifierMaps(object, possibleCpus),
    indexedMaps: true,
    license,
    expectedAttachType: attachType ?? 0,
    possibleCpus,
    ...(attachTarget === undefined ? {} : { attachTarget }),
    lines: () => program.lines,
    sleepable: (program.flags & SLEEPABLE) !== 0,
    ...(isDescribed ? { types: { btf, functions } } : {}),
    kernelFunctions: new Map(
      called.flatMap(({ name, instructions }) => instructions.map((slot) => [slot, name] as const)),
    ),
    kernelVariables: new Map(
      variables.flatMap(({ name, instructions }) => {
        const variable = { name, hasType: btf === undefined || !isOfNoType(btf, name) };
        return instructions.map((slot) => [slot, variable] as const);
      }),
    ),
  };
}

/** `extern const void NAME __ksym`: all that is wanted of it is its address. */
function isOfNoType(btf: Btf, name: string): boolean {
  const id = btf.find("variable", name);
  const variable = id === undefined ? undefined : btf.type(id);
  return variable?.kind === "variable" && skipModifiers(btf, variable.type) === 0;
}
