import { ancillaryLoad } from "./ancillary.ts";
import { type ClassicInstruction, isBranch, JUMP_ALWAYS } from "./instruction.ts";

/** Instructions that begin every translated program; four more where it reads packet bytes. */
const PROLOGUE = 3;
const PACKET_PROLOGUE = 4;
/** Extended jumps have signed 16-bit distances. */
const FARTHEST = 0x7fff;

/**
 * How many extended instructions the kernel makes of one classic instruction (bpf_convert_filter of net/core/filter.c,
 * on machines with efficient unaligned access).
 */
export function translatedLength({ code, jt, jf, k }: ClassicInstruction): number {
  if (isBranch(code)) return loadsConstant(code, k) + (needsSecondJump(code, jt, jf) ? 2 : 1);
  switch (code) {
    case 0x20:
    case 0x28:
    case 0x30:
      return ANCILLARY_LENGTHS.get(ancillaryLoad(k)?.offset ?? -1) ?? absoluteLoadLength(code, k);
    case 0x40:
    case 0x48:
    case 0x50:
      return k === 0 ? 8 : 9;
    case 0xb1:
      return 6 + absoluteLoadLength(code, k);
    case 0x3c:
    case 0x9c:
      return 5;
    case 0x06:
      return 2;
    default:
      return 1;
  }
}

/** By SKF_AD_ offset. */
const ANCILLARY_LENGTHS: ReadonlyMap<number, number> = new Map([
  [0, 2],
  [4, 2],
  [8, 4],
  [12, 4],
  [16, 4],
  [20, 1],
  [24, 1],
  [28, 4],
  [32, 1],
  [36, 4],
  [40, 1],
  [44, 1],
  [48, 3],
  [52, 4],
  [56, 4],
  [60, 2],
]);

/** convert_bpf_ld_abs: a call of the helper, and before it the direct access for offsets that are not negative. */
function absoluteLoadLength(code: number, k: number): number {
  const call = 8;
  if (k > 0x7fff_ffff) return call;
  const isByte = code === 0x30 || code === 0xb1;
  return call + 4 + (k === 0 ? 0 : 1) + (k > FARTHEST ? 2 : 0) + (isByte ? 0 : 1);
}

/** A comparison with a constant of the upper half needs the constant in a register, because immediates are signed. */
function loadsConstant(code: number, k: number): 0 | 1 {
  return (code & 0x08) === 0 && k > 0x7fff_ffff ? 1 : 0;
}

/** jset has no opposite. */
function needsSecondJump(code: number, jt: number, jf: number): boolean {
  return jf !== 0 && (jt !== 0 || (code & 0xf0) === 0x40);
}

/**
 * Indices of the jumps that the kernel cannot translate, so that it refuses the program although its checker had
 * nothing against it. The first pass of bpf_convert_filter measures forward jumps as if they went to instruction 0;
 * thereby every jump that lies behind about 32,767 translated instructions counts as too far, wherever it goes.
 */
export function untranslatableJumps(instructions: readonly ClassicInstruction[]): number[] {
  const starts: number[] = [];
  let at = PROLOGUE + (instructions.some(readsPacket) ? PACKET_PROLOGUE : 0);
  for (const instruction of instructions) {
    starts.push(at);
    at += translatedLength(instruction);
  }
  if (at <= FARTHEST) return [];
  return instructions.flatMap(({ code, jt, jf, k }, i) => {
    const isTooFar = (distance: number, before: number) =>
      starts[i]! + before >= FARTHEST + 1 || starts[i + 1 + distance]! - starts[i]! - 1 - before > FARTHEST;
    if (code === JUMP_ALWAYS) return isTooFar(k, 0) ? [i] : [];
    if (!isBranch(code)) return [];
    const before = loadsConstant(code, k);
    if (needsSecondJump(code, jt, jf)) return isTooFar(jt, before) || isTooFar(jf, before + 1) ? [i] : [];
    return isTooFar(jf === 0 ? jt : jf, before) ? [i] : [];
  });
}

function readsPacket({ code, k }: ClassicInstruction): boolean {
  if (code === 0x20 || code === 0x28 || code === 0x30) return ancillaryLoad(k) === undefined;
  return code === 0x40 || code === 0x48 || code === 0x50 || code === 0xb1;
}
