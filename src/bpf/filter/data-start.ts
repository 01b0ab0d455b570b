import type { ClassicInstruction } from "../classic/instruction.ts";
import { CLASS, classOf, isIndirect, isMemory, OP } from "./ir/opcode.ts";

/**
 * Where the data of a socket's program begins (net/core/filter.c, the callers of sk_filter): at the link-layer header, at
 * the network header behind it, or at a transport header or its payload, which is not a fixed way behind either. Filters of PPP devices
 * (`ppp`) have a header of their own before the network header: a direction and PPP's protocol.
 */
export type DataStart = "link" | "network" | "transport" | "ppp";

const ETHERNET_HEADER = 14;
const ETHERTYPE_AT = 12;
const HALF_WORD = 0x28;

/** linux/filter.h: offsets that count from the network and from the link-layer header, and SKF_AD_PROTOCOL. */
const NETWORK_HEADER = -0x10_0000;
const LINK_HEADER = -0x20_0000;
const PROTOCOL = -0x1000;
/** Where SKF_NET_OFF's range of offsets ends and ancillary data begins. */
const REACH = PROTOCOL - NETWORK_HEADER;
/** No packet is so long: a load from here fails. */
const OUTSIDE = 0x7fff_ffff;

/**
 * A program that was compiled for packets that begin with an Ethernet header, turned into one that tells the same of a
 * packet whose data begins elsewhere, as libpcap turns programs for its cooked sockets (pcap-linux.c, fix_program): the
 * EtherType is the protocol that the kernel knows, what is before the network header counts from the link-layer header,
 * and the rest from the network header. `ld len` stays: it gives the bytes from the start of the data on.
 */
export function forDataStart(instructions: readonly ClassicInstruction[], start: DataStart): ClassicInstruction[] {
  if (start === "link" || start === "ppp") return [...instructions];
  const network = start === "network" ? 0 : NETWORK_HEADER;
  return instructions.map((instruction) => {
    const { code, k } = instruction;
    if (!readsPacket(code) || k >= 2 ** 31) return instruction;
    return { ...instruction, k: moved(code, k, network) >>> 0 };
  });
}

function readsPacket(code: number): boolean {
  if (code === OP.LDX_MSH) return true;
  return classOf(code) === CLASS.LD && code !== OP.LD_IMM && code !== OP.LD_LEN && !isMemory(code);
}

function moved(code: number, k: number, network: number): number {
  if (code === HALF_WORD && k === ETHERTYPE_AT) return PROTOCOL;
  if (k < ETHERNET_HEADER) return LINK_HEADER + k;
  const behind = k - ETHERNET_HEADER;
  // Relative to X the sum may still lie inside, and wraps around as the kernel's does.
  return network === 0 || behind < REACH || isIndirect(code) ? network + behind : OUTSIDE;
}
