import { ETH_P_ALL } from "../network/socket/packet-socket.ts";
import { formatAddress } from "../topology/address-with-prefix.ts";
import type { SocketModel } from "../topology/model.ts";

/** What a socket is bound to, in words: `all protocols on eth0, whole frames`, `port 53`. */
export function describeBinding(model: SocketModel): string {
  const { kind, type, protocol, port, address, family } = model;
  const device = model.interface === undefined ? "" : ` on ${model.interface}`;
  const local = address === undefined ? "" : ` at ${formatAddress(address)}`;
  if (kind === "packet") {
    const what = protocol === ETH_P_ALL ? "all protocols" : `protocol 0x${protocol.toString(16).padStart(4, "0")}`;
    return `${what}${device}, ${type === "raw" ? "whole frames" : "without the link-layer header"}`;
  }
  if (kind === "raw") return `IPv${family} protocol ${protocol}${local}${device}`;
  return `port ${port}${local}${device}`;
}
