import { ERRNO } from "../maps/errno.ts";
import { PerfEventArrayMap } from "../maps/perf-event-array-map.ts";
import type { HostFunction } from "../vm/host-function.ts";
import { helper } from "./helper.ts";
import type { HelperMemory } from "./helper-memory.ts";
import type { Surroundings } from "./surroundings.ts";

const INDEX_MASK = 0xffff_ffffn;
/** BPF_F_CURRENT_CPU */
const CURRENT_CPU = 0xffff_ffff;
/** Bits of bpf_perf_event_output's flags in which packet programs say how much of the packet comes along (BPF_F_CTXLEN_MASK). */
const PACKET_SHIFT = 32n;
const PACKET_MASK = 0xfffffn;
const NOTHING = new Uint8Array();
/** sizeof(struct bpf_perf_event_value) */
const VALUE_BYTES = 24;

/** bpf_perf_event_output, bpf_skb_output, bpf_perf_event_read and _read_value, by their numbers (kernel/trace/bpf_trace.c, net/core/filter.c). */
export function perfEventHelpers(
  memory: HelperMemory,
  { packetBytes, skbBytes }: Surroundings,
): ReadonlyMap<number, HostFunction> {
  const { place } = memory.maps;
  /** The event of an index, or the error number. */
  const eventAt = (what: string, map: number, flags: bigint) => {
    const array = memory.mapOf(what, map, PerfEventArrayMap);
    const given = Number(flags & INDEX_MASK);
    const index = given === CURRENT_CPU ? place.cpu() : given;
    if (index >= array.definition.maxEntries) return -ERRNO.E2BIG;
    return array.at(index) ?? -ERRNO.ENOENT;
  };
  const counterAt = (what: string, map: number, flags: bigint) => {
    if ((BigInt.asUintN(64, flags) & ~INDEX_MASK) !== 0n) return -ERRNO.EINVAL;
    const event = eventAt(what, map, BigInt.asUintN(64, flags));
    if (typeof event === "number") return event;
    return event.read === undefined ? -ERRNO.EINVAL : event.read();
  };
  const outputOf = (what: string, packetOf: NonNullable<Surroundings["packetBytes"]> | undefined) => {
    const permitted = INDEX_MASK | (packetOf === undefined ? 0n : PACKET_MASK << PACKET_SHIFT);
    return (from: number, map: number, flags: bigint, data: number, size: number) => {
      const unsigned = BigInt.asUintN(64, flags);
      if ((unsigned & ~permitted) !== 0n) return -ERRNO.EINVAL;
      const wanted = Number((unsigned >> PACKET_SHIFT) & PACKET_MASK);
      const packet = packetOf === undefined ? NOTHING : packetOf(from >>> 0, wanted);
      if (packet === undefined) return -ERRNO.EFAULT;
      const at = memory.within(what, data, size);
      const event = eventAt(what, map, unsigned);
      if (typeof event === "number") return event;
      if (event.output === undefined) return -ERRNO.EINVAL;
      if (event.cpu !== place.cpu()) return -ERRNO.EOPNOTSUPP;
      return event.output(Buffer.concat([memory.bytes.subarray(at, at + (size >>> 0)), packet]));
    };
  };
  return new Map<number, HostFunction>([
    helper(25, "wwdww", "signed", outputOf("bpf_perf_event_output", packetBytes)),
    ...(skbBytes === undefined ? [] : [helper(111, "wwdww", "signed", outputOf("bpf_skb_output", skbBytes))]),
    helper(22, "wd", "i64", (map: number, flags: bigint) => {
      const value = counterAt("bpf_perf_event_read", map, flags);
      return typeof value === "number" ? BigInt(value) : BigInt.asIntN(64, value.counter);
    }),
    helper(55, "wdww", "signed", (map: number, flags: bigint, to: number, size: number) => {
      const what = "bpf_perf_event_read_value";
      const at = memory.within(what, to, size);
      const value = size === VALUE_BYTES ? counterAt(what, map, flags) : -ERRNO.EINVAL;
      if (typeof value === "number") {
        memory.bytes.fill(0, at, at + size);
        return value;
      }
      const view = new DataView(memory.bytes.buffer);
      for (const [i, word] of [value.counter, value.enabled, value.running].entries())
        view.setBigUint64(at + 8 * i, BigInt.asUintN(64, word), true);
      return 0;
    }),
  ]);
}
