import type { DecodedProgram } from "../../isa/decode.ts";
import type { Instruction } from "../../isa/instruction.ts";
import { readRaw } from "../../isa/raw.ts";
import { Refusal } from "../refusal.ts";
import { modelProgram, type ProgramModel } from "./program-model.ts";
import { standInFor } from "./stand-in.ts";

const MAX_SUBPROGRAMS = 256;

/**
 * Divides the program into functions, and checks that each keeps to itself: jumps stay inside it, and it ends in an exit
 * or a jump (add_subprog_and_kfunc, check_subprogs). `bytes` are the program's, to look at malformed instructions; `found` hears of
 * the functions before they are checked.
 */
export function divideProgram(
  program: DecodedProgram,
  bytes: Uint8Array,
  found: (model: ProgramModel) => void = () => undefined,
  exceptionStart?: number,
): ProgramModel {
  const instructions = withStandIns(program, bytes);
  const starts = new Set([0, ...(exceptionStart === undefined ? [] : [exceptionStart])]);
  for (const instruction of instructions) {
    const target = instruction === null ? undefined : functionNamedBy(instruction);
    if (target === undefined) continue;
    if (target < 0 || target >= instructions.length)
      throw new Refusal("control-flow", instruction!.index, ["call to invalid destination"]);
    starts.add(target);
    if (starts.size > MAX_SUBPROGRAMS) throw new Refusal("complexity", instruction!.index, ["too many subprograms"]);
  }
  const model = modelProgram(
    program,
    instructions,
    [...starts].sort((a, b) => a - b),
  );
  found(model);
  for (const subprogram of model.subprograms) {
    for (let i = subprogram.start; i < subprogram.end; i++) checkJump(model, i, subprogram);
    checkLast(model, subprogram.end - 1);
  }
  return model;
}

function withStandIns({ instructions, problems }: DecodedProgram, bytes: Uint8Array): readonly (Instruction | null)[] {
  const flow = instructions.slice();
  for (const { index } of problems)
    if (instructions[index] === null) flow[index] = standInFor(readRaw(bytes, index), index);
  return flow;
}

/** Where the function begins that an instruction calls or names. */
export function functionNamedBy(instruction: Instruction): number | undefined {
  if (instruction.kind === "call-local") return instruction.target;
  if (instruction.kind === "reference" && instruction.to === "function") return instruction.index + 1 + instruction.imm;
  return undefined;
}

function checkJump(model: ProgramModel, index: number, { start, end }: { start: number; end: number }): void {
  const instruction = model.flow[index];
  if (instruction?.kind !== "jump" && instruction?.kind !== "branch" && instruction?.kind !== "may-goto") return;
  const { target } = instruction;
  if (target < start || target >= end)
    throw new Refusal("control-flow", index, [`jump out of range from insn ${index} to ${target}`]);
}

function checkLast(model: ProgramModel, index: number): void {
  const kind = model.flow[index]?.kind;
  if (kind !== "exit" && kind !== "jump") throw new Refusal("control-flow", index, ["last insn is not an exit or jmp"]);
}
