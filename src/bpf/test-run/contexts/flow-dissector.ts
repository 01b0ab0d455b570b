import { ERRNO } from "../../maps/errno.ts";
import { ETHERNET_BYTES } from "../frame-protocol.ts";
import { asksForMore, isZero, padded, sizeRefusal, wordOf } from "../given-context.ts";
import type { TestContext, TestRunInput } from "../test-context.ts";

/** Bytes of struct __sk_buff, of which programs see these fields (linux/bpf.h). */
const BYTES = 192;
const FIELD = { data: 76, dataEnd: 80, flowKeys: 144 } as const;
/** struct bpf_flow_keys, behind it. */
const KEYS = BYTES;
const KEYS_BYTES = 56;
const KEY = { networkOffset: 0, transportOffset: 2, protocol: 10, flags: 48 } as const;
/** The flags that user space gave, behind the keys. */
const FLAGS = KEYS + KEYS_BYTES;
const PAGE = 4096;

/** A frame and the keys that programs make of it (bpf_prog_test_run_flow_dissector, bpf_flow_dissect). */
export const FLOW_DISSECTOR_CONTEXT: TestContext = {
  dataStart: "link",
  layout: { size: BYTES },
  bytes: FLAGS + 8,
  pointed: [{ offset: KEYS, bytes: KEYS_BYTES, writable: true }],

  refusal(input: TestRunInput): number {
    const { data = new Uint8Array(), context } = input;
    if (asksForMore(input) || data.length < ETHERNET_BYTES || data.length > PAGE) return -ERRNO.EINVAL;
    return context === undefined ? 0 : this.contextRefusal(context, data.length);
  },

  contextRefusal(given: Uint8Array): number {
    const size = sizeRefusal(given, KEYS_BYTES);
    if (size !== 0) return size;
    return isZero(given, 0, KEY.flags) && isZero(given, KEY.flags + 4, KEYS_BYTES) ? 0 : -ERRNO.EINVAL;
  },

  fill(memory, context, { bytes }, data, _skipped, given) {
    memory.setUint32(context + FIELD.data, data);
    memory.setUint32(context + FIELD.dataEnd, data + bytes.length);
    memory.setUint32(context + FIELD.flowKeys, context + KEYS);
    if (given !== undefined) memory.setUint32(context + FLAGS, wordOf(padded(given, KEYS_BYTES), KEY.flags));
  },

  begin(memory, context, { bytes, protocol, networkOffset }) {
    const keys = context + KEYS;
    memory.bytes.fill(0, keys, keys + KEYS_BYTES);
    // What stands in the header, be it a length.
    const standing = bytes.subarray(ETHERNET_BYTES - 2, ETHERNET_BYTES);
    memory.bytes.set(
      networkOffset === ETHERNET_BYTES ? standing : [protocol >> 8, protocol & 0xff],
      keys + KEY.protocol,
    );
    memory.bytes.set([networkOffset, 0, networkOffset, 0], keys + KEY.networkOffset);
    memory.setUint32(keys + KEY.flags, memory.uint32(context + FLAGS));
  },

  end(memory, context, { bytes, networkOffset }) {
    const keys = context + KEYS;
    const words = new DataView(memory.bytes.buffer, memory.bytes.byteOffset + keys, 4);
    const clamp = (at: number, least: number) =>
      words.setUint16(at, Math.min(Math.max(words.getUint16(at, true), least), bytes.length), true);
    clamp(KEY.networkOffset, networkOffset);
    clamp(KEY.transportOffset, words.getUint16(KEY.networkOffset, true));
  },

  result: (_, context) => ({ data: context + KEYS, length: KEYS_BYTES }),

  contextOut: (_memory, _context, given) => padded(given, KEYS_BYTES),
};
