import { and, type Condition, or, test } from "../ir/condition.ts";
import { ALU, indirectLoad, JUMP, OP, SOURCE_X } from "../ir/opcode.ts";
import { type Statement, statement } from "../ir/statement.ts";
import type { Context } from "./context.ts";
import { headerOffset } from "./header-offset.ts";
import { type Base, equals, loadIpv4HeaderLength, loadVaryingPart } from "./load.ts";
import { ipv4Ports, ipv6Ports } from "./port.ts";
import { ETHERTYPE, IP_PROTOCOL } from "./protocol-numbers.ts";

const UDP_HEADER = 8;
const IPV6_HEADER = 40;
const ETHERNET_TYPE = 12;
const LARGEST_NETWORK = 0xff_ffff;

/** A tunnel over UDP whose header is 8 bytes or more, of which bytes 4 to 6 are a network number. */
interface Tunnel {
  readonly name: string;
  readonly port: number;
  /** What the first byte of its header is, under a mask. */
  readonly first: number;
  readonly mask: number;
  /** Statements that find out, from X being the offset of its header, where what it carries begins, and note it. */
  readonly enter: (c: Context) => Statement[];
  readonly mayCarryOthers: boolean;
}

/** Geneve (RFC 8926): version 0, options of variable length, an EtherType that tells what is carried. */
const GENEVE: Tunnel = { name: "Geneve", port: 6081, first: 0, mask: 0xc0, enter: enterGeneve, mayCarryOthers: true };

/** VXLAN (RFC 7348): the network number is valid; Ethernet is carried. */
const VXLAN: Tunnel = { name: "VXLAN", port: 4789, first: 0x08, mask: 0x08, enter: enterVxlan, mayCarryOthers: false };

/** `geneve`. What stands behind it in the expression is meant inside the tunnel. */
export function geneve(c: Context, network: number | undefined): Condition {
  return tunnel(c, GENEVE, network);
}

/** `vxlan`, which libpcap has from version 1.11 on. */
export function vxlan(c: Context, network: number | undefined): Condition {
  return tunnel(c, VXLAN, network);
}

function tunnel(c: Context, kind: Tunnel, network: number | undefined): Condition {
  const over4 = and(
    header(c, kind, ipv4Ports, "transport4", network),
    // Comparing what is equal: only for what it leaves in the registers.
    test([...loadIpv4HeaderLength(c), statement(OP.TXA)], JUMP.EQ | SOURCE_X),
  );
  const over6 = and(
    header(c, kind, ipv6Ports, "transport6", network),
    test([...ipv6HeaderLength(c), statement(OP.TAX)], JUMP.EQ | SOURCE_X),
  );
  const found = or(over4, over6);
  const inside = test([...kind.enter(c), statement(OP.LD_IMM)]);
  c.inTunnel = kind.mayCarryOthers;
  return and(found, inside);
}

function header(
  c: Context,
  { name, port, first, mask }: Tunnel,
  ports: typeof ipv4Ports,
  base: Base,
  network: number | undefined,
): Condition {
  const isPort = ports(c, { first: port, last: port }, IP_PROTOCOL.UDP, "dst");
  const found = and(isPort, equals(c, base, UDP_HEADER, 1, first, mask));
  if (network === undefined) return found;
  if (network > LARGEST_NETWORK) return c.fail(`${name} network numbers go up to ${LARGEST_NETWORK}.`);
  return and(found, equals(c, base, UDP_HEADER + 4, 4, network << 8, 0xffff_ff00));
}

function ipv6HeaderLength(c: Context): Statement[] {
  const length = statement(OP.LD_IMM, IPV6_HEADER);
  return c.payload.variable ? [...loadVaryingPart(c, c.payload), length, statement(ALU.ADD | SOURCE_X)] : [length];
}

/** Leaves the offset of the tunnel's header in A and X. */
function toTunnelHeader(c: Context): Statement[] {
  return [statement(ALU.ADD, c.payload.constant + c.network + UDP_HEADER), statement(OP.TAX)];
}

function enterGeneve(c: Context): Statement[] {
  const begin = toTunnelHeader(c);
  c.typeField = { constant: 0, variable: true, slot: c.takeSlot() };
  const findInner = [
    // Its own EtherType is the type field, unless Ethernet is carried.
    statement(ALU.ADD, 2),
    statement(OP.ST, c.typeField.slot),
    statement(indirectLoad(1), 0),
    statement(ALU.AND, 0x3f),
    statement(ALU.MUL, 4),
    statement(ALU.ADD, 8),
    statement(ALU.ADD | SOURCE_X),
  ];
  c.enter("EN10MB", { constant: 0, variable: true, slot: c.takeSlot() });
  c.optimizable = false;
  const isEthernet = statement(JUMP.EQ, ETHERTYPE.TRANSPARENT_BRIDGING);
  const ethernet = [statement(OP.TXA), ...noteEthernet(c)];
  const slot = c.takeSlot();
  const notePayload = statement(OP.STX, slot);
  isEthernet.whenTrue = ethernet[0]!;
  isEthernet.whenFalse = notePayload;
  c.payload = { constant: 0, variable: true, slot };
  c.network = 0;
  return [
    ...begin,
    ...findInner,
    statement(OP.ST, c.header.slot),
    statement(indirectLoad(2), 2),
    statement(OP.LDX_MEM, c.header.slot),
    isEthernet,
    ...ethernet,
    notePayload,
  ];
}

/** From the offset of an Ethernet header in A: notes that of its type field, and leaves that of its payload in X. */
function noteEthernet(c: Context): Statement[] {
  return [
    statement(ALU.ADD, ETHERNET_TYPE),
    statement(OP.ST, c.typeField.slot),
    statement(ALU.ADD, 2),
    statement(OP.TAX),
  ];
}

function enterVxlan(c: Context): Statement[] {
  const begin = [...toTunnelHeader(c), statement(ALU.ADD, 8)];
  c.enter("EN10MB", { ...headerOffset(0, true), slot: c.takeSlot() });
  const noteHeader = statement(OP.ST, c.header.slot);
  c.typeField = { ...headerOffset(0, true), slot: c.takeSlot() };
  const noteType = noteEthernet(c);
  c.payload = { ...headerOffset(0, true), slot: c.takeSlot() };
  c.network = 0;
  c.networkWithoutSnap = 3;
  return [...begin, noteHeader, ...noteType, statement(OP.STX, c.payload.slot)];
}
