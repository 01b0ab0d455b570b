import { FRAME_BYTES, FRAMES_PER_TAIL_CALL, MAX_FRAMES } from "../../limits.ts";
import { type FaultName, faultNumber } from "../faults.ts";
import { CORE, I32, I32_MEMORY, I64 } from "../wasm/instructions.ts";
import type { Frame } from "./frame.ts";

/* What unverified programs are tested for besides the addresses of their loads and stores. */

/** Takes an i32: 0 is fine. */
export function faultIf(frame: Frame, name: FaultName, instruction: number): void {
  const { code } = frame;
  code.if();
  code.i32(faultNumber(name));
  code.i32(instruction);
  code.call(frame.links.service("fault"));
  code.op(CORE.unreachable);
  code.end();
}

/** The function that is about to be called must not be one too many. */
export function checkDepth(frame: Frame, instruction: number): void {
  const { code } = frame;
  const { stack, tailCallCell } = frame.links.environment.machine;
  loadCell(frame, stack.topCell);
  code.get(frame.base);
  code.op(I32.sub);
  loadCell(frame, tailCallCell);
  code.i32(FRAMES_PER_TAIL_CALL * FRAME_BYTES);
  code.op(I32.mul);
  code.i32(MAX_FRAMES * FRAME_BYTES);
  code.op(I32.add);
  code.op(I32.geU);
  faultIf(frame, "frames", instruction);
}

/** R6 must be the context. */
export function checkContext(frame: Frame, instruction: number): void {
  frame.get(6);
  loadCell(frame, frame.links.environment.machine.contextCell);
  frame.code.extend();
  frame.code.op(I64.ne);
  faultIf(frame, "context", instruction);
}

/** The i32 on the stack, which stays there, must be a multiple of a power of two. */
export function checkAlignment(frame: Frame, instruction: number, bytes: number): void {
  if (bytes === 1) return;
  const { code } = frame;
  const address = frame.temporary("i32", 2);
  code.tee(address);
  code.get(address);
  code.i32(bytes - 1);
  code.op(I32.and);
  faultIf(frame, "alignment", instruction);
}

/** R2 must be one of the maps that the program names. */
export function checkMap(frame: Frame, instruction: number): void {
  const { code } = frame;
  code.i32(1);
  for (const address of new Set(frame.links.program.addresses.values())) {
    frame.get(2);
    code.i64Wide(address);
    code.op(I64.ne);
    code.op(I32.and);
  }
  faultIf(frame, "program-array", instruction);
}

/** A round of a loop takes one step. */
export function countStep(frame: Frame, instruction: number): void {
  const { code } = frame;
  const { stepCell } = frame.links.environment.machine;
  const left = frame.temporary("i32");
  code.i32(stepCell);
  loadCell(frame, stepCell);
  code.i32(1);
  code.op(I32.sub);
  code.tee(left);
  code.memory(I32_MEMORY.store);
  code.get(left);
  code.i32(0);
  code.op(I32.ltS);
  faultIf(frame, "steps", instruction);
}

/** The function's stack begins as zeroes. */
export function clearStack(frame: Frame): void {
  const { code } = frame;
  code.get(frame.base);
  code.i32(0);
  code.i32(FRAME_BYTES);
  code.fill();
}

function loadCell(frame: Frame, address: number): void {
  frame.code.i32(address);
  frame.code.memory(I32_MEMORY.load);
}
