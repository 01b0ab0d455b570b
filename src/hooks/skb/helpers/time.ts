import { ERRNO } from "../../../bpf/maps/errno.ts";
import type { HostFunction } from "../../../bpf/vm/host-function.ts";
import type { HelperGroup } from "./packet-helpers.ts";

const ETH_P_IP = 0x0800;
const ETH_P_IPV6 = 0x86dd;
/** BPF_SKB_CLOCK_REALTIME: a time of arrival. The others are times at which the packet may leave, and never 0. */
const REALTIME = 0;
/** BPF_SKB_CLOCK_TAI */
const TAI = 2;

/** A packet's time, and which clock it is of (net/core/filter.c, bpf_skb_set_tstamp). */
export const timeHelpers: HelperGroup = (running): ReadonlyMap<number, HostFunction> =>
  new Map<number, HostFunction>([
    [
      192,
      {
        name: "bpf_skb_set_tstamp",
        parameters: ["i32", "i64", "i32"],
        result: "signed",
        call: (_context: number, time: bigint, clock: number) => {
          const { block } = running;
          const skb = block.skb!;
          if (skb.protocol !== ETH_P_IP && skb.protocol !== ETH_P_IPV6) return -ERRNO.EOPNOTSUPP;
          if (clock < REALTIME || clock > TAI) return -ERRNO.EINVAL;
          if (clock !== REALTIME && time === 0n) return -ERRNO.EINVAL;
          skb.timestampLow = Number(BigInt.asIntN(32, time));
          skb.timestampHigh = Number(BigInt.asIntN(32, time >> 32n));
          skb.timestampClock = clock;
          block.showTime(skb);
          return 0;
        },
      },
    ],
  ]);
