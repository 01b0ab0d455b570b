/** What a dynptr is about (`enum bpf_dynptr_type`). */
export const DYNPTR = { local: 1, ringbuf: 2, skb: 3, xdp: 4, skbMeta: 5 } as const;

const NAMES: readonly string[] = ["<unknown>", "local", "ringbuf", "skb", "xdp", "skb_meta"];

/** As logs call it (dynptr_type_str). */
export const dynptrText = (kind: number): string => NAMES[kind] ?? "<unknown>";

/** It has to be given back (dynptr_type_refcounted). */
export const isCounted = (kind: number): boolean => kind === DYNPTR.ringbuf;

/** Its bytes belong to a packet. */
export const isPacketDynptr = (kind: number): boolean => kind >= DYNPTR.skb;
