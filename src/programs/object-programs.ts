import type { LoadedExtendedProgram } from "./language.ts";
import { placeInObject } from "./place-in-object.ts";

/** Another program of the object that a program is from; undefined where the object has none of that name. */
export function siblingIn(loaded: LoadedExtendedProgram, name: string): LoadedExtendedProgram | undefined {
  const { object } = loaded;
  const program = object?.content.programs.find((one) => one.name === name);
  if (object === undefined || program === undefined) return undefined;
  return {
    ...loaded,
    name,
    bytes: program.instructions,
    kernelFunctions: program.unresolved.filter(({ kind }) => kind === "function"),
    placeOf: (slot) => placeInObject(program, slot, { file: object.file }),
    object: { ...object, program },
  };
}
