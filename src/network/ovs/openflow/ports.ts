import { FlowSyntaxError, type Piece } from "./text/syntax-error.ts";

/** Port numbers that OpenFlow reserves, in the 16 bits that Open vSwitch uses (enum ofp_port). */
export const OFPP = {
  UNSET: 0xfff7,
  IN_PORT: 0xfff8,
  TABLE: 0xfff9,
  NORMAL: 0xfffa,
  FLOOD: 0xfffb,
  ALL: 0xfffc,
  CONTROLLER: 0xfffd,
  LOCAL: 0xfffe,
  NONE: 0xffff,
} as const;

/** Numbers from here up are reserved (OFPP_MAX). */
const FIRST_RESERVED = 0xff00;

/** Whether an action may send to a port of this number (ofpact_check_output_port). */
export function isOutputPort(port: number): boolean {
  return port < FIRST_RESERVED || (port >= OFPP.IN_PORT && port !== OFPP.NONE);
}

const RESERVED = new Map<string, number>([...Object.entries(OFPP), ["ANY", OFPP.NONE]]);
const RESERVED_NAMES = new Map<number, string>([
  ...Object.entries(OFPP).map(([name, number]) => [number, name] as const),
  [OFPP.NONE, "ANY"],
]);

/** Numbers of a bridge's ports by their names. */
export type PortNames = ReadonlyMap<string, number>;

/** Number of the port that has this name or number, reserved ones included; undefined for what is neither. */
export function portNumber(text: string, names: PortNames): number | undefined {
  // Numbers of ports are decimal (ofputil_port_from_string of lib/ofp-port.c).
  if (/^\+?\d+$/.test(text)) {
    const number = Number(text);
    if (number <= 0xffff) return number;
    return number >= 0xffffff00 && number <= 0xffffffff ? number & 0xffff : undefined;
  }
  return RESERVED.get(text.toUpperCase()) ?? names.get(text);
}

/** The port that has this name or number, or what ovs-ofctl says of it. */
export function parsePort(piece: Piece, names: PortNames, complaint: string): number {
  const port = portNumber(piece.text, names);
  if (port !== undefined) return port;
  throw new FlowSyntaxError(complaint, piece, portHint(names));
}

/** Which ports there are. */
export function portHint(names: PortNames): string {
  const known = [...names].map(([name, number]) => `${name} (${formatPort(number)})`);
  return `A port's number or name is expected${known.length === 0 ? "" : `: ${known.join(", ")}`}, or one of ${[...RESERVED.keys()].join(", ")}.`;
}

/** A reserved port's name, any other's number. */
export function formatPort(port: number): string {
  return RESERVED_NAMES.get(port) ?? String(port);
}
