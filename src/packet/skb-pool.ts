import { BlockCopier } from "./block-copier.ts";
import type { ByteStore } from "./bytestore.ts";
import type { Skb } from "./skb.ts";

/** Room before the frame for headers that are pushed later (NET_SKB_PAD and the like). */
export const HEADROOM = 64;

/** LINKTYPE_ETHERNET. */
const ETHERNET = 1;

/** Hands out packets and takes them back: objects and blocks are used again, so that a steady load allocates nothing. */
export class SkbPool {
  readonly store: ByteStore;
  /** Packets handed out and not yet given back. */
  live = 0;
  private readonly idle: Skb[] = [];
  private readonly copier = new BlockCopier();

  constructor(store: ByteStore) {
    this.store = store;
  }

  /** A packet with a frame of `length` undefined bytes and every field at its default. */
  allocate(length: number): Skb {
    const size = HEADROOM + length;
    const head = this.store.allocate(size);
    const skb = this.idle.pop() ?? blank();
    this.live++;
    skb.head = head;
    skb.size = size;
    skb.data = head + HEADROOM;
    skb.length = length;
    skb.originalLength = length;
    skb.macHeader = skb.data;
    skb.networkHeader = skb.data;
    skb.transportHeader = skb.data;
    skb.innerNetworkHeader = skb.data;
    skb.innerTransportHeader = skb.data;
    skb.linkType = ETHERNET;
    skb.protocol = 0;
    skb.pktType = 0;
    skb.ifindex = 0;
    skb.ingressIfindex = 0;
    skb.hatype = ETHERNET;
    skb.mark = 0;
    skb.priority = 0;
    skb.queue = 0;
    skb.hash = 0;
    skb.vlanTci = 0;
    skb.vlanPresent = 0;
    skb.vlanTpid = 0;
    skb.dataLength = 0;
    skb.metaLength = 0;
    skb.wireLength = 0;
    skb.tcIndex = 0;
    skb.tcClassid = 0;
    skb.cb.fill(0);
    skb.timestampLow = 0;
    skb.timestampHigh = 0;
    skb.timestampClock = 0;
    skb.queueTime = 0;
    skb.queueNote = 0;
    skb.tcDepth = 0;
    skb.socket = undefined;
    skb.atIngress = 0;
    skb.tunnel = undefined;
    skb.encapsulated = 0;
    skb.checksumLevel = 0;
    skb.checksumStart = 0;
    skb.checksumOffset = 0;
    skb.segmentSize = 0;
    skb.segments = 0;
    skb.segmentType = 0;
    skb.napiId = 0;
    skb.hardwareTimeLow = 0;
    skb.hardwareTimeHigh = 0;
    skb.id = 0;
    return skb;
  }

  /** A packet whose frame is a copy of `length` bytes at `start` of `bytes`. */
  from(bytes: Uint8Array, start: number, length: number): Skb {
    const skb = this.allocate(length);
    this.copier.copy(this.store.bytes, skb.data, bytes, start, length);
    return skb;
  }

  /** A packet whose frame is a copy of `length` bytes at the address `start` of the pool's own memory. */
  fromMemory(start: number, length: number): Skb {
    const skb = this.allocate(length);
    this.store.bytes.copyWithin(skb.data, start, start + length);
    return skb;
  }

  /** A copy with bytes and metadata of its own, as bridges and duplication need. */
  copy(skb: Skb): Skb {
    const { head, size, data } = skb;
    const twin = this.allocate(size - HEADROOM);
    const at = twin.head;
    const shift = at - head;
    this.store.bytes.copyWithin(at, head, head + size);
    describe(twin, skb, shift);
    twin.head = at;
    twin.data = data + shift;
    return twin;
  }

  /** The same of only the first `header` bytes of the data, and of `length` bytes that begin `from` bytes behind its beginning. */
  part(skb: Skb, header: number, from: number, length: number): Skb {
    const twin = this.allocate(header + length);
    const { head, size, data } = twin;
    this.store.bytes.copyWithin(data, skb.data, skb.data + header);
    this.store.bytes.copyWithin(data + header, skb.data + from, skb.data + from + length);
    describe(twin, skb, data - skb.data);
    twin.head = head;
    twin.size = size;
    twin.data = data;
    twin.length = header + length;
    twin.originalLength = header + length;
    return twin;
  }

  /** Sees to it that bytes can be put before and behind the data; moves the packet where there is not enough room (pskb_expand_head). */
  reserve(skb: Skb, before: number, behind: number): void {
    const end = skb.data + skb.length;
    const { head, size } = skb;
    if (skb.data - head >= before && head + size - end >= behind) return;
    const room = HEADROOM + before;
    const newSize = room + skb.length + behind;
    const block = this.store.allocate(newSize);
    // What lies before the data moves along, as far as there is room for it: headers that were taken off already.
    const kept = Math.min(skb.data - head, room);
    const shift = block + room - skb.data;
    this.store.bytes.copyWithin(block + room - kept, skb.data - kept, end);
    this.store.release(head, size);
    skb.head = block;
    skb.size = newSize;
    skb.data += shift;
    skb.macHeader += shift;
    skb.networkHeader += shift;
    skb.transportHeader = skb.transportHeader === head ? block : skb.transportHeader + shift;
    skb.innerNetworkHeader += shift;
    skb.innerTransportHeader += shift;
    if (skb.checksumStart !== 0) skb.checksumStart += shift;
  }

  /** Gives a packet back; nobody may touch it afterwards. */
  release(skb: Skb): void {
    this.store.release(skb.head, skb.size);
    this.live--;
    this.idle.push(skb);
  }
}

/** Gives `twin` what is known of `skb`, its positions being `shift` bytes further on. */
function describe(twin: Skb, skb: Skb, shift: number): void {
  const { cb } = twin;
  cb.set(skb.cb);
  Object.assign(twin, skb, { cb });
  twin.macHeader = skb.macHeader + shift;
  twin.networkHeader = skb.networkHeader + shift;
  twin.transportHeader = skb.transportHeader + shift;
  twin.innerNetworkHeader = skb.innerNetworkHeader + shift;
  twin.innerTransportHeader = skb.innerTransportHeader + shift;
  if (skb.checksumStart !== 0) twin.checksumStart = skb.checksumStart + shift;
}

function blank(): Skb {
  return {
    head: 0,
    size: 0,
    data: 0,
    length: 0,
    originalLength: 0,
    macHeader: 0,
    networkHeader: 0,
    transportHeader: 0,
    innerNetworkHeader: 0,
    innerTransportHeader: 0,
    linkType: ETHERNET,
    protocol: 0,
    pktType: 0,
    ifindex: 0,
    ingressIfindex: 0,
    hatype: ETHERNET,
    mark: 0,
    priority: 0,
    queue: 0,
    hash: 0,
    vlanTci: 0,
    vlanPresent: 0,
    vlanTpid: 0,
    dataLength: 0,
    metaLength: 0,
    wireLength: 0,
    tcIndex: 0,
    tcClassid: 0,
    cb: new Int32Array(5),
    timestampLow: 0,
    timestampHigh: 0,
    timestampClock: 0,
    queueTime: 0,
    queueNote: 0,
    tcDepth: 0,
    socket: undefined,
    atIngress: 0,
    tunnel: undefined,
    encapsulated: 0,
    checksumLevel: 0,
    checksumStart: 0,
    checksumOffset: 0,
    segmentSize: 0,
    segments: 0,
    segmentType: 0,
    napiId: 0,
    hardwareTimeLow: 0,
    hardwareTimeHigh: 0,
    id: 0,
  };
}
