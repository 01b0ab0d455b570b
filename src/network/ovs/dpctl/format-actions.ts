import { formatIpv4, formatIpv6, formatMac } from "../../../packet/address.ts";
import type { ConntrackAction, DatapathAction, Nat, PushNshAction, UserspaceAction } from "../datapath/action.ts";
import { formatSet } from "./format-set.ts";

/** How numbers of ports are shown; `ovs-appctl dpctl/dump-flows` without --names shows them as they are. */
export type PortFormat = (port: number) => string;

/** What a userspace action's cookie looks like, which belongs to the slow path. */
export type CookieFormat = (action: UserspaceAction) => string;

/** How the parts of actions that datapaths know by number only are shown. */
export interface ActionFormats {
  readonly port: PortFormat;
  readonly cookie: CookieFormat;
}

export const PLAIN_FORMATS: ActionFormats = { port: String, cookie: ({ reason }) => reason };

/** Datapath actions as ovs-dpctl prints them (format_odp_actions of lib/odp-util.c); none is `drop`. */
export function formatDatapathActions(actions: readonly DatapathAction[], formats = PLAIN_FORMATS): string {
  return actions.length === 0 ? "drop" : actions.map((action) => formatOne(action, formats)).join(",");
}

function formatOne(action: DatapathAction, formats: ActionFormats): string {
  const list = (actions: readonly DatapathAction[]) => formatDatapathActions(actions, formats);
  switch (action.type) {
    case "output":
      return formats.port(action.port);
    case "userspace":
      return `userspace(pid=0,${formats.cookie(action)})`;
    case "set":
      return `set(${formatSet(action)})`;
    case "push_vlan": {
      const tpid = action.tpid === 0x8100 ? "" : `tpid=0x${action.tpid.toString(16).padStart(4, "0")},`;
      return `push_vlan(${tpid}vid=${action.tci & 0xfff},pcp=${action.tci >> 13})`;
    }
    case "push_mpls":
      return `push_mpls(${formatLse(action.lse)},eth_type=0x${action.ethertype.toString(16)})`;
    case "pop_mpls":
      return `pop_mpls(eth_type=0x${action.ethertype.toString(16)})`;
    case "push_nsh":
      return formatNsh(action);
    case "pop_nsh":
      return "pop_nsh()";
    case "push_eth":
      return `push_eth(src=${formatMac(action.source)},dst=${formatMac(action.destination)})`;
    case "sample":
      // A probability of 1 is how a clone was written before there was one.
      return `sample(sample=${((action.probability / 0xffff_ffff) * 100).toFixed(1)}%,actions(${list(action.actions)}))`;
    case "recirc":
      return `recirc(0x${action.id.toString(16)})`;
    case "hash":
      return `hash(${action.algorithm === "l4" ? "hash_l4" : "sym_l4"}(${action.basis}))`;
    case "ct":
      return formatConntrack(action);
    case "meter":
      return `meter(${action.id})`;
    case "trunc":
      return `trunc(${action.length})`;
    case "clone":
      return `clone(${list(action.actions)})`;
    case "check_pkt_len":
      return `check_pkt_len(size=${action.length},gt(${list(action.greater)}),le(${list(action.lessEqual)}))`;
    case "drop":
      return "drop";
    case "bpf": {
      const [first, second] = action.arguments;
      const shown = second !== 0 ? [first, second] : first !== 0 ? [first] : [];
      return `bpf(${[action.program, ...shown.map((number) => `0x${number.toString(16)}`)].join(",")})`;
    }
    default:
      return action.type;
  }
}

/** A label stack entry in words. */
export function formatLse(lse: number): string {
  return `label=${lse >>> 12},tc=${(lse >> 9) & 7},ttl=${lse & 0xff},bos=${(lse >> 8) & 1}`;
}

function formatNsh({ flags, ttl, mdType, nextProtocol, path, metadata }: PushNshAction): string {
  const words = Array.from({ length: 4 }, (_, i) => {
    const word = metadata.subarray(4 * i, 4 * i + 4).reduce((value, byte) => value * 256 + byte, 0);
    return `c${i + 1}=0x${word.toString(16)}`;
  });
  const hex = Buffer.from(metadata).toString("hex");
  const context = mdType === 1 ? `,${words.join(",")}` : hex === "" ? "" : `,md2=0x${hex}`;
  const spi = `spi=0x${(path >>> 8).toString(16)},si=${path & 0xff}`;
  return `push_nsh(flags=${flags},ttl=${ttl},mdtype=${mdType},np=${nextProtocol},${spi}${context})`;
}

function formatConntrack({ zone, isCommit, isForced, mark, label, nat, helper }: ConntrackAction): string {
  const parts: string[] = [];
  if (isCommit) parts.push(isForced ? "force_commit" : "commit");
  if (zone !== 0) parts.push(`zone=${zone}`);
  if (mark !== undefined) parts.push(`mark=0x${mark.value.toString(16)}/0x${mark.mask.toString(16)}`);
  if (label !== undefined) parts.push(`label=${hexOf(label.value)}/${hexOf(label.mask)}`);
  if (helper !== undefined) parts.push(`helper=${helper}`);
  if (nat !== undefined) parts.push(formatNat(nat));
  return parts.length === 0 ? "ct" : `ct(${parts.join(",")})`;
}

function hexOf(bytes: Uint8Array): string {
  const digits = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0"))
    .join("")
    .replace(/^0+/, "");
  return digits === "" ? "0" : `0x${digits}`;
}

function formatNat({ direction, addresses, ports, choice, isPersistent }: Nat): string {
  if (direction === undefined) return "nat";
  const parts: string[] = [direction];
  if (addresses !== undefined) {
    const [first, last] = addresses;
    const text = (bytes: Uint8Array) => (bytes.length === 4 ? formatIpv4(bytes) : formatIpv6(bytes));
    const isRange = first.some((byte, i) => byte !== last[i]);
    const range = isRange ? `${text(first)}-${text(last)}` : text(first);
    const host = first.length === 16 && ports !== undefined ? `[${range}]` : range;
    const port = ports === undefined ? "" : `:${ports[0] === ports[1] ? ports[0] : `${ports[0]}-${ports[1]}`}`;
    parts[0] = `${direction}=${host}${port}`;
  }
  if (isPersistent === true) parts.push("persistent");
  if (choice !== undefined) parts.push(choice);
  return `nat(${parts.join(",")})`;
}
