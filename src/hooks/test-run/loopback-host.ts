import type { SkbPool } from "../../packet/skb-pool.ts";
import type { ProgramHost } from "../places.ts";
import type { ProgramDevice } from "../program-network.ts";

/** `lo`, as Linux sets it up. */
const LOOPBACK: ProgramDevice = { index: 1, mtu: 65_536, mac: new Uint8Array(6), headerLength: 14 };

/** A host whose only device is `lo`. What programs send there is not seen again. */
export function loopbackHost(pool: SkbPool): ProgramHost {
  return {
    hasDevice: (ifindex) => ifindex === LOOPBACK.index,
    network: {
      forwarding: false,
      device: (ifindex) => (ifindex === LOOPBACK.index ? LOOPBACK : undefined),
      route: () => undefined,
      neighbour: () => undefined,
      socket: () => undefined,
    },
    redirect(skb) {
      pool.release(skb);
      return 0;
    },
    sendToNeighbour: (skb) => pool.release(skb),
    passToPeer(skb) {
      pool.release(skb);
      return false;
    },
    copy: (skb) => pool.copy(skb),
  };
}
