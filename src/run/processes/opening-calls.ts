import { swap16 } from "../../bpf/network-order.ts";
import type { SocketModel } from "../../topology/model.ts";
import type { CallResult } from "../result.ts";

const SOMAXCONN = 4096;

/** socket(2) of a process's socket, in constants that stand for themselves. */
export function socketCall({ kind, type, protocol, family }: SocketModel): string {
  const domain = kind === "packet" ? "AF_PACKET" : family === 6 ? "AF_INET6" : "AF_INET";
  const types = {
    packet: type === "raw" ? "SOCK_RAW" : "SOCK_DGRAM",
    udp: "SOCK_DGRAM",
    tcp: "SOCK_STREAM",
    raw: "SOCK_RAW",
  };
  // Packet sockets have their ethertype in network order.
  const number = kind === "packet" ? swap16(protocol) : protocol;
  return `socket(${domain}, ${types[kind]}, ${number})`;
}

/** What follows socket(2): bind(2) and listen(2) where the socket is bound and listens. */
export function bindingCalls({ kind, port, interface: device }: SocketModel, descriptor: number): string[] {
  const calls: string[] = [];
  if (port !== undefined || (kind === "packet" && device !== undefined)) calls.push(`bind(${descriptor}, {}, 16)`);
  if (kind === "tcp") calls.push(`listen(${descriptor}, ${SOMAXCONN})`);
  return calls;
}

/** True where a call ran, or somebody answered for it that it did. */
export function succeeded({ outcome, value }: Pick<CallResult, "outcome" | "value">): boolean {
  return (outcome === "runs" || outcome === "returns") && !value?.startsWith("-");
}
