import { fieldNamed } from "../../flow/fields.ts";
import { splitKeyValues } from "../text/key-values.ts";
import { unsigned } from "../text/number.ts";
import { FlowSyntaxError, type Piece } from "../text/syntax-error.ts";
import { decapsulate, encapsulateEthernet, encapsulateNsh } from "../translate/encap.ts";
import { decrementNshTtl } from "../translate/ttl.ts";
import type { Action, ActionFamily } from "./action.ts";

/** A property of encap(nsh(...)), in the order in which they were written. */
type NshProperty =
  | { readonly mdType: 1 | 2 }
  | { readonly tlv: { readonly class: number; readonly type: number; readonly value: Uint8Array } };

/** Puts a header before the packet: of Ethernet, or of network services (RFC 8300). */
export interface EncapAction extends Action {
  readonly kind: "encap";
  readonly header: "ethernet" | "nsh";
  readonly properties: readonly NshProperty[];
}

/** Takes the outermost header away. */
export interface DecapAction extends Action {
  readonly kind: "decap";
  /** The type that what is left is said to have; absent: as the header says. */
  readonly packetType?: { readonly space: number; readonly type: number };
}

const TLV = /^0x([\da-f]+),(\d+),0x((?:[\da-f]{2})+)$/i;
const [LARGEST_CLASS, LARGEST_TYPE] = [0xffff, 0xff];

export const ENCAP: ActionFamily<EncapAction> = {
  kind: "encap",
  names: {
    encap: ({ value, whole }) => {
      const [header] = splitKeyValues(value);
      if (header === undefined)
        throw new FlowSyntaxError("Missing encap hdr: ", whole, "encap(ethernet) or encap(nsh).");
      const { text } = header.key;
      if (text !== "ethernet" && text !== "nsh")
        throw new FlowSyntaxError(
          `Encap hdr not supported: ${header.value.text}`,
          header.whole,
          text.startsWith("mpls") ? "Put labels there by push_mpls." : "`ethernet` or `nsh` is expected.",
        );
      const properties = splitKeyValues(header.value).map(({ key, value: of }) => property(text, key, of));
      return { kind: "encap", header: text, properties };
    },
  },
  format: ({ header, properties }) =>
    properties.length === 0 ? `encap(${header})` : `encap(${header}(${properties.map(formatProperty).join(",")}))`,
  translate: ({ header, properties }, t) => {
    if (header === "ethernet") return encapsulateEthernet(t);
    const mdType = properties.findLast((one) => "mdType" in one)?.mdType ?? 1;
    return encapsulateNsh(t, mdType, mdType === 2 ? tlvBytes(properties) : new Uint8Array(16));
  },
  isIrreversible: true,
};

export const DECAP: ActionFamily<DecapAction> = {
  kind: "decap",
  names: {
    decap: ({ value }) => {
      const [given] = splitKeyValues(value);
      if (given === undefined) return { kind: "decap" };
      if (given.key.text !== "packet_type")
        throw new FlowSyntaxError(
          `Invalid decap argument: ${given.whole.text}`,
          given.whole,
          "packet_type(ns=,type=).",
        );
      const attributes = splitKeyValues(given.value);
      const attribute = (name: string) => {
        const found = attributes.find(({ key }) => key.text === name);
        if (found === undefined) throw new FlowSyntaxError(`Missing packet_type attribute ${name}`, given.whole);
        return unsigned(found.value, name, 16);
      };
      return { kind: "decap", packetType: { space: attribute("ns"), type: attribute("type") } };
    },
  },
  format: ({ packetType }) =>
    packetType === undefined
      ? "decap()"
      : `decap(packet_type(ns=${packetType.space},type=${packetType.type === 0 ? 0 : `0x${packetType.type.toString(16)}`}))`,
  translate: (_, t) => decapsulate(t),
  isIrreversible: true,
};

export const DEC_NSH_TTL: ActionFamily<Action & { readonly kind: "dec_nsh_ttl" }> = {
  kind: "dec_nsh_ttl",
  names: { dec_nsh_ttl: () => ({ kind: "dec_nsh_ttl" }) },
  format: () => "dec_nsh_ttl",
  translate: (_, t) => decrementNshTtl(t),
  fields: () => [fieldNamed("nsh_ttl")!],
};

function property(header: EncapAction["header"], key: Piece, value: Piece): NshProperty {
  if (header === "nsh" && (key.text === "md_type" || key.text === "tlv")) {
    if (value.text === "") throw new FlowSyntaxError("Value missing for encap property", key);
    return key.text === "md_type" ? { mdType: mdType(value) } : { tlv: tlv(value) };
  }
  throw new FlowSyntaxError(`Invalid property: ${key.text}`, key, header === "nsh" ? "md_type or tlv." : undefined);
}

function mdType(value: Piece): 1 | 2 {
  const number = unsigned(value, "md_type", 8);
  if (number !== 1 && number !== 2) throw new FlowSyntaxError("invalid md_type", value, "1 or 2 is expected.");
  return number;
}

function tlv(value: Piece): { class: number; type: number; value: Uint8Array } {
  const [, kind, type, hex] = TLV.exec(value.text) ?? [];
  const found = { class: Number.parseInt(kind ?? "", 16), type: Number(type), value: Buffer.from(hex ?? "", "hex") };
  if (!(found.class <= LARGEST_CLASS && found.type <= LARGEST_TYPE))
    throw new FlowSyntaxError(`Invalid NSH TLV header: ${value.text}`, value, "As in tlv(0x1000,10,0x12345678).");
  return found;
}

function formatProperty(one: NshProperty): string {
  if ("mdType" in one) return `md_type=${one.mdType}`;
  const { class: kind, type, value } = one.tlv;
  return `tlv(0x${kind.toString(16).padStart(4, "0")},${type},0x${Buffer.from(value).toString("hex")})`;
}

/** Metadata of type 2: each class, type and length, and the value in whole words (RFC 8300, section 2.5.1). */
function tlvBytes(properties: readonly NshProperty[]): Uint8Array {
  const parts = properties.flatMap((one) => {
    if (!("tlv" in one)) return [];
    const { class: kind, type, value } = one.tlv;
    const padding = new Uint8Array((4 - (value.length % 4)) % 4);
    return [Uint8Array.of(kind >> 8, kind, type, value.length), value, padding];
  });
  return new Uint8Array(Buffer.concat(parts));
}
