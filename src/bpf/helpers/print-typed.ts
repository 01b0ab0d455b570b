import { SHOW, showValue } from "../codec/show-value.ts";
import { ERRNO } from "../maps/errno.ts";
import { simulatedTypes } from "../object/simulated/simulated-types.ts";
import type { HostFunction } from "../vm/host-function.ts";
import { helper } from "./helper.ts";
import type { HelperMemory } from "./helper-memory.ts";
import { kernelReadError } from "./probe-memory.ts";
import type { Surroundings } from "./surroundings.ts";

/** struct btf_ptr: an address, the number of its type, and flags without a meaning. */
const [POINTER_BYTES, TYPE_OFFSET] = [16, 8];
const ALL_FLAGS = BigInt(Object.values(SHOW).reduce((all: number, flag) => all | flag, 0));

/** bpf_snprintf_btf by its number (kernel/trace/bpf_trace.c). Types are those that programs of the simulated kernel find by CO-RE. */
export function typedPrintHelpers(
  memory: HelperMemory,
  { kernelTypes = simulatedTypes }: Surroundings,
): ReadonlyMap<number, HostFunction> {
  return new Map<number, HostFunction>([
    helper(149, "wwwwd", "signed", (to: number, room: number, pointer: number, size: number, flags: bigint) => {
      if ((BigInt.asUintN(64, flags) & ~ALL_FLAGS) !== 0n || size !== POINTER_BYTES) return -ERRNO.EINVAL;
      const what = "bpf_snprintf_btf";
      const of = memory.within(what, pointer, POINTER_BYTES);
      const view = new DataView(memory.bytes.buffer);
      const id = view.getInt32(of + TYPE_OFFSET, true);
      const types = kernelTypes();
      if (id === 0) return -ERRNO.EINVAL;
      if (id < 0 || id >= types.count) return -ERRNO.ENOENT;
      const address = view.getBigUint64(of, true);
      const object = (offset: number, into: Uint8Array): number => {
        const from = Number(address) + offset;
        if (!memory.isInside(from, into.length)) return kernelReadError(address + BigInt(offset));
        into.set(memory.bytes.subarray(from, from + into.length));
        return 0;
      };
      const { text, status } = showValue(types, id, object, Number(flags));
      if (text !== "" && room > 0) {
        const at = memory.within(what, to, room);
        const kept = text.slice(0, room - 1);
        memory.bytes.set(Buffer.from(kept, "latin1"), at);
        memory.bytes[at + kept.length] = 0;
      }
      return status === 0 ? text.length : status;
    }),
  ]);
}
