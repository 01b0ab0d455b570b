import type { Register } from "../state/register.ts";
import { isPacketPointer, TYPE } from "../state/register-type.ts";
import { isAligned, tnumAdd, tnumConst, tnumText } from "../values/tnum.ts";
import type { Walk } from "./walk.ts";

/** The link-layer header leaves the IP header aligned where the packet itself lies two bytes off (NET_IP_ALIGN). */
const PACKET_SHIFT = 2;

const DESCRIPTIONS: ReadonlyMap<number, string> = new Map<number, string>([
  [TYPE.flowKeys, "flow keys "],
  [TYPE.mapKey, "key "],
  [TYPE.mapValue, "value "],
  [TYPE.context, "context "],
  [TYPE.stack, "stack "],
  [TYPE.socket, "sock "],
  [TYPE.socketCommon, "sock_common "],
  [TYPE.tcpSocket, "tcp_sock "],
  [TYPE.xdpSocket, "xdp_sock "],
]);

/** Stack accesses have to be aligned always, others where the platform, the caller or the instruction wants it (check_ptr_alignment). */
export function checkAlignment(
  walk: Walk,
  register: Register,
  offset: number,
  size: number,
  strictOnce: boolean,
): void {
  const strict = walk.setup.strictAlignment || strictOnce || register.type === TYPE.stack;
  if (!strict || size === 1) return;
  const packet = isPacketPointer(register.type);
  const shift = packet ? PACKET_SHIFT : 0;
  if (((shift + register.offset + offset) & (size - 1)) === 0 && isAligned(register.scalar.bits, size)) return;
  const place = tnumAdd(register.scalar.bits, tnumConst(BigInt(shift + register.offset + offset)));
  if (isAligned(place, size)) return;
  const bits = tnumText(register.scalar.bits);
  if (packet)
    walk.refuse(
      "alignment",
      `misaligned packet access off ${PACKET_SHIFT}+${bits}+${register.offset}+${offset} size ${size}`,
    );
  const description = DESCRIPTIONS.get(register.type) ?? "";
  walk.refuse("alignment", `misaligned ${description}access off ${bits}+${register.offset}+${offset} size ${size}`);
}
