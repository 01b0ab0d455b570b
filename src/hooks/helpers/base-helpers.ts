import { generalHelpers } from "../../bpf/helpers/general.ts";
import type { Surroundings } from "../../bpf/helpers/surroundings.ts";
import type { HostFunction } from "../../bpf/vm/host-function.ts";
import type { Skb } from "../../packet/skb.ts";
import type { ProgramHost } from "../places.ts";
import type { HookServices } from "../services.ts";
import { socketCasts } from "./socket-casts.ts";
import { socketHelpers } from "./socket-helpers.ts";
import { socketPointers } from "./socket-pointers.ts";
import { synCookieHelpers } from "./syn-cookies/syn-cookie-helpers.ts";

/** What helpers of all kinds of packet programs can ask of the program that is running. */
export interface RunningOnPacket {
  readonly block: {
    /** The packet that it sees. */
    readonly skb: Skb | undefined;
    /** Address of the first byte that it sees of it, and bytes from there to its end. */
    readonly data: number;
    readonly length: number;
    /** The host that it runs on, where it can reach one. */
    readonly host: ProgramHost | undefined;
  };
}

/** Helpers that do the same for every kind of packet programs. */
export type BaseHelperGroup = (running: RunningOnPacket, services: HookServices) => ReadonlyMap<number, HostFunction>;

const GROUPS: readonly BaseHelperGroup[] = [socketHelpers, socketPointers, socketCasts, synCookieHelpers];

/** All helpers that do not depend on how the packet is shown to the program, by their numbers. */
export function baseHelpers(running: RunningOnPacket, services: HookServices): [number, HostFunction][] {
  const { chance, machine, maps, now, schedule, print, sockets } = services;
  const surroundings: Surroundings = {
    nanoseconds: () => BigInt(now()),
    random: () => chance.uint32(),
    schedule: (nanoseconds, run) => schedule(Number(nanoseconds), run),
    print,
    storageOwner: (socket) => sockets.storageOwner(socket),
    packetBytes: (_, wanted) => {
      const { data, length } = running.block;
      return wanted > length ? undefined : machine.memory.bytes.slice(data, data + wanted);
    },
  };
  return [...generalHelpers(maps, surroundings), ...GROUPS.flatMap((group) => [...group(running, services)])];
}
