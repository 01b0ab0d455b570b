import type { Libc } from "../../src/kernel/libc.ts";
import { withSwitchAt } from "./unprivileged-switch.ts";

/** CAP_NET_ADMIN, CAP_SYS_ADMIN, CAP_PERFMON, CAP_BPF */
const CAPABILITIES = [12, 21, 38, 39];
const CAPABILITY_VERSION = 0x2008_0522;

/** Makes what does something without capabilities, at a moment when users without them may load programs. */
export function withoutCapabilities(libc: Libc): <Result>(action: () => Result) => Result {
  const setCapabilities = libc.declare("int capset(void *header, void *sets)");
  const getCapabilities = libc.declare("int capget(void *header, void *sets)");
  const header = Buffer.alloc(8);
  header.writeUInt32LE(CAPABILITY_VERSION, 0);
  const all = Buffer.alloc(24);
  getCapabilities(header, all);
  const few = Buffer.from(all);
  // Effective sets are the first of three words, for capabilities 0 to 31 and 32 to 63.
  for (const capability of CAPABILITIES) {
    const at = capability < 32 ? 0 : 12;
    few.writeUInt32LE((few.readUInt32LE(at) & ~(1 << (capability & 31))) >>> 0, at);
  }
  return (action) =>
    withSwitchAt("0", () => {
      if (setCapabilities(header, few) !== 0) throw new Error(`capset(2) fails with errno ${libc.errno()}`);
      try {
        return action();
      } finally {
        setCapabilities(header, all);
      }
    });
}
