import { parseIpv4, parseMac } from "../../../../packet/address.ts";
import { fieldNamed } from "../../flow/fields.ts";
import { formatFieldValue } from "../field/value.ts";
import { hex, parseInteger, unsigned, wideUnsigned } from "../text/number.ts";
import { FlowSyntaxError, type Piece } from "../text/syntax-error.ts";
import { modifyField } from "../translate/set-fields.ts";
import type { Action, ActionFamily } from "./action.ts";

/** The actions of OpenFlow 1.0 that write a field: mod_dl_src, mod_nw_tos, mod_tp_dst, set_tunnel and the like. */
export interface ModifyAction extends Action {
  readonly kind: "mod";
  readonly name: ModifyName;
  readonly value: bigint;
}

interface Kind {
  readonly field: string;
  readonly parse: (piece: Piece) => bigint;
}

const whole = (bits: number, what: string) => (piece: Piece) => BigInt(unsigned(piece, what, bits));

function number(bytes: Uint8Array | undefined, complaint: string, piece: Piece): bigint {
  if (bytes === undefined) throw new FlowSyntaxError(complaint, piece);
  return bytes.reduce((value, byte) => (value << 8n) | BigInt(byte), 0n);
}

const mac = (piece: Piece) => number(parseMac(piece.text), `invalid mac address ${piece.text}`, piece);
const ip = (piece: Piece) => number(parseIpv4(piece.text), `${piece.text}: could not convert to IP address`, piece);

/** A number of at most `bits` bits, of which ovs-ofctl says "not a valid WHAT". */
function valid(bits: number, what: string): (piece: Piece) => bigint {
  return (piece) => {
    const value = parseInteger(piece.text);
    if (value === undefined || value >> BigInt(bits) !== 0n)
      throw new FlowSyntaxError(`${piece.text}: not a valid ${what}`, piece);
    return value;
  };
}

function tunnelId(piece: Piece): bigint {
  if (piece.text === "") throw new FlowSyntaxError("missing required numeric argument", piece);
  return wideUnsigned(piece, 64);
}

const tos = (piece: Piece): bigint => {
  const value = unsigned(piece, "TOS", 8);
  if ((value & 3) !== 0) throw new FlowSyntaxError(`${piece.text}: not a valid TOS`, piece);
  return BigInt(value);
};

const KINDS = {
  mod_dl_src: { field: "eth_src", parse: mac },
  mod_dl_dst: { field: "eth_dst", parse: mac },
  mod_vlan_vid: { field: "dl_vlan", parse: valid(12, "VLAN VID") },
  mod_vlan_pcp: { field: "dl_vlan_pcp", parse: valid(3, "VLAN PCP") },
  mod_nw_src: { field: "ip_src", parse: ip },
  mod_nw_dst: { field: "ip_dst", parse: ip },
  mod_nw_tos: { field: "nw_tos", parse: (piece) => tos(piece) >> 2n },
  mod_nw_ecn: { field: "nw_ecn", parse: valid(2, "ECN") },
  mod_nw_ttl: { field: "nw_ttl", parse: whole(8, "TTL") },
  mod_tp_src: { field: "tcp_src", parse: whole(16, "source port") },
  mod_tp_dst: { field: "tcp_dst", parse: whole(16, "destination port") },
  set_mpls_label: { field: "mpls_label", parse: valid(20, "MPLS label") },
  set_mpls_tc: { field: "mpls_tc", parse: valid(3, "MPLS TC") },
  set_mpls_ttl: { field: "mpls_ttl", parse: whole(8, "TTL") },
  set_tunnel: { field: "tun_id", parse: tunnelId },
  set_tunnel64: { field: "tun_id", parse: tunnelId },
} as const satisfies Readonly<Record<string, Kind>>;

export type ModifyName = keyof typeof KINDS;

/** Old names for the same. */
const ALIASES: Readonly<Record<string, ModifyName>> = {
  set_vlan_vid: "mod_vlan_vid",
  set_vlan_pcp: "mod_vlan_pcp",
  set_nw_ttl: "mod_nw_ttl",
};

const names = [...Object.keys(KINDS), ...Object.keys(ALIASES)];

/** The field that the action writes. */
export function modifiedField({ name }: ModifyAction) {
  return fieldNamed(KINDS[name].field)!;
}

export const MODIFY: ActionFamily<ModifyAction> = {
  kind: "mod",
  names: Object.fromEntries(
    names.map((name) => {
      const known = ALIASES[name] ?? (name as ModifyName);
      return [name, ({ value }) => ({ kind: "mod", name: known, value: KINDS[known].parse(value) })];
    }),
  ),
  format(action) {
    const { name, value } = action;
    if (name.startsWith("set_mpls")) return `${name}(${value})`;
    if (name.startsWith("set_tunnel")) return `${value > 0xffff_ffffn ? "set_tunnel64" : name}:${hex(value)}`;
    const field = modifiedField(action);
    return `${name}:${formatFieldValue(field, { value, mask: (1n << BigInt(field.bits)) - 1n })}`;
  },
  translate: (action, translation) => modifyField(translation, modifiedField(action), action.name, action.value),
  // The older ones are simply left undone on packets that do not have the field.
  fields: (action) => (/^mod_nw_(?:ttl|ecn)/.test(action.name) ? [modifiedField(action)] : []),
  needsNoLayer3: ({ name }) => /^mod_(dl|vlan)|^set_tunnel/.test(name),
};
