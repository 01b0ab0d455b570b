import { type Libc, succeed } from "../libc.ts";
import type { NetNamespace } from "../socket/net-namespace.ts";
import { align, readAttributes, words } from "./netlink-attributes.ts";

const [AF_NETLINK, SOCK_RAW, NETLINK_ROUTE] = [16, 3, 0];
const [SOL_NETLINK, NETLINK_CAP_ACK, NETLINK_EXT_ACK] = [270, 10, 11];
const [NLMSG_ERROR, NLMSG_DONE] = [2, 3];
const [NLM_F_REQUEST, NLM_F_ACK, NLM_F_DUMP, NLM_F_ACK_TLVS] = [1, 4, 0x300, 0x200];
const NLMSGERR_ATTR_MSG = 1;
/** struct nlmsghdr: length, type, flags, sequence number, port. */
const HEADER = 16;
/** struct nlmsgerr: errno and the header of the message that it is about. */
const ERROR = 4 + HEADER;
const BUFFER = 1 << 17;

/** What the kernel says of a request. */
export interface Answer {
  /** 0: it was done. */
  readonly errno: number;
  /** Its own words, where it has some. */
  readonly message: string;
}

/** Asks the routing and traffic-control side of a network namespace (rtnetlink(7)). */
export class RouteSocket {
  private readonly libc: Libc;
  private readonly socket: number;
  private readonly buffer = Buffer.alloc(BUFFER);
  private sequence = 0;

  constructor(libc: Libc, namespace: NetNamespace) {
    this.libc = libc;
    this.socket = namespace.within(() => succeed(libc, "socket", libc.socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE)));
    for (const option of [NETLINK_CAP_ACK, NETLINK_EXT_ACK])
      succeed(libc, "setsockopt", libc.setsockopt(this.socket, SOL_NETLINK, option, words(1), 4));
  }

  /** Asks for a change. @param flags NLM_F_CREATE and such. */
  request(type: number, flags: number, body: Uint8Array): Answer {
    this.send(type, NLM_F_REQUEST | NLM_F_ACK | flags, body);
    for (;;)
      for (const { type: got, flags: about, payload } of this.receive())
        if (got === NLMSG_ERROR) return answerOf(payload, about);
  }

  /** Asks for all that there is of a kind: the bodies of the answers. */
  dump(type: number, body: Uint8Array): Buffer[] {
    this.send(type, NLM_F_REQUEST | NLM_F_DUMP, body);
    const bodies: Buffer[] = [];
    for (;;)
      for (const { type: got, flags, payload } of this.receive()) {
        if (got === NLMSG_DONE) return bodies;
        if (got === NLMSG_ERROR) throw new Error(`rtnetlink ${type}: ${JSON.stringify(answerOf(payload, flags))}`);
        bodies.push(payload);
      }
  }

  close(): void {
    this.libc.close(this.socket);
  }

  private send(type: number, flags: number, body: Uint8Array): void {
    const message = Buffer.alloc(HEADER + body.length);
    message.writeUInt32LE(message.length, 0);
    message.writeUInt16LE(type, 4);
    message.writeUInt16LE(flags, 6);
    message.writeUInt32LE(++this.sequence, 8);
    message.set(body, HEADER);
    succeed(this.libc, "send", this.libc.send(this.socket, message, message.length, 0));
  }

  /** The messages of one datagram. */
  private receive(): { type: number; flags: number; payload: Buffer }[] {
    const { libc, buffer } = this;
    const length = succeed(libc, "recv", libc.recv(this.socket, buffer, buffer.length, 0));
    const messages = [];
    for (let at = 0; at + HEADER <= length; at += align(buffer.readUInt32LE(at)))
      messages.push({
        type: buffer.readUInt16LE(at + 4),
        flags: buffer.readUInt16LE(at + 6),
        payload: Buffer.from(buffer.subarray(at + HEADER, at + buffer.readUInt32LE(at))),
      });
    return messages;
  }
}

function answerOf(payload: Buffer, flags: number): Answer {
  const attributes =
    (flags & NLM_F_ACK_TLVS) === 0 ? undefined : readAttributes(payload.subarray(ERROR)).get(NLMSGERR_ATTR_MSG);
  const message = attributes?.toString("latin1").replace(/\0.*$/s, "") ?? "";
  return { errno: -payload.readInt32LE(0), message };
}
