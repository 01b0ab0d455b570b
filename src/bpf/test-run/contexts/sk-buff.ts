import { ERRNO } from "../../maps/errno.ts";
import { swap16 } from "../../network-order.ts";
import {
  SK_BUFF_OFFSET as FIELD,
  SK_BUFF_HIDDEN as HIDDEN,
  SK_BUFF_BLOCK_BYTES,
  SK_BUFF_BYTES,
  SOCKET_BYTES,
} from "../../program-type/offsets.ts";
import type { LinearMemory } from "../../vm/memory.ts";
import { ETHERNET_BYTES, ETHERTYPE, frameProtocol, packetType } from "../frame-protocol.ts";
import { isZero, padded, sizeRefusal, wordOf } from "../given-context.ts";
import { TEST_RUN_FLAG, type TestContext, type TestRunInput } from "../test-context.ts";
import { fillSocket, type SocketOfPacket, socketOfPacket } from "./packet-socket.ts";

/** Fields, as [from, to), that user space may give (convert___skb_to_skb); all others must be 0. */
const TAKEN = [
  [FIELD.mark, 12],
  [FIELD.priority, 44],
  [FIELD.cb, 68],
  [FIELD.timestamp, 168],
  [FIELD.segmentSize, 180],
  [FIELD.hardwareTimestamp, SK_BUFF_BYTES],
] as const;
/** Fields that it gets back as programs left them (convert_skb_to___skb). */
const GIVEN_BACK = [
  [FIELD.mark, 12],
  [FIELD.priority, 44],
  [FIELD.cb, 68],
  [FIELD.timestamp, 168],
  [FIELD.hardwareTimestamp, SK_BUFF_BYTES],
] as const;

const SOCKET = SK_BUFF_BLOCK_BYTES;

/** Bytes of a page that are left for a frame: behind struct skb_shared_info, and what is kept free before the frame. */
export const LONGEST_PACKET = 3712;
/** GSO_LEGACY_MAX_SIZE and GSO_MAX_SEGS */
const [LONGEST_ON_WIRE, MOST_SEGMENTS] = [65_536, 65_535];
/** Interface number of the loopback device, the only one that there is. */
const LOOPBACK = 1;
const IP_HEADER: Readonly<Record<number, number>> = { [ETHERTYPE.IPV4]: 20, [ETHERTYPE.IPV6]: 40 };

/** struct __sk_buff (bpf_prog_test_run_skb). @param dataStart where in the frame the data begins. */
function skBuff(dataStart: "link" | "network"): TestContext {
  const hidden = dataStart === "link" ? 0 : ETHERNET_BYTES;
  return {
    dataStart,
    layout: {
      size: SK_BUFF_BYTES,
      packet: {
        data: FIELD.data,
        length: FIELD.len,
        head: HIDDEN.head,
        macHeader: HIDDEN.macHeader,
        networkHeader: HIDDEN.networkHeader,
      },
    },
    bytes: SOCKET + SOCKET_BYTES,
    pointed: [{ offset: SOCKET, bytes: SOCKET_BYTES, writable: false }],

    refusal({ data = new Uint8Array(), context, flags = 0, cpu = 0, batchSize = 0 }: TestRunInput): number {
      if ((flags & ~TEST_RUN_FLAG.SKB_CHECKSUM_COMPLETE) !== 0 || cpu !== 0 || batchSize !== 0) return -ERRNO.EINVAL;
      if (data.length < ETHERNET_BYTES || data.length > LONGEST_PACKET) return -ERRNO.EINVAL;
      const size = context === undefined ? 0 : sizeRefusal(context, SK_BUFF_BYTES);
      if (size !== 0) return size;
      const ifindex = context === undefined ? 0 : wordOf(padded(context, SK_BUFF_BYTES), FIELD.ifindex);
      if (ifindex > LOOPBACK) return -ERRNO.ENODEV;
      if (data.length - ETHERNET_BYTES < (IP_HEADER[frameProtocol(data)] ?? 0)) return -ERRNO.EINVAL;
      return context === undefined ? 0 : this.contextRefusal(context, data.length - hidden);
    },

    contextRefusal(given: Uint8Array, length: number): number {
      const size = sizeRefusal(given, SK_BUFF_BYTES);
      if (size !== 0) return size;
      const whole = padded(given, SK_BUFF_BYTES);
      if (wordOf(whole, FIELD.ifindex) > LOOPBACK) return -ERRNO.ENODEV;
      let before = 0;
      for (const [from, to] of TAKEN) {
        if (!isZero(whole, before, from)) return -ERRNO.EINVAL;
        before = to;
      }
      const onWire = wordOf(whole, FIELD.wireLength);
      if (onWire !== 0 && (onWire < length || onWire > LONGEST_ON_WIRE)) return -ERRNO.EINVAL;
      return wordOf(whole, FIELD.segments) > MOST_SEGMENTS ? -ERRNO.EINVAL : 0;
    },

    fill(memory, context, { bytes, protocol, networkOffset }, data, skipped = 0, given) {
      const set = (field: number, value: number) => memory.setUint32(context + field, value);
      if (given !== undefined) {
        const whole = padded(given, SK_BUFF_BYTES);
        for (const [from, to] of TAKEN) memory.bytes.set(whole.subarray(from, to), context + from);
        // The kernel keeps 16 bits of it, and gives back what it was given.
        set(FIELD.segmentSize, wordOf(whole, FIELD.segmentSize) & 0xffff);
        if (wordOf(whole, FIELD.wireLength) === 0) set(FIELD.wireLength, bytes.length - skipped);
      }
      set(FIELD.len, bytes.length - skipped);
      set(FIELD.packetType, packetType(bytes));
      set(FIELD.protocol, swap16(protocol));
      set(FIELD.ifindex, LOOPBACK);
      set(FIELD.data, data + skipped);
      set(FIELD.dataEnd, data + bytes.length);
      set(FIELD.dataMeta, data + skipped);
      set(HIDDEN.head, data);
      set(HIDDEN.macHeader, data);
      set(HIDDEN.networkHeader, data + networkOffset);
      const socket = socketOfPacket(bytes.subarray(networkOffset), protocol);
      fillSocket(memory, context + SOCKET, socket);
      set(FIELD.sk, context + SOCKET);
      showSocket(memory, context, socket);
    },

    result: (memory, context) => ({
      data: memory.uint32(context + FIELD.data),
      length: memory.uint32(context + FIELD.len),
    }),

    contextOut(memory, context, given) {
      const whole = padded(given, SK_BUFF_BYTES);
      for (const [from, to] of GIVEN_BACK) whole.set(memory.bytes.subarray(context + from, context + to), from);
      return whole;
    },
  };
}

/** Fields of the packet's socket, for programs at control groups. */
function showSocket(memory: LinearMemory, context: number, { family, local, remote }: SocketOfPacket): void {
  memory.setUint32(context + FIELD.family, family);
  const isIpv6 = local.length > 4;
  memory.bytes.set(remote, context + (isIpv6 ? FIELD.remoteIpv6 : FIELD.remoteIpv4));
  memory.bytes.set(local, context + (isIpv6 ? FIELD.localIpv6 : FIELD.localIpv4));
}

/** struct __sk_buff, its data at the link-layer header. */
export const SK_BUFF_CONTEXT = skBuff("link");

/** The same behind that header, which the kernel has taken off. */
export const NETWORK_SK_BUFF_CONTEXT = skBuff("network");
