import { swap16 } from "../../bpf/network-order.ts";
import type { ByteStore } from "../../packet/bytestore.ts";
import type { SkbSocket } from "../../packet/skb.ts";
import { isFull } from "../helpers/full-socket.ts";
import { EventRecord } from "./event-record.ts";
import type { Layouts } from "./layouts.ts";

const IPPROTO_TCP = 6;
const SOCK_STREAM = 1;
const IPV6_BYTES = 16;

/** O_RDWR */
const READ_AND_WRITE = 2;

/**
 * Sockets as the kernel has them: a struct inet_sock, or a struct tcp_sock of TCP; each begins with a struct sock. Those that processes
 * have are a struct file and its struct socket as well. A socket keeps its address.
 */
export class SocketObjects {
  private readonly memory: ByteStore;
  private readonly records = new WeakMap<SkbSocket, EventRecord>();
  private readonly owners = new Map<number, WeakRef<SkbSocket>>();
  /** Addresses of those that have files. */
  private readonly open = new Set<number>();
  /** Addresses of the struct socket of files, by those of their struct file. */
  private readonly files = new Map<number, number>();

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
    if (isFull(socket) && !this.open.has(record.address)) this.giveFile(record, socket, layouts);
    if (isTcp) fillFigures(record, socket, layouts);
    return record.address;
  }

  /** Address of the struct socket of the file whose struct file is at an address; 0: it is of no socket (sock_from_file). */
  ofFile(file: number): number {
    return this.files.get(file) ?? 0;
  }

  private giveFile(sock: EventRecord, { type }: SkbSocket, layouts: Layouts): void {
    const { userSocket, bytes } = layouts;
    const socket = new EventRecord(this.memory, bytes.socket);
    const file = new EventRecord(this.memory, bytes.file);
    this.open.add(sock.address);
    this.files.set(file.address, socket.address);
    socket.set16(userSocket.type, type);
    socket.set64(userSocket.file, file.address);
    socket.set64(userSocket.sk, sock.address);
    file.set64(layouts.file.private_data, socket.address);
    file.set32(layouts.file.f_flags, READ_AND_WRITE);
    sock.set64(layouts.sock.sk_socket, socket.address);
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
