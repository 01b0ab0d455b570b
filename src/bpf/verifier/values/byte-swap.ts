import type { ByteSwap } from "../../isa/instruction.ts";
import { truncate } from "./extension.ts";
import { Bounds, type Scalar } from "./scalar.ts";
import { synchronize } from "./synchronize.ts";

/** What is known of a number's bytes in the other order, or of its lowest bytes in the same (scalar_byte_swap). */
export function swapBytes({ order, bits }: ByteSwap, a: Scalar): Scalar {
  let result = a;
  if (order !== "le") {
    const swapped = new Bounds({ value: reverse(a.bits.value, bits), mask: reverse(a.bits.mask, bits) });
    if (bits === 64) synchronize(swapped);
    result = swapped;
  }
  return bits === 64 ? result : truncate(result, (bits / 8) as 2 | 4);
}

function reverse(value: bigint, bits: number): bigint {
  let rest = value;
  let result = 0n;
  for (let i = 0; i < bits; i += 8) {
    result = (result << 8n) | (rest & 0xffn);
    rest >>= 8n;
  }
  return result;
}
