import { AT_PACKET_END, BEYOND_PACKET_END, type Register } from "../state/register.ts";
import { baseOf, mayBeNull, TYPE } from "../state/register-type.ts";
import { isConstant, type Scalar } from "../values/scalar.ts";
import { S64_MAX, S64_MIN, U64_MAX } from "../values/wide.ts";

const KINDS: Readonly<Record<number, string>> = {
  [TYPE.context]: "the context",
  [TYPE.map]: "a map",
  [TYPE.mapKey]: "a map's key",
  [TYPE.packetMeta]: "the packet's metadata",
  [TYPE.packetEnd]: "the packet's end",
  [TYPE.flowKeys]: "the flow keys",
  [TYPE.socket]: "a socket",
  [TYPE.socketCommon]: "a socket of any kind",
  [TYPE.tcpSocket]: "a TCP socket",
  [TYPE.xdpSocket]: "an XDP socket",
  [TYPE.buffer]: "a buffer",
  [TYPE.function]: "a function",
};

/** What a register holds, in words: `a number from 0 to 255`, `a pointer into the packet, of which 14 bytes are sure`. */
export function inWords(register: Register): string {
  const { type, scalar, offset, map, extent } = register;
  const base = baseOf(type);
  if (base === TYPE.notInit) return "nothing";
  if (base === TYPE.scalar) return numberInWords(scalar, offset);
  const moved = movedInWords(scalar, offset);
  const orNull = mayBeNull(type) ? " or NULL" : "";
  if (base === TYPE.packet) return `a pointer into the packet${moved}, ${rangeInWords(extent)}`;
  if (base === TYPE.packetMeta) return `a pointer into the packet's metadata${moved}, ${rangeInWords(extent)}`;
  if (base === TYPE.mapValue)
    return `a pointer to a value of ${map?.valueSize ?? 0} bytes${map?.name ? ` of map '${map.name}'` : ""}${moved}${orNull}`;
  if (base === TYPE.memory) return `a pointer to ${extent} bytes of memory${moved}${orNull}`;
  if (base === TYPE.stack)
    return isConstant(scalar) ? `fp${signed(Number(scalar.smin) + offset)}` : `a pointer into the stack${moved}`;
  const kind = KINDS[base] ?? "something";
  return kind === "the packet's end" ? kind : `a pointer to ${kind}${moved}${orNull}`;
}

const signed = (value: number): string => (value === 0 ? "" : value < 0 ? `${value}` : `+${value}`);

function movedInWords(scalar: Scalar, offset: number): string {
  const fixed = signed(offset + (isConstant(scalar) ? Number(BigInt.asIntN(64, scalar.bits.value)) : 0));
  if (isConstant(scalar)) return fixed === "" ? "" : ` ${fixed}`;
  return ` moved by ${numberInWords(scalar, 0)}${fixed === "" ? "" : ` and ${fixed}`}`;
}

function rangeInWords(extent: number): string {
  if (extent === AT_PACKET_END) return "at its end or beyond";
  if (extent === BEYOND_PACKET_END) return "beyond its end";
  return `of which ${extent} bytes are sure`;
}

function numberInWords(scalar: Scalar, offset: number): string {
  const { smin, smax, umin, umax } = scalar;
  if (isConstant(scalar)) return plain(BigInt.asIntN(64, scalar.bits.value + BigInt(offset)));
  if (smin === S64_MIN && smax === S64_MAX && umin === 0n && umax === U64_MAX) return "any number";
  if (smin >= 0n || umax <= S64_MAX) return `a number from ${plain(umin)} to ${plain(umax)}`;
  if (smin === S64_MIN && smax === S64_MAX) return `a number from ${plain(umin)} to ${plain(umax)}, unsigned`;
  return `a number from ${smin === S64_MIN ? "anything below 0" : plain(smin)} to ${plain(smax)}`;
}

const plain = (value: bigint): string =>
  value > 0xfffffn ? `0x${value.toString(16)}` : value < -0xfffffn ? `-0x${(-value).toString(16)}` : value.toString();
