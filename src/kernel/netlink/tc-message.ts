import { type NetlinkAttributes, readAttributes } from "./netlink-attributes.ts";

/** Messages about traffic control (include/uapi/linux/rtnetlink.h). */
export const TC_MESSAGE = { newQdisc: 36, getQdisc: 38, getClass: 42, newFilter: 44, deleteFilter: 45 } as const;
export const NLM_F_REPLACE = 0x100;
export const NLM_F_EXCL = 0x200;
export const NLM_F_CREATE = 0x400;
/** Attributes of all of these messages (TCA_*). */
export const TCA = { kind: 1, options: 2, stats2: 7, chain: 11 } as const;

/** struct tcmsg: family, index, handle, parent, info. */
const HEADER = 20;

/** What a message is about (struct tcmsg). */
export interface TcSubject {
  readonly index: number;
  readonly handle?: number;
  readonly parent?: number;
  /** Of filters: priority and protocol. */
  readonly info?: number;
}

/** The body of a message. */
export function tcMessage(
  { index, handle = 0, parent = 0, info = 0 }: TcSubject,
  attributes?: NetlinkAttributes,
): Buffer {
  const header = Buffer.alloc(HEADER);
  header.writeInt32LE(index, 4);
  header.writeUInt32LE(handle, 8);
  header.writeUInt32LE(parent, 12);
  header.writeUInt32LE(info >>> 0, 16);
  return attributes === undefined ? header : Buffer.concat([header, attributes.encode()]);
}

/** Reads a body that the kernel sent. */
export function readTcMessage(body: Buffer): {
  index: number;
  handle: number;
  parent: number;
  attributes: Map<number, Buffer>;
} {
  return {
    index: body.readInt32LE(4),
    handle: body.readUInt32LE(8),
    parent: body.readUInt32LE(12),
    attributes: readAttributes(body.subarray(HEADER)),
  };
}
