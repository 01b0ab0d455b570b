import { ERRNO } from "../../../bpf/maps/errno.ts";
import type { HostFunction } from "../../../bpf/vm/host-function.ts";
import { TUNNEL, type TunnelInfo } from "../../../packet/tunnel-info.ts";
import { helper32 } from "../../helpers/helper32.ts";
import type { HelperGroup } from "./packet-helpers.ts";

/** struct bpf_tunnel_key: offsets and size, and the sizes that it had before. */
const KEY = { id: 0, remote: 4, tos: 20, ttl: 21, flags: 22, label: 24, local: 28 } as const;
const KEY_BYTES = 44;
const OLD_BYTES: readonly number[] = [8, 22, 24, 28];
/** The oldest of them ends behind an IPv4 address. */
const IPV4_BYTES = 8;

/** BPF_F_TUNINFO_IPV6, BPF_F_ZERO_CSUM_TX, BPF_F_DONT_FRAGMENT, BPF_F_SEQ_NUMBER; when read BPF_F_TUNINFO_FLAGS, when set BPF_F_NO_TUNNEL_KEY. */
const FLAG = { ipv6: 1, zeroChecksum: 2, dontFragment: 4, sequenceNumber: 8, tellFlags: 16, noKey: 16 } as const;
const SET_FLAGS = FLAG.ipv6 | FLAG.zeroChecksum | FLAG.dontFragment | FLAG.sequenceNumber | FLAG.noKey;
/** Options, of whatever kind of tunnel: Geneve's, VXLAN's, ERSPAN's and GTP's at once. */
const WITH_OPTIONS = 0x0800 | 0x1000 | 0x4000 | 0x8000;
const MOST_OPTIONS = 255;
const MOST_LABEL = 0xf_ffff;
/** EPROTO, negative. */
const WRONG_PROTOCOL = -71;

/**
 * What a tunnel device is told about a packet, or tells (net/core/filter.c: bpf_skb_set_tunnel_key, bpf_skb_get_tunnel_key and their
 * `_opt`). Addresses of IPv4 are numbers in host order, those of IPv6 bytes.
 */
export const tunnelHelpers: HelperGroup = (running, { machine }): ReadonlyMap<number, HostFunction> => {
  const { memory } = machine;
  const readAddress = (key: DataView, at: number, family: 4 | 6): Uint8Array => {
    const address = new Uint8Array(family === 4 ? 4 : 16);
    if (family === 4) new DataView(address.buffer).setUint32(0, key.getUint32(at, true));
    else for (let i = 0; i < 16; i++) address[i] = key.getUint8(at + i);
    return address;
  };
  const writeAddress = (key: DataView, at: number, address: Uint8Array): void => {
    if (address.length === 4) key.setUint32(at, new DataView(address.buffer).getUint32(0), true);
    else new Uint8Array(key.buffer).set(address, at);
  };
  const set = (key: DataView, flags: number): number => {
    const family = (flags & FLAG.ipv6) === 0 ? 4 : 6;
    const label = key.getUint32(KEY.label, true);
    if ((family === 4 && label !== 0) || key.getUint16(KEY.flags, true) !== 0) return -ERRNO.EINVAL;
    running.block.skb!.tunnel = {
      family,
      mode: "transmit",
      id: BigInt(key.getUint32(KEY.id, true)),
      source: readAddress(key, KEY.local, family),
      destination: readAddress(key, KEY.remote, family),
      tos: key.getUint8(KEY.tos),
      ttl: key.getUint8(KEY.ttl),
      label: label & MOST_LABEL,
      flags:
        TUNNEL.noCache |
        ((flags & FLAG.dontFragment) === 0 ? 0 : TUNNEL.dontFragment) |
        ((flags & FLAG.zeroChecksum) === 0 ? TUNNEL.checksum : 0) |
        ((flags & FLAG.sequenceNumber) === 0 ? 0 : TUNNEL.sequence) |
        ((flags & FLAG.noKey) === 0 ? TUNNEL.key : 0),
      options: new Uint8Array(),
    };
    return 0;
  };
  /** What `size` bytes of the key are; or why they are not given. */
  const get = (to: number, size: number, flags: number): number => {
    const info = running.block.skb!.tunnel;
    if (info === undefined || (flags & ~(FLAG.ipv6 | FLAG.tellFlags)) !== 0) return -ERRNO.EINVAL;
    if (info.family !== ((flags & FLAG.ipv6) === 0 ? 4 : 6)) return WRONG_PROTOCOL;
    if (size !== KEY_BYTES && !OLD_BYTES.includes(size)) return -ERRNO.EINVAL;
    if (size === IPV4_BYTES && info.family !== 4) return -ERRNO.EINVAL;
    const bytes = new Uint8Array(KEY_BYTES);
    const key = new DataView(bytes.buffer);
    key.setUint32(KEY.id, Number(BigInt.asUintN(32, info.id)), true);
    key.setUint8(KEY.tos, info.tos);
    key.setUint8(KEY.ttl, info.ttl);
    if ((flags & FLAG.tellFlags) !== 0) key.setUint16(KEY.flags, info.flags);
    // Seen from here the other end is where packets come from.
    writeAddress(key, KEY.remote, info.source);
    writeAddress(key, KEY.local, info.destination);
    key.setUint32(KEY.label, info.label, true);
    memory.bytes.set(bytes.subarray(0, size), to);
    return 0;
  };
  return new Map([
    helper32(20, "bpf_skb_get_tunnel_key", 4, "signed", (_context, to, size, flags) => {
      const answer = get(to! >>> 0, size!, flags!);
      if (answer < 0) memory.bytes.fill(0, to! >>> 0, (to! >>> 0) + size!);
      return answer;
    }),
    helper32(21, "bpf_skb_set_tunnel_key", 4, "signed", (_context, from, size, flags) => {
      if ((flags! & ~SET_FLAGS) !== 0) return -ERRNO.EINVAL;
      if (size !== KEY_BYTES && !OLD_BYTES.includes(size!)) return -ERRNO.EINVAL;
      const key = new Uint8Array(KEY_BYTES);
      key.set(memory.bytes.subarray(from! >>> 0, (from! >>> 0) + size!));
      return set(new DataView(key.buffer), flags!);
    }),
    helper32(29, "bpf_skb_get_tunnel_opt", 3, "signed", (_context, to, size) => {
      const info: TunnelInfo | undefined = running.block.skb!.tunnel;
      const at = to! >>> 0;
      memory.bytes.fill(0, at, at + size!);
      if (info === undefined || (info.flags & WITH_OPTIONS) === 0) return -ERRNO.ENOENT;
      if (size! < info.options.length) return -ERRNO.ENOMEM;
      memory.bytes.set(info.options, at);
      return info.options.length;
    }),
    helper32(30, "bpf_skb_set_tunnel_opt", 3, "signed", (_context, from, size) => {
      const info: TunnelInfo | undefined = running.block.skb!.tunnel;
      // Those of a tunnel that it came in by stay as they are.
      if (info?.mode !== "transmit" || (size! & 3) !== 0) return -ERRNO.EINVAL;
      if (size! > MOST_OPTIONS) return -ERRNO.ENOMEM;
      info.options = memory.bytes.slice(from! >>> 0, (from! >>> 0) + size!);
      if (size! > 0) info.flags |= WITH_OPTIONS;
      return 0;
    }),
  ]);
};
