import type { ProgramModel } from "../program/program-model.ts";
import type { VerifierLog } from "./verifier-log.ts";

/** `func#0 @0`: where functions begin (add_subprog_and_kfunc). */
export function logFunctions(log: VerifierLog, { subprograms }: ProgramModel): void {
  for (const { number, start } of subprograms) log.detail(`func#${number} @${start}`);
}

/** Which registers are live before each instruction, and the loop that it lies in (compute_live_registers). */
export function logLiveRegisters(log: VerifierLog, model: ProgramModel, live: Uint16Array, cycles: Int32Array): void {
  if (log.level < 2) return;
  log.detail("Live regs before insn:");
  for (const [i, instruction] of model.flow.entries()) {
    if (instruction === null) continue;
    const cycle = cycles[i] === 0 ? "    " : `${String(cycles[i]).padStart(3)} `;
    let registers = "";
    for (let register = 0; register < 10; register++) registers += ((live[i]! >> register) & 1) === 1 ? register : ".";
    log.detail(`${cycle}${String(i).padStart(3)}: ${registers} ${log.textOf(model.instructions[i] ?? instruction)}`);
  }
}
