import { clearDynptr, DYNPTR_BYTES, DYNPTR_KIND, PACKET_PLACES, writeDynptr } from "../helpers/dynptr.ts";
import type { HelperMemory } from "../helpers/helper-memory.ts";
import { ERRNO } from "../maps/errno.ts";
import type { HostFunction } from "../vm/host-function.ts";
import { kernelFunction } from "./kernel-function.ts";

/** What makes dynptrs about a program's packet (net/core/filter.c); who may not write packets gets one that is read-only. */
export function packetDynptrFunctions(memory: HelperMemory): ReadonlyMap<string, HostFunction> {
  const { memory: linear } = memory.machine;
  const make = (kind: "skb" | "xdp", readOnly: boolean) => (context: number, flags: bigint, pointer: number) => {
    const at = memory.within("a dynptr function", pointer, DYNPTR_BYTES);
    clearDynptr(linear, at);
    if (flags !== 0n) return -ERRNO.EINVAL;
    const address = context >>> 0;
    const number = DYNPTR_KIND[kind];
    const size = linear.uint32(address + PACKET_PLACES[number]!.length);
    writeDynptr(linear, at, { address, size, offset: 0, kind: number, readOnly });
    return 0;
  };
  return new Map([
    kernelFunction("bpf_dynptr_from_skb", "wdw", "signed", make("skb", false)),
    kernelFunction("bpf_dynptr_from_skb_rdonly", "wdw", "signed", make("skb", true)),
    kernelFunction("bpf_dynptr_from_xdp", "wdw", "signed", make("xdp", false)),
  ]);
}
