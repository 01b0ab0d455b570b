import type { ClassicInstruction } from "../../bpf/classic/instruction.ts";
import type { Architecture } from "../architecture/architecture.ts";
import { describeArguments } from "./describe-data.ts";
import { isSameAnswer } from "./diff.ts";
import { type DataSet, leaves } from "./symbolic.ts";
import { WordSet } from "./word-set.ts";

/** One thing that a filter says of a call, with the arguments that it says it of. */
export interface Answer {
  readonly returnValue: number;
  /** Classes of arguments as one reads them; empty where they do not matter. */
  readonly when: readonly string[];
  readonly data: readonly DataSet[];
}

/** Everything that a filter says of a call, the answers each once. Throws Undecidable. */
export function answersTo(program: readonly ClassicInstruction[], architecture: Architecture, nr: number): Answer[] {
  const within = new Map([
    [0, WordSet.of(nr)],
    [1, WordSet.of(architecture.audit)],
  ]);
  const found: { returnValue: number; when: string[]; data: DataSet[] }[] = [];
  for (const { returnValue, data } of leaves(program, within)) {
    const when = describeArguments(data, architecture.endian === "little");
    const same = found.find((answer) => isSameAnswer(answer.returnValue, returnValue));
    if (same === undefined) found.push({ returnValue, when: when === "" ? [] : [when], data: [data] });
    else {
      same.when.push(when);
      same.data.push(data);
    }
  }
  return found;
}
