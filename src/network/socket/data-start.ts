import type { SocketModel } from "../../topology/model.ts";

/**
 * Where the data of a socket's programs begins: packet sockets at one of the two headers, raw IPv4 sockets at the IP
 * header, all others behind it (net/core/filter.c, the callers of sk_filter).
 */
export function dataStartOf({ kind, type, family }: SocketModel): "link" | "network" | "transport" {
  if (kind === "packet") return type === "raw" ? "link" : "network";
  return kind === "raw" && family === 4 ? "network" : "transport";
}
