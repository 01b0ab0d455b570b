import { get16, get32, set16 } from "../../../../packet/wire.ts";
import { formatDatapathActions } from "../../dpctl/format-actions.ts";
import { AT, blankKey, DATAPATH_SIZE, MPLS_LABELS, REGISTERS, VLAN_PRESENT } from "../../flow/layout.ts";
import { formatCookie } from "../bridge/format-cookie.ts";
import { formatMatch } from "../match/format-match.ts";
import { ETHERTYPE, PROTOCOL } from "../match/protocols.ts";
import { isIp, isLaterFragment, isMpls } from "../translate/fields.ts";
import { isEthernet } from "../translate/packet-type.ts";
import { LSE, labelAt, vlanAt } from "../translate/tags.ts";
import type { Translation, TranslationError } from "../translate/translation.ts";

/** All of a flow, what has no value left out where it is no part of the packet (flow_format of lib/flow.c). */
export function formatKey(key: Uint8Array): string {
  const mask = blankKey();
  const want = (at: number, count: number) => mask.fill(0xff, at, at + count);
  const wantIfSet = (at: number, count: number) => {
    if (key.subarray(at, at + count).some((byte) => byte !== 0)) want(at, count);
  };
  for (const at of [AT.recircId, AT.dpHash, AT.skbPriority, AT.inPort, AT.skbMark, AT.ctState, AT.ctMark])
    wantIfSet(at, 4);
  wantIfSet(AT.ctZone, 2);
  wantIfSet(AT.ctLabel, 16);
  for (const [at, count] of TUNNEL) wantIfSet(at, count);
  wantIfSet(AT.metadata, 8);
  for (let i = 0; i < REGISTERS; i++) wantIfSet(AT.reg + 4 * i, 4);
  // The state is one byte of those that lie there.
  mask.fill(0, AT.ctState, AT.ctState + 3);
  want(AT.packetType, 4);
  if (isEthernet(key)) wantLink(key, want);
  wantHeaders(key, want);
  const shown = key.map((byte, i) => byte & mask[i]!);
  // Other packets have a type, too, which says what their fields are.
  set16(shown, AT.ethType, get16(key, AT.ethType));
  return formatMatch({ key: shown, mask });
}

function wantLink(key: Uint8Array, want: (at: number, count: number) => void): void {
  want(AT.ethDst, 14);
  for (const i of [0, 1]) {
    want(vlanAt(i) + 2, 2);
    if ((get16(key, vlanAt(i) + 2) & VLAN_PRESENT) === 0) break;
  }
}

const TUNNEL = [
  [AT.tunId, 8],
  [AT.tunSrc, 4],
  [AT.tunDst, 4],
  [AT.tunIpv6Src, 16],
  [AT.tunIpv6Dst, 16],
  [AT.tunTos, 1],
  [AT.tunTtl, 1],
] as const;

function wantHeaders(key: Uint8Array, want: (at: number, count: number) => void): void {
  const type = get16(key, AT.ethType);
  if (type === ETHERTYPE.arp || type === ETHERTYPE.rarp) {
    want(AT.nwSrc, 8);
    want(AT.nwProto, 1);
    want(AT.arpSha, 12);
  } else if (isMpls(key)) {
    for (let i = 0; i < MPLS_LABELS; i++) {
      want(labelAt(i), 4);
      if ((get32(key, labelAt(i)) & LSE.bottom) !== 0) break;
    }
  }
  if (type === ETHERTYPE.nsh) {
    want(AT.nshFlags, 4);
    want(AT.nshPath, key[AT.nshMdType] === 1 ? 20 : 4);
    want(AT.nwFrag, 4);
  }
  if (!isIp(key)) return;
  if (type === ETHERTYPE.ip) want(AT.nwSrc, 8);
  else {
    want(AT.ipv6Src, 32);
    want(AT.ipv6Label, 4);
  }
  want(AT.nwFrag, 4);
  const protocol = key[AT.nwProto]!;
  if (isLaterFragment(key) || !PORTS.has(protocol)) return;
  want(AT.tpSrc, 4);
  if (protocol === PROTOCOL.tcp) want(AT.tcpFlags, 2);
  if (protocol !== PROTOCOL.icmpv6) return;
  want(AT.ndTarget, 16);
  want(AT.arpSha, 12);
}

const PORTS: ReadonlySet<number> = new Set(Object.values(PROTOCOL));

/** The flow and the bits of it that count, as the line `Megaflow:` of ofproto/trace has them. */
export function formatMegaflow({ original, wanted }: Translation): string {
  const mask = wanted.slice();
  // It says nothing of contexts of network service headers.
  mask.fill(0, AT.nshContext, AT.nshContext + 16);
  return formatMatch({ key: original.map((byte, i) => byte & mask[i]!), mask });
}

/** What ofproto/trace calls errors (xlate_strerror). */
const ERRORS: Readonly<Record<TranslationError, string>> = {
  "recursion too deep": "Recursion too deep",
  "too many resubmits": "Too many resubmits",
  "stack too deep": "Stack too deep",
  "no recirculation context": "No recirculation context",
  "too many MPLS labels": "Too many MPLS labels",
  unsupported: "Unsupported packet type",
};

/** All that ofproto/trace says of one translation, the packet's way included where it was reported. */
export function formatTrace(t: Translation): string {
  const before = t.original.slice(0, DATAPATH_SIZE);
  const isSame =
    before.every((byte, i) => byte === t.flow[i]) &&
    t.flow.subarray(DATAPATH_SIZE, AT.conjId).every((byte, i) => byte === t.original[DATAPATH_SIZE + i]);
  const lines = [
    `Flow: ${formatKey(t.original)}`,
    String(t.report),
    `Final flow: ${isSame ? "unchanged" : formatKey(t.flow)}`,
    `Megaflow: ${formatMegaflow(t)}`,
    `Datapath actions: ${formatDatapathActions(t.out, { port: String, cookie: formatCookie })}`,
  ];
  if (t.error !== undefined) lines.push(`Translation failed (${ERRORS[t.error]}), packet is dropped.`);
  if (t.isSlow)
    lines.push(
      "This flow is handled by the userspace slow path because it:",
      "  - Uses action(s) not supported by datapath.",
    );
  return lines.map((line) => `${line}\n`).join("");
}
