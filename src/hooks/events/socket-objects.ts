import { swap16 } from "../../bpf/network-order.ts";
import type { ByteStore } from "../../packet/bytestore.ts";
import type { SkbSocket } from "../../packet/skb.ts";
import { EventRecord } from "./event-record.ts";
import type { Layouts } from "./layouts.ts";

const IPPROTO_TCP = 6;
const SOCK_STREAM = 1;
const IPV6_BYTES = 16;

/** Sockets as the kernel has them: a struct inet_sock, or a struct tcp_sock of TCP; each begins with a struct sock. A socket keeps its address. */
export class SocketObjects {
  private readonly memory: ByteStore;
  private readonly records = new WeakMap<SkbSocket, EventRecord>();
  private readonly owners = new Map<number, WeakRef<SkbSocket>>();

  constructor(memory: ByteStore) {
    this.memory = memory;
  }

  /** @param isRead somebody looks at it. @param net address of its namespace; 0: not known. @param state another than it has now. */
  addressOf(socket: SkbSocket, layouts: Layouts, isRead: boolean, net: number, state = socket.state): number {
    const isTcp = socket.protocol === IPPROTO_TCP && socket.type === SOCK_STREAM;
    let record = this.records.get(socket);
    if (record === undefined) {
      record = new EventRecord(this.memory, isTcp ? layouts.bytes.tcp_sock : layouts.bytes.inet_sock);
      this.records.set(socket, record);
      this.owners.set(record.address, new WeakRef(socket));
      describe(record, socket, layouts);
    }
    if (!isRead) return record.address;
    record.set8(layouts.sock.skc_state, state);
    if (net !== 0) record.set64(layouts.sock.skc_net, net);
    if (isTcp) fillFigures(record, socket, layouts);
    return record.address;
  }

  /** The socket at an address. */
  at(address: number): SkbSocket | undefined {
    return this.owners.get(address)?.deref();
  }
}

/** What stays as it is. */
function describe(record: EventRecord, socket: SkbSocket, { sock }: Layouts): void {
  const { family, type, protocol, localAddress: local, remoteAddress: remote, localPort, remotePort } = socket;
  record.set16(sock.skc_family, family);
  record.set16(sock.sk_type, type);
  record.set16(sock.sk_protocol, protocol);
  record.set16(sock.skc_num, localPort);
  record.set16(sock.inet_sport, swap16(localPort));
  record.set16(sock.skc_dport, swap16(remotePort));
  const [from, to] =
    local.length === IPV6_BYTES ? [sock.skc_v6_rcv_saddr, sock.skc_v6_daddr] : [sock.skc_rcv_saddr, sock.skc_daddr];
  record.setBytes(from, local, 0, local.length);
  record.setBytes(to, remote, 0, remote.length);
  if (local.length < IPV6_BYTES) record.setBytes(sock.inet_saddr, local, 0, local.length);
}

function fillFigures(record: EventRecord, { figures }: SkbSocket, { tcpSock }: Layouts): void {
  if (figures === undefined) return;
  record.set32(tcpSock.snd_cwnd, figures.congestionWindow);
  record.set32(tcpSock.snd_ssthresh, Math.min(figures.threshold, 0x7fff_ffff));
  record.set32(tcpSock.srtt_us, figures.roundTrip);
  record.set32(tcpSock.rcv_nxt, figures.receiveNext);
  record.set32(tcpSock.snd_nxt, figures.sendNext);
  record.set32(tcpSock.snd_una, figures.unacknowledged);
  record.set32(tcpSock.mss_cache, figures.mss);
  record.set32(tcpSock.packets_out, figures.packetsOut);
  record.set32(tcpSock.retrans_out, figures.resent);
  record.set32(tcpSock.lost_out, figures.lost);
  record.set32(tcpSock.sacked_out, figures.selectivelyAcknowledged);
  record.set64(tcpSock.bytes_acked, figures.bytesAcknowledged);
}
