import type { RouteSocket } from "../../netlink/route-socket.ts";
import type { NetNamespace } from "../../socket/net-namespace.ts";

/** A device with traffic control. */
export interface TcPlace {
  readonly host: string;
  readonly device: string;
  readonly index: number;
  readonly namespace: NetNamespace;
  readonly socket: RouteSocket;
}

/** TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_INGRESS) and the same of egress. */
export const SIDE = { ingress: 0xffff_fff2, egress: 0xffff_fff3 } as const;
