import { type Emitter, REGISTER } from "./emitter.ts";
import { KERNEL_FUNCTIONS } from "./kernel-functions.ts";
import { SK_BUFF } from "./sk-buff.ts";

const { a, argument, temporary, context, x, data, linearLength } = REGISTER;

/** Offsets of loads are signed 16-bit numbers. */
const FARTHEST = 0x7fff;
/** Instructions of the call that stands behind the direct access. */
const CALL = 8;

const LOADERS = {
  1: KERNEL_FUNCTIONS.bpf_skb_load_helper_8,
  2: KERNEL_FUNCTIONS.bpf_skb_load_helper_16,
  4: KERNEL_FUNCTIONS.bpf_skb_load_helper_32,
} as const;

/** How the bytes of a packet get into A. What is not there ends the program with 0. */
export interface PacketLoads {
  /** Registers that hold something for it all the time are set up where the program begins. */
  prologue(to: Emitter): void;
  /** A = packet[k]; `k` is unsigned, and the upper half of the numbers are negative offsets. */
  absolute(to: Emitter, bytes: 1 | 2 | 4, k: number): void;
  /** A = packet[X + k], modulo 2^32. */
  indirect(to: Emitter, bytes: 1 | 2 | 4, k: number): void;
}

/** One instruction each, as the kernel had it before Linux 4.18: engines make the best of it. */
export const LOAD_INSTRUCTIONS: PacketLoads = {
  prologue: () => {},
  absolute: (to, bytes, k) => to.packetLoad(bytes, null, k),
  indirect: (to, bytes, k) => to.packetLoad(bytes, x, k),
};

/** In the shape of convert_bpf_ld_abs on machines that do not mind unaligned loads. */
export const KERNEL_LOADS: PacketLoads = {
  prologue(to) {
    to.load(8, data, context, SK_BUFF.data);
    to.load(4, linearLength, context, SK_BUFF.len);
    to.load(4, temporary, context, SK_BUFF.dataLength);
    to.alu(32, "sub", linearLength, { src: temporary });
  },
  absolute: absoluteLoad,
  indirect: indirectLoad,
};

/**
 * A = packet[k]: directly where the bytes lie in the packet's linear part, else by a call, which also takes the
 * negative offsets.
 */
function absoluteLoad(to: Emitter, bytes: 1 | 2 | 4, k: number): void {
  const offset = k | 0;
  if (offset >= 0) directLoad(to, bytes, offset);
  callArguments(to);
  to.alu(64, "mov", argument + 3, { imm: offset });
  callLoader(to, bytes);
}

/** A = packet[X + k]: always by a call, because X is known only when the program runs. */
function indirectLoad(to: Emitter, bytes: 1 | 2 | 4, k: number): void {
  callArguments(to);
  to.alu(64, "mov", argument + 3, { src: x });
  if (k !== 0) to.alu(64, "add", argument + 3, { imm: k });
  callLoader(to, bytes);
}

/** Goes on behind the call where the linear part has the bytes. */
function directLoad(to: Emitter, bytes: 1 | 2 | 4, offset: number): void {
  const near = offset <= FARTHEST;
  to.alu(64, "mov", temporary, { src: linearLength });
  if (offset !== 0) to.alu(64, "sub", temporary, { imm: offset });
  const length = (near ? 1 : 3) + (bytes === 1 ? 0 : 1) + 1;
  to.branch("slt", temporary, { imm: bytes }, to.index + 1 + length);
  if (near) to.load(bytes, a, data, offset);
  else {
    to.alu(64, "mov", temporary, { src: data });
    to.alu(64, "add", temporary, { imm: offset });
    to.load(bytes, a, temporary, 0);
  }
  if (bytes !== 1) to.toHost(bytes === 2 ? 16 : 32, a);
  to.jump(to.index + 1 + CALL);
}

function callArguments(to: Emitter): void {
  to.alu(64, "mov", argument, { src: context });
  to.alu(64, "mov", argument + 1, { src: data });
  to.alu(64, "mov", argument + 2, { src: linearLength });
}

/** A negative result is an error, all others are less than 2^32. */
function callLoader(to: Emitter, bytes: 1 | 2 | 4): void {
  to.call(LOADERS[bytes]);
  to.branch("sge", a, { imm: 0 }, to.index + 3);
  to.exitWithZero();
}
