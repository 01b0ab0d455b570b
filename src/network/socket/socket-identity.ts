import { ADDRESSES } from "../../packet/checksum.ts";
import type { SkbSocket } from "../../packet/skb.ts";
import type { SocketModel } from "../../topology/model.ts";
import type { ControlGroup } from "../cgroup/control-group.ts";

const AF = { 4: 2, 6: 10 } as const;
const AF_PACKET = 17;
const TYPES = { tcp: 1, udp: 2, ping: 2, raw: 3, packet: 3 } as const;
const PROTOCOLS = { tcp: 6, udp: 17, packet: 0 } as const;
const ICMP = { 4: 1, 6: 58 } as const;
const TCP_CLOSE = 7;
const TCP_LISTEN = 10;

const NOWHERE = { 4: new Uint8Array(ADDRESSES[4].length), 6: new Uint8Array(ADDRESSES[6].length) } as const;

/** What packets and programs know of a socket. */
export class SocketIdentity implements SkbSocket {
  readonly family: number;
  readonly type: number;
  readonly protocol: number;
  readonly localAddress: Uint8Array;
  readonly remoteAddress: Uint8Array;
  readonly localPort: number;
  readonly remotePort: number;
  state: number;
  readonly cookie: number;
  readonly cgroup: ControlGroup | undefined;

  constructor(
    cookie: number,
    cgroup: ControlGroup | undefined,
    kind: "tcp" | "udp" | "ping",
    family: 4 | 6,
    ends: { local?: Uint8Array; remote?: Uint8Array; localPort: number; remotePort?: number },
    state = TCP_CLOSE,
  ) {
    this.cookie = cookie;
    this.cgroup = cgroup;
    this.family = AF[family];
    this.type = TYPES[kind];
    this.protocol = kind === "ping" ? ICMP[family] : PROTOCOLS[kind];
    this.localAddress = ends.local ?? NOWHERE[family];
    this.remoteAddress = ends.remote ?? NOWHERE[family];
    this.localPort = ends.localPort;
    this.remotePort = ends.remotePort ?? 0;
    this.state = state;
  }
}

/** Of a socket that the topology opens. One that is bound to no address is of IPv6 and takes both versions, as dual-stack sockets. */
export function identityOf(model: SocketModel, cookie: number, cgroup: ControlGroup | undefined): SkbSocket {
  const { kind, address } = model;
  const family = kind === "raw" ? model.family : (address?.family ?? (kind === "packet" ? 4 : 6));
  return {
    family: kind === "packet" ? AF_PACKET : AF[family],
    type: kind === "packet" && model.type === "dgram" ? TYPES.udp : TYPES[kind],
    protocol: kind === "raw" ? model.protocol : PROTOCOLS[kind],
    localAddress: address?.address ?? NOWHERE[family],
    remoteAddress: NOWHERE[family],
    localPort: model.port ?? 0,
    remotePort: 0,
    state: kind === "tcp" ? TCP_LISTEN : TCP_CLOSE,
    cookie,
    cgroup: kind === "packet" ? undefined : cgroup,
  };
}
