import type { CallHelper } from "../../../isa/instruction.ts";
import { MAX_TAIL_CALLS } from "../../limits.ts";
import { I32, I32_MEMORY } from "../wasm/instructions.ts";
import { checkMap } from "./checks.ts";
import type { Frame } from "./frame.ts";

/**
 * bpf_tail_call(context R1, program array R2, index R3): the function is replaced by another program's main function, on the same
 * frame of both stacks; or nothing happens. See ProgramArray for what lies at R2.
 */
export function tailCall(frame: Frame, { index }: CallHelper): void {
  const { code, links } = frame;
  const { tailCallCell } = links.environment.machine;
  const entry = frame.temporary("i32");
  const slot = frame.temporary("i32", 1);
  if (links.checked) checkMap(frame, index);
  code.block();
  frame.getLow(3);
  code.tee(entry);
  frame.getLow(2);
  code.memory(I32_MEMORY.load);
  code.op(I32.geU);
  code.brIf(0);
  code.i32(tailCallCell);
  code.memory(I32_MEMORY.load);
  code.i32(MAX_TAIL_CALLS);
  code.op(I32.geU);
  code.brIf(0);
  frame.getLow(2);
  code.get(entry);
  code.i32(2);
  code.op(I32.shl);
  code.op(I32.add);
  code.memory(I32_MEMORY.load, 4);
  code.tee(slot);
  code.op(I32.eqz);
  code.brIf(0);
  if (links.checked) {
    code.get(slot);
    code.i32(index);
    code.call(links.service("tailCallCheck"));
  }
  code.i32(tailCallCell);
  code.i32(tailCallCell);
  code.memory(I32_MEMORY.load);
  code.i32(1);
  code.op(I32.add);
  code.memory(I32_MEMORY.store);
  frame.get(1);
  code.get(frame.base);
  code.get(slot);
  code.returnCallIndirect(links.mainType());
  code.end();
}
