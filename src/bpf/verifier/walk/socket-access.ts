import type { Register } from "../state/register.ts";
import { TYPE, typeText } from "../state/register-type.ts";
import { refuseNegative } from "./region-access.ts";
import type { Walk } from "./walk.ts";

/** struct bpf_sock: fields of four bytes that may be read in part, and its size. */
const SOCKET_BYTES = 80;
const NARROW_FROM = [4, 8, 12, 24, 28, 32, 36, 40, 44, 52, 56, 60, 64, 68, 72, 76];
const DESTINATION_PORT = 48;
const COMMON_HIDDEN = [8, 23] as const;

/** Fields of sockets are read only (check_sock_access). */
export function checkSocket(walk: Walk, register: Register, number: number, offset: number, size: number): void {
  if (register.scalar.smin < 0n) refuseNegative(walk, number);
  if (!isReadable(register.type, offset, size))
    walk.refuse("memory-access", `R${number} invalid ${typeText(register.type)} access off=${offset} size=${size}`);
}

function isReadable(type: number, offset: number, size: number): boolean {
  if (offset < 0 || offset % size !== 0) return false;
  switch (type) {
    case TYPE.socketCommon:
      return !(offset >= COMMON_HIDDEN[0] && offset <= COMMON_HIDDEN[1]) && isSocketField(offset, size);
    case TYPE.socket:
      return isSocketField(offset, size);
    case TYPE.tcpSocket:
      // struct bpf_tcp_sock, up to icsk_retransmits; bytes_received and bytes_acked have 64 bits.
      return offset < 112 && (offset >= 80 && offset < 96 ? offset % 8 === 0 && size === 8 : size === 4);
    default:
      return offset < 4 && size === 4;
  }
}

function isSocketField(offset: number, size: number): boolean {
  if (offset >= SOCKET_BYTES) return false;
  // The port has two bytes and two of padding, that only a read of all four may see.
  if (offset === DESTINATION_PORT || offset === DESTINATION_PORT + 1)
    return size <= 2 || (size === 4 && offset % 4 === 0);
  if (offset === 50 || offset === 51) return false;
  const field = offset - (offset % 4);
  return NARROW_FROM.includes(field) && isNarrow(field, offset) ? size <= 4 : size === 4;
}

/** state, family, type, protocol, src_port and rx_queue_mapping may be read in part from their first byte only. */
const FIRST_BYTE_ONLY = [4, 8, 12, 44, 72, 76];
const isNarrow = (field: number, offset: number): boolean => !FIRST_BYTE_ONLY.includes(field) || offset === field;
