import { ERRNO } from "../../maps/errno.ts";
import { asksForMore, isZero, padded, sizeRefusal, wordOf } from "../given-context.ts";
import type { TestContext, TestRunInput } from "../test-context.ts";

/** Bytes of struct bpf_sk_lookup (linux/bpf.h). */
const BYTES = 72;
const FIELD = {
  socket: 0,
  family: 8,
  protocol: 12,
  remoteIpv4: 16,
  remoteIpv6: 20,
  remotePort: 36,
  localIpv4: 40,
  localIpv6: 44,
  localPort: 60,
  ingressIfindex: 64,
} as const;
const [AF_INET, AF_INET6] = [2, 10];

/** What a packet is looked up by (bpf_prog_test_run_sk_lookup). No program selects a socket: there is none. */
export const SOCKET_LOOKUP_CONTEXT: TestContext = {
  dataStart: "no packet",
  layout: { size: BYTES },
  bytes: BYTES,

  refusal(input: TestRunInput): number {
    const { data, context, dataRoom = 0 } = input;
    if (asksForMore(input) || data !== undefined || dataRoom !== 0) return -ERRNO.EINVAL;
    return context === undefined ? -ERRNO.EINVAL : this.contextRefusal(context, 0);
  },

  contextRefusal(given: Uint8Array): number {
    const size = sizeRefusal(given, BYTES);
    if (size !== 0) return size;
    const whole = padded(given, BYTES);
    if (!isZero(whole, FIELD.socket, FIELD.family) || !isZero(whole, FIELD.ingressIfindex, BYTES)) return -ERRNO.EINVAL;
    if (wordOf(whole, FIELD.localPort) > 0xffff) return -ERRNO.ERANGE;
    const family = wordOf(whole, FIELD.family) & 0xffff;
    return family === AF_INET || family === AF_INET6 ? 0 : -ERRNO.EAFNOSUPPORT;
  },

  fill(memory, context, _packet, _data, _skipped, given = new Uint8Array()) {
    const whole = padded(given, BYTES);
    const family = wordOf(whole, FIELD.family) & 0xffff;
    const copy = (from: number, bytes: number) => memory.bytes.set(whole.subarray(from, from + bytes), context + from);
    memory.setUint32(context + FIELD.family, family);
    memory.setUint32(context + FIELD.protocol, wordOf(whole, FIELD.protocol) & 0xffff);
    copy(FIELD.remotePort, 2);
    copy(FIELD.localPort, 4);
    for (const from of family === AF_INET ? [FIELD.remoteIpv4, FIELD.localIpv4] : []) copy(from, 4);
    for (const from of family === AF_INET6 ? [FIELD.remoteIpv6, FIELD.localIpv6] : []) copy(from, 16);
  },

  result: () => ({ data: 0, length: 0 }),

  contextOut: (_memory, _context, given) => padded(given, BYTES),
};
