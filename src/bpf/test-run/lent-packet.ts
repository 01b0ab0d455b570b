import type { Surroundings } from "../helpers/surroundings.ts";
import type { BpfSyscall } from "../syscall.ts";
import type { HostFunction } from "../vm/host-function.ts";
import type { TestPacket } from "./test-context.ts";

/** Packets that helpers can change, for runs of programs of one type outside of any network. */
export interface LentPacket {
  /** Helpers on packets, by their numbers. */
  readonly helpers: ReadonlyMap<number, HostFunction>;
  /** Puts a packet into memory, in the place of the one before. Returns its address. */
  put(packet: Uint8Array): number;
  /** From now on helpers work on that packet, as the context at `address` shows it; `packet` is what was put. */
  adopt(address: number, packet: TestPacket): void;
  /** Where the packet lies now, what the program does not see of it included: its address, and bytes from there. */
  extent(): { readonly address: number; readonly length: number };
  /** So many bytes from where the packet's data begins; undefined where it has fewer. */
  bytes(length: number): Uint8Array | undefined;
}

/** What helpers have of such packets in place of a network's. */
export const surroundingsOf = (lent: LentPacket | undefined): Pick<Surroundings, "packetBytes"> =>
  lent === undefined ? {} : { packetBytes: (_, length) => lent.bytes(length) };

/** Lends packets to programs of a type; undefined for types that are given none, or whose packets no helpers change. */
export type PacketLender = (type: string, maps: BpfSyscall) => LentPacket | undefined;
