import type { PacketLoad } from "../../../isa/instruction.ts";
import type { PacketFields } from "../../environment.ts";
import { I32, I32_MEMORY, I64 } from "../wasm/instructions.ts";
import { swap16, swap32 } from "./byte-swap.ts";
import { checkContext } from "./checks.ts";
import type { Frame } from "./frame.ts";

const LOADS = { 1: I32_MEMORY.load8U, 2: I32_MEMORY.load16U, 4: I32_MEMORY.load } as const;

/** Puts the packet's address and length into their locals, where they are kept: at the beginning, and after a call may have changed them. */
export function keepPacket(frame: Frame): void {
  if (frame.packet === undefined) return;
  frame.facts.packetBytes = 0;
  const { code } = frame;
  const fields = frame.links.environment.context.packet!;
  code.get(frame.lasting("context"));
  code.memory(I32_MEMORY.load, fields.data);
  code.set(frame.packet.data);
  code.get(frame.lasting("context"));
  code.memory(I32_MEMORY.load, fields.length);
  code.set(frame.packet.length);
}

/** LD_ABS and LD_IND: bytes of the packet in network order, or the end of the function with 0. */
export function packetLoad(frame: Frame, instruction: PacketLoad): void {
  const { code } = frame;
  const fields = frame.links.environment.context.packet!;
  if (frame.links.checked) checkContext(frame, instruction.index);
  if (instruction.src === null && instruction.imm < 0) rareAddress(frame, () => code.i32(instruction.imm), instruction);
  else if (instruction.src === null) constantOffset(frame, fields, instruction);
  else variableOffset(frame, fields, instruction, instruction.src);
  bigEndian(frame, instruction.bytes);
}

/** An offset known to be positive: one comparison, or none behind that of a later byte. */
function constantOffset(frame: Frame, fields: PacketFields, { imm, bytes }: PacketLoad): void {
  const { code, facts } = frame;
  if (facts.packetBytes < imm + bytes) {
    packetLength(frame, fields);
    code.i32(imm + bytes);
    code.op(I32.ltU);
    code.if();
    frame.returnZero();
    code.end();
    // Where it is not kept, its length may be another's next time.
    if (frame.packet !== undefined) facts.packetBytes = imm + bytes;
  }
  packetData(frame, fields);
  code.memory(LOADS[bytes], imm);
}

/** An offset from a register: what is not inside the packet, taken as unsigned, may still be a negative offset. */
function variableOffset(frame: Frame, fields: PacketFields, instruction: PacketLoad, src: number): void {
  const { code } = frame;
  const offset = frame.temporary("i32");
  const at = frame.temporary("i32", 1);
  frame.getLow(src);
  code.i32(instruction.imm);
  code.op(I32.add);
  code.tee(offset);
  // In 64 bits, where offset + size cannot wrap.
  code.extend();
  code.i64(instruction.bytes);
  code.op(I64.add);
  packetLength(frame, fields);
  code.extend();
  code.op(I64.leU);
  code.if("i32");
  packetData(frame, fields);
  code.get(offset);
  code.op(I32.add);
  code.else();
  code.get(offset);
  code.i32(0);
  code.op(I32.geS);
  code.if();
  frame.returnZero();
  code.end();
  frame.getLow(6);
  code.get(offset);
  code.i32(instruction.bytes);
  code.call(frame.links.service("packetAddress"));
  code.tee(at);
  code.op(I32.eqz);
  code.if();
  frame.returnZero();
  code.end();
  code.get(at);
  code.end();
  code.memory(LOADS[instruction.bytes]);
}

/** Leaves the value at an offset that only the slow way knows. */
function rareAddress(frame: Frame, offset: () => void, { bytes }: PacketLoad): void {
  const { code } = frame;
  const at = frame.temporary("i32", 1);
  frame.getLow(6);
  offset();
  code.i32(bytes);
  code.call(frame.links.service("packetAddress"));
  code.tee(at);
  code.op(I32.eqz);
  code.if();
  frame.returnZero();
  code.end();
  code.get(at);
  code.memory(LOADS[bytes]);
}

function packetLength(frame: Frame, fields: PacketFields): void {
  if (frame.packet !== undefined) frame.code.get(frame.packet.length);
  else {
    frame.getLow(6);
    frame.code.memory(I32_MEMORY.load, fields.length);
  }
}

function packetData(frame: Frame, fields: PacketFields): void {
  if (frame.packet !== undefined) frame.code.get(frame.packet.data);
  else {
    frame.getLow(6);
    frame.code.memory(I32_MEMORY.load, fields.data);
  }
}

/** Takes the value as it was loaded; R0 becomes the number that its bytes mean in network order. */
function bigEndian(frame: Frame, bytes: 1 | 2 | 4): void {
  const { code, facts } = frame;
  if (bytes === 1) frame.setLow(0);
  else {
    const before = frame.lasting("swapped_r0");
    code.set(before);
    if (bytes === 2) swap16(code, before);
    else swap32(code, before);
    frame.setLow(0);
    facts.setSwapOf(0, { local: before, bits: bytes === 2 ? 16 : 32 });
  }
  facts.setFits(0, bytes * 8);
}
