import type { FlowField } from "../../flow/field.ts";
import { readField, writeField } from "../../flow/field-value.ts";
import { AT, blankKey, VLAN_PRESENT } from "../../flow/layout.ts";
import type { FieldValue } from "../field/value.ts";

/** What a flow matches: the bits of `key` that `mask` wants; the others are zero. Both in the layout of flow keys. */
export interface Match {
  readonly key: Uint8Array;
  readonly mask: Uint8Array;
}

/** Matches every packet. */
export function matchAll(): Match {
  return { key: blankKey(), mask: blankKey() };
}

/** Adds a field to a match, in place of what the match said of it (mf_set of lib/meta-flow.c). */
export function setMatchField({ key, mask }: Match, field: FlowField, wanted: FieldValue): void {
  const special = SPECIAL[field.name];
  if (special !== undefined) {
    special({ key, mask }, wanted);
    return;
  }
  writeField(key, field, wanted.value);
  writeField(mask, field, wanted.mask);
}

/** Value of dl_vlan for packets without a tag (OFP10_VLAN_NONE). */
export const VLAN_NONE = 0xffffn;

const SPECIAL: Readonly<Record<string, (match: Match, wanted: FieldValue) => void>> = {
  in_port: ({ key, mask }, { value }) => {
    put(key, AT.inPort, 4, Number(value));
    put(mask, AT.inPort, 4, 0xffff_ffff);
  },
  dl_vlan: (match, { value }) =>
    value === VLAN_NONE ? setTci(match, 0, 0xffff) : setTci(match, Number(value) | VLAN_PRESENT, 0x1fff),
  dl_vlan_pcp: (match, { value }) => setTci(match, (Number(value) << 13) | VLAN_PRESENT, 0xe000 | VLAN_PRESENT),
  vlan_pcp: (match, { value }) => setTci(match, (Number(value) << 13) | VLAN_PRESENT, 0xe000 | VLAN_PRESENT),
  ...Object.fromEntries(
    // Types and codes have two bytes in a key as ports do, and all of them are looked at.
    [
      ["icmp_type", AT.tpSrc],
      ["icmpv6_type", AT.tpSrc],
      ["icmp_code", AT.tpDst],
      ["icmpv6_code", AT.tpDst],
    ].map(([name, at]) => [
      name as string,
      ({ key, mask }: Match, { value }: FieldValue) => {
        put(key, at as number, 2, Number(value));
        put(mask, at as number, 2, 0xffff);
      },
    ]),
  ),
};

function setTci({ key, mask }: Match, tci: number, wanted: number): void {
  const before = get16(key, AT.vlanTci);
  put(key, AT.vlanTci, 2, (before & ~wanted) | tci);
  put(mask, AT.vlanTci, 2, get16(mask, AT.vlanTci) | wanted);
}

function get16(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 8) | bytes[at + 1]!;
}

function put(bytes: Uint8Array, at: number, count: number, value: number): void {
  for (let i = 0; i < count; i++) bytes[at + i] = (value >>> (8 * (count - 1 - i))) & 0xff;
}

/** The value that a match wants a field to have. */
export function matchField({ key, mask }: Match, field: FlowField): FieldValue {
  return { value: readField(key, field), mask: readField(mask, field) };
}

/** What a match says that packets are which are not Ethernet: their Ethernet type, 0 for none; undefined: nothing. */
export function packetTypeOf({ key, mask }: Match): number | undefined {
  const space = get16(key, AT.packetType);
  const type = get16(key, AT.packetType + 2);
  if (get16(mask, AT.packetType) === 0 || (space === 0 && type === 0)) return undefined;
  return space === 1 ? type : 0;
}

/** Whether both match the same packets. */
export function equalMatches(a: Match, b: Match): boolean {
  return a.key.every((byte, i) => byte === b.key[i]) && a.mask.every((byte, i) => byte === b.mask[i]);
}
