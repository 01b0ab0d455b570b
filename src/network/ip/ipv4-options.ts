import { IPV4_HEADER } from "./header.ts";

const END = 0;
const NOOP = 1;
const RECORD_ROUTE = 7;
const TIMESTAMP = 68;
const LOOSE_SOURCE_ROUTE = 131;
const STRICT_SOURCE_ROUTE = 137;

/** Why a packet is refused: `pointer` counts from the IP header and is told to the sender; absent: nobody is told. */
export interface Ipv4OptionsProblem {
  readonly pointer?: number;
}

/** Checks the options of a header of `header` bytes (ip_options_compile, ip_rcv_options); a source route is refused. */
export function optionsProblem(bytes: Uint8Array, at: number, header: number): Ipv4OptionsProblem | undefined {
  const end = at + header;
  let sourceRouted = false;
  for (let next = at + IPV4_HEADER; next < end; ) {
    const type = bytes[next]!;
    if (type === END) break;
    if (type === NOOP) {
      next++;
      continue;
    }
    const length = bytes[next + 1]!;
    if (next + 2 > end || length < 2 || next + length > end) return { pointer: next - at };
    const pointer = bytes[next + 2]!;
    switch (type) {
      case LOOSE_SOURCE_ROUTE:
      case STRICT_SOURCE_ROUTE:
        if (length < 3) return { pointer: next + 1 - at };
        if (pointer < 4) return { pointer: next + 2 - at };
        if (sourceRouted) return { pointer: next - at };
        sourceRouted = true;
        break;
      case RECORD_ROUTE:
        if (length < 3) return { pointer: next + 1 - at };
        if (pointer < 4) return { pointer: next + 2 - at };
        if (pointer <= length && pointer + 3 > length) return { pointer: next + 2 - at };
        break;
      case TIMESTAMP:
        if (length < 4) return { pointer: next + 1 - at };
        if (pointer < 5) return { pointer: next + 2 - at };
        break;
      default:
        break;
    }
    next += length;
  }
  return sourceRouted ? {} : undefined;
}
