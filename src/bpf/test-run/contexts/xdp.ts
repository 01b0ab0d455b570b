import { ERRNO } from "../../maps/errno.ts";
import { XDP_MD_OFFSET as FIELD, XDP_MD_BYTES } from "../../program-type/offsets.ts";
import { ETHERNET_BYTES } from "../frame-protocol.ts";
import { padded, sizeRefusal, wordOf } from "../given-context.ts";
import { TEST_RUN_FLAG, type TestContext, type TestedProgram, type TestRunInput } from "../test-context.ts";

/** Where the length of the frame without metadata lies, which programs do not see: behind the struct. */
const LENGTH = XDP_MD_BYTES;

/** BPF_XDP_DEVMAP and BPF_XDP_CPUMAP of `enum bpf_attach_type`. */
const ELSEWHERE = [33, 35];
/** Interface number of the loopback device, which has one queue. */
const LOOPBACK = 1;
/** XDP_PACKET_HEADROOM less struct xdp_frame: where metadata may lie. */
const MOST_METADATA = 256 - 40;
/** Bytes of a frame without metadata that lie in its first buffer; the rest is in pages of their own, of which there are 17 at most. */
const FIRST_BUFFER = 3520;
/** Bytes of the longest frame. */
export const LONGEST_FRAME = MOST_METADATA + FIRST_BUFFER + 17 * 4096;

/** What of the frame the context says: bytes of metadata, and all that lies in the first buffer. */
function extent(given: Uint8Array | undefined, length: number): { readonly meta: number; readonly linear: number } {
  if (given === undefined) return { meta: 0, linear: Math.min(length, FIRST_BUFFER) };
  const whole = padded(given, XDP_MD_BYTES);
  const meta = wordOf(whole, FIELD.data);
  return { meta, linear: Math.min(wordOf(whole, FIELD.dataEnd), FIRST_BUFFER + meta) };
}

/** struct xdp_md (bpf_prog_test_run_xdp). Programs have no packet loads; they reach the packet by its addresses. */
export const XDP_CONTEXT: TestContext = {
  dataStart: "link",
  layout: {
    size: XDP_MD_BYTES,
    packet: {
      data: FIELD.data,
      length: LENGTH,
      first: FIELD.dataMeta,
      loads: false,
      head: 0,
      macHeader: 0,
      networkHeader: 0,
    },
  },
  bytes: XDP_MD_BYTES + 8,

  refusal(
    { data = new Uint8Array(), context, flags = 0, batchSize = 0 }: TestRunInput,
    program: TestedProgram,
  ): number {
    if (ELSEWHERE.includes(program.attachType) || (flags & ~TEST_RUN_FLAG.XDP_LIVE_FRAMES) !== 0) return -ERRNO.EINVAL;
    // Live frames go to where the program sends them, which is no business of bpf(2) here.
    if (flags !== 0) return -ERRNO.EOPNOTSUPP;
    if (batchSize !== 0) return -ERRNO.EINVAL;
    const refused = context === undefined ? 0 : this.contextRefusal(context, data.length);
    const { meta, linear } = extent(context, data.length);
    if (refused === -ERRNO.E2BIG) return refused;
    if (refused === 0 || refused === -ERRNO.ENODEV) {
      if (data.length - meta < ETHERNET_BYTES) return -ERRNO.EINVAL;
      if (refused === 0 && data.length - linear > LONGEST_FRAME - MOST_METADATA - FIRST_BUFFER) return -ERRNO.ENOMEM;
    }
    return refused;
  },

  contextRefusal(given: Uint8Array, length: number): number {
    const size = sizeRefusal(given, XDP_MD_BYTES);
    if (size !== 0) return size;
    const whole = padded(given, XDP_MD_BYTES);
    const [meta, end] = [wordOf(whole, FIELD.data), wordOf(whole, FIELD.dataEnd)];
    if (wordOf(whole, FIELD.dataMeta) !== 0 || end > length || meta > end) return -ERRNO.EINVAL;
    if (meta % 4 !== 0 || meta > MOST_METADATA || wordOf(whole, FIELD.egressIfindex) !== 0) return -ERRNO.EINVAL;
    const [device, queue] = [wordOf(whole, FIELD.ingressIfindex), wordOf(whole, FIELD.rxQueueIndex)];
    if (device > LOOPBACK) return -ERRNO.ENODEV;
    return queue === 0 ? 0 : -ERRNO.EINVAL;
  },

  fill(memory, context, { bytes }, data, _skipped, given) {
    // Without a context a packet that is longer than the kernel takes is all in one piece.
    const { meta, linear } =
      given === undefined && bytes.length > LONGEST_FRAME
        ? { meta: 0, linear: bytes.length }
        : extent(given, bytes.length);
    memory.setUint32(context + FIELD.data, data + meta);
    memory.setUint32(context + FIELD.dataEnd, data + linear);
    memory.setUint32(context + FIELD.dataMeta, data);
    memory.setUint32(context + FIELD.ingressIfindex, LOOPBACK);
    memory.setUint32(context + LENGTH, bytes.length - meta);
  },

  result(memory, context) {
    const from = memory.uint32(context + FIELD.dataMeta);
    const meta = memory.uint32(context + FIELD.data) - from;
    return { data: from, length: meta + memory.uint32(context + LENGTH) };
  },

  contextOut(memory, context, given) {
    const whole = padded(given, XDP_MD_BYTES);
    const [data, end, meta] = [FIELD.data, FIELD.dataEnd, FIELD.dataMeta].map((at) => memory.uint32(context + at));
    const view = new DataView(whole.buffer);
    view.setUint32(FIELD.data, data! - meta!, true);
    view.setUint32(FIELD.dataEnd, end! - meta!, true);
    return whole;
  },
};
