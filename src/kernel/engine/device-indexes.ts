import type { Libc } from "../libc.ts";
import { NetNamespace } from "../socket/net-namespace.ts";

/** The loopback device, which every network namespace has. */
export const LOOPBACK_INDEX = 1;
/** Hardware addresses of the devices: packets to them are for this host. */
const LOOPBACK_ADDRESS = [0, 0, 0, 0, 0, 0];
const OTHER_ADDRESS = [2, 0, 0, 0, 0, 1];

/**
 * A network namespace with devices of any index, which do nothing: BPF_PROG_TEST_RUN lets a program's packet be at a device only
 * where there is one of that index.
 */
export class DeviceIndexes {
  private readonly libc: Libc;
  private readonly made = new Set<number>();
  private namespace: NetNamespace | undefined;

  constructor(libc: Libc) {
    this.libc = libc;
  }

  /** Does something where there is a device of that index. */
  at<T>(index: number, act: () => T): T {
    this.namespace ??= new NetNamespace(this.libc);
    if (index !== LOOPBACK_INDEX && !this.made.has(index)) {
      const address = Buffer.from(OTHER_ADDRESS).toString("hex").match(/../g)!.join(":");
      this.namespace.batch("ip", [`link add name n${index} index ${index} address ${address} type bridge`]);
      this.made.add(index);
    }
    return this.namespace.within(act);
  }

  addressOf(index: number): readonly number[] {
    return index === LOOPBACK_INDEX ? LOOPBACK_ADDRESS : OTHER_ADDRESS;
  }

  close(): void {
    this.namespace?.close();
    this.namespace = undefined;
  }
}
