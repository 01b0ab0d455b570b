import type { ObjectProgram } from "../bpf/object/object-file.ts";
import type { Place } from "../errors.ts";

/** The line of C of an instruction, as the object's BTF tells it. @param otherwise where it does not. */
export function placeInObject({ lines }: ObjectProgram, slot: number, otherwise: Place): Place {
  const line = lines.findLast(({ instruction }) => instruction <= slot);
  if (line === undefined) return otherwise;
  return { file: line.file, line: line.line, ...(line.column > 0 && { column: line.column }) };
}
