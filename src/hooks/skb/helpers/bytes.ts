import { ERRNO } from "../../../bpf/maps/errno.ts";
import type { HostFunction } from "../../../bpf/vm/host-function.ts";
import type { HelperGroup } from "./packet-helpers.ts";

/** Largest offset of packet bytes (net/core/filter.c). */
const LARGEST_OFFSET = 0x7fff_ffff;

/** Values of bpf_skb_load_bytes_relative's last argument (`enum bpf_hdr_start_off`). */
const START_MAC = 0;
const START_NETWORK = 1;

/** Reading packet bytes, from all of the packet and not only its linear part. */
export const byteHelpers: HelperGroup = (running, { machine }) => {
  const { memory } = machine;
  /** Copies bytes at `from` to `to`, or fills with zeroes what was asked for where the packet does not have them. */
  const load = (isInside: boolean, from: number, to: number, length: number): number => {
    if (isInside) {
      memory.bytes.copyWithin(to, from, from + length);
      return 0;
    }
    memory.bytes.fill(0, to, to + length);
    return -ERRNO.EFAULT;
  };
  return new Map<number, HostFunction>([
    [
      26,
      {
        name: "bpf_skb_load_bytes",
        parameters: ["i32", "i32", "i32", "i32"],
        result: "signed",
        call: (_context: number, offset: number, to: number, length: number) => {
          const { data, length: available } = running.block;
          const at = offset >>> 0;
          return load(at <= LARGEST_OFFSET && at + length <= available, data + at, to >>> 0, length);
        },
      },
    ],
    [
      68,
      {
        name: "bpf_skb_load_bytes_relative",
        parameters: ["i32", "i32", "i32", "i32", "i32"],
        result: "signed",
        call: (_context: number, offset: number, to: number, length: number, start: number) => {
          const { skb, data, length: available } = running.block;
          const at = offset >>> 0;
          const end = data + available - Math.min(skb!.dataLength, available);
          const base = start === START_MAC ? skb!.macHeader : skb!.networkHeader;
          const isInside = at <= LARGEST_OFFSET && (start === START_MAC || start === START_NETWORK);
          return load(isInside && base + at + length <= end, base + at, to >>> 0, length);
        },
      },
    ],
  ]);
};
