import type { Environment } from "./environment.ts";

/** Addresses below this belong to nothing. */
export const FIRST_ADDRESS = 65_536;

/**
 * May an unverified program load or store there? Permitted are the active frames of the machine's stack, those of suspended
 * programs included (a callback reaches its caller's frame), the context, the packet and the machine's regions.
 * @param context address of the context that the program was started with.
 * @param frameBase lowest address of the running function's frame.
 * @param address any number that is whole.
 */
export function mayTouch(
  { machine, context: layout }: Environment,
  context: number,
  frameBase: number,
  address: number,
  bytes: number,
  write: boolean,
): boolean {
  const end = address + bytes;
  if (address < FIRST_ADDRESS || end > machine.memory.bytes.length) return false;
  if (address >= frameBase && end <= machine.stack.end) return true;
  if (address >= context && end <= context + layout.size) return true;
  if (layout.packet !== undefined) {
    const { packet } = layout;
    const data = machine.memory.uint32(context + packet.data);
    const first = packet.first === undefined ? data : machine.memory.uint32(context + packet.first);
    if (address >= first && end <= data + machine.memory.uint32(context + packet.length)) return true;
  }
  return machine.regions.permits(address, bytes, write);
}

/** `mayTouch` of an address as registers hold it: unsigned, 64 bits. */
export function mayAccess(
  environment: Environment,
  context: number,
  frameBase: number,
  address: bigint,
  bytes: number,
  write: boolean,
): boolean {
  return address <= 0xffff_ffffn && mayTouch(environment, context, frameBase, Number(address), bytes, write);
}
