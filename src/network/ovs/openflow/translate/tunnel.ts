import { get16, set16, set32 } from "../../../../packet/wire.ts";
import type { TunnelOptions } from "../../datapath/port.ts";
import { AT, blankKey, TUNNEL_FLAGS } from "../../flow/layout.ts";
import type { OpenFlowPort } from "../bridge/port.ts";
import { commit } from "./commit.ts";
import { isIp } from "./fields.ts";
import { copyPart, samePart } from "./key-access.ts";
import type { Translation } from "./translation.ts";

const ECN = 0x03;
const DEFAULT_TTL = 64;
/** What set(tunnel(...)) writes. */
const TUNNEL_BYTES = AT.user - AT.tunId;

/**
 * Output to a tunnel port: tells the datapath where the tunnel leads, then outputs (tnl_port_send of ofproto/tunnel.c).
 * The flow's own tunnel fields are as before afterwards.
 */
export function throughTunnel(t: Translation, port: OpenFlowPort, options: TunnelOptions): void {
  const { flow, wanted } = t;
  const before = flow.slice(AT.tunId, AT.user);
  address(flow, options.remote, AT.tunDst, AT.tunIpv6Dst);
  address(flow, options.local, AT.tunSrc, AT.tunIpv6Src);
  if (options.key !== "flow") {
    flow.fill(0, AT.tunId, AT.tunId + 8);
    set32(flow, AT.tunId + 4, options.key ?? 0);
  }
  if (options.ttl === "inherit" && isIp(flow)) {
    wanted[AT.nwTtl] = 0xff;
    flow[AT.tunTtl] = flow[AT.nwTtl]!;
  } else flow[AT.tunTtl] = typeof options.ttl === "number" ? options.ttl : DEFAULT_TTL;
  if (options.tos === "inherit" && isIp(flow)) {
    wanted[AT.nwTos] = 0xff;
    flow[AT.tunTos] = flow[AT.nwTos]!;
  } else {
    flow[AT.tunTos] = typeof options.tos === "number" ? options.tos : 0;
    // Congestion is always told through.
    if (isIp(flow)) {
      wanted[AT.nwTos]! |= ECN;
      flow[AT.tunTos]! |= flow[AT.nwTos]! & ECN;
    }
  }
  let flags = get16(flow, AT.tunFlags) & ~(TUNNEL_FLAGS.df | TUNNEL_FLAGS.csum | TUNNEL_FLAGS.key);
  if (options.df) flags |= TUNNEL_FLAGS.df;
  if (options.csum) flags |= TUNNEL_FLAGS.csum;
  if (options.key !== undefined) flags |= TUNNEL_FLAGS.key;
  set16(flow, AT.tunFlags, flags);
  const isSet = flow.subarray(AT.tunDst, AT.tunDst + 4).some((byte) => byte !== 0);
  const isSet6 = flow.subarray(AT.tunIpv6Dst, AT.tunIpv6Dst + 16).some((byte) => byte !== 0);
  if (!isSet && !isSet6) t.say("warn", "Tunneling decided against output");
  else {
    t.say("detail", "output to kernel tunnel");
    if (!samePart(flow, t.base, AT.tunId, TUNNEL_BYTES)) {
      const value = blankKey();
      const mask = blankKey();
      copyPart(value, flow, AT.tunId, TUNNEL_BYTES);
      mask.fill(0xff, AT.tunId, AT.user);
      t.out.push({ type: "set", group: "tunnel", value, mask });
      copyPart(t.base, flow, AT.tunId, TUNNEL_BYTES);
    }
    commit(t);
    t.out.push({ type: "output", port: port.number });
  }
  flow.set(before, AT.tunId);
}

function address(flow: Uint8Array, value: Uint8Array | "flow" | undefined, v4: number, v6: number): void {
  if (value === "flow") return;
  flow.fill(0, v4, v4 + 4);
  flow.fill(0, v6, v6 + 16);
  if (value !== undefined) flow.set(value, value.length === 4 ? v4 : v6);
}
