import { ERRNO } from "../maps/errno.ts";
import type { HostFunction } from "../vm/host-function.ts";
import { format } from "./format.ts";
import { helper } from "./helper.ts";
import type { HelperMemory } from "./helper-memory.ts";
import type { Surroundings } from "./surroundings.ts";

/** Arguments of a format, as 64-bit words (MAX_BPRINTF_VARARGS). */
const MOST_ARGUMENTS = 12;
/** Bytes that one call prints, the zero at the end included (MAX_BPRINTF_BUF). */
const BUFFER_BYTES = 1024;

/** bpf_trace_printk, bpf_trace_vprintk, bpf_snprintf and bpf_strncmp, by their numbers (kernel/bpf/helpers.c, kernel/trace/bpf_trace.c). */
export function printHelpers(memory: HelperMemory, { print }: Surroundings): ReadonlyMap<number, HostFunction> {
  const view = () => new DataView(memory.bytes.buffer);
  /** Text up to a zero among so many bytes; undefined where there is none. */
  const textAt = (at: number, bytes: number): string | undefined => {
    const end = memory.bytes.subarray(at, at + bytes).indexOf(0);
    return end < 0 ? undefined : Buffer.from(memory.bytes.buffer, at, end).toString("latin1");
  };
  const list = (values: readonly bigint[]) => {
    let next = 0;
    return () => (next < values.length ? BigInt.asUintN(64, values[next++]!) : undefined);
  };
  const words = (what: string, data: number, bytes: number): readonly bigint[] | undefined => {
    if (bytes % 8 !== 0 || bytes > 8 * MOST_ARGUMENTS || (bytes !== 0 && data === 0)) return undefined;
    const at = bytes === 0 ? 0 : memory.within(what, data, bytes);
    return Array.from({ length: bytes / 8 }, (_, i) => view().getBigUint64(at + 8 * i, true));
  };
  const trace = (what: string, text: number, bytes: number, values: readonly bigint[]): number => {
    const pattern = textAt(memory.within(what, text, bytes), bytes);
    if (pattern === undefined) return -ERRNO.EINVAL;
    const printed = format(memory, pattern, list(values));
    if (typeof printed === "number") return printed;
    print?.(printed.slice(0, BUFFER_BYTES - 1));
    return printed.length;
  };
  return new Map<number, HostFunction>([
    helper(6, "wwddd", "signed", (text: number, bytes: number, a: bigint, b: bigint, c: bigint) =>
      trace("bpf_trace_printk", text, bytes, [a, b, c]),
    ),
    helper(177, "wwww", "signed", (text: number, bytes: number, data: number, length: number) => {
      const values = words("bpf_trace_vprintk", data, length >>> 0);
      return values === undefined ? -ERRNO.EINVAL : trace("bpf_trace_vprintk", text, bytes, values);
    }),
    helper(165, "wwwww", "signed", (to: number, size: number, text: number, data: number, length: number) => {
      const what = "bpf_snprintf";
      const values = words(what, data, length >>> 0);
      if (values === undefined) return -ERRNO.EINVAL;
      const from = memory.within(what, text, 1);
      const pattern = textAt(from, memory.bytes.length - from);
      const printed = format(memory, pattern ?? "", list(values), size);
      if (typeof printed === "number") return printed;
      if (size > 0) {
        const at = memory.within(what, to, size);
        const kept = printed.slice(0, size - 1);
        memory.bytes.set(Buffer.from(kept, "latin1"), at);
        memory.bytes[at + kept.length] = 0;
      }
      return printed.length + 1;
    }),
    helper(182, "www", "signed", (one: number, length: number, other: number) => {
      const a = memory.within("bpf_strncmp", one, length);
      const b = memory.within("bpf_strncmp", other, 1);
      const { bytes } = memory;
      for (let i = 0; i < length; i++) {
        const [x, y] = [bytes[a + i]!, bytes[b + i]!];
        if (x !== y) return x < y ? -1 : 1;
        if (x === 0) break;
      }
      return 0;
    }),
  ]);
}
