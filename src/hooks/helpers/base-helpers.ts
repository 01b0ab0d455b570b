import { generalHelpers } from "../../bpf/helpers/general.ts";
import { helper } from "../../bpf/helpers/helper.ts";
import type { Surroundings } from "../../bpf/helpers/surroundings.ts";
import type { HostFunction } from "../../bpf/vm/host-function.ts";
import type { Skb } from "../../packet/skb.ts";
import type { KernelEvents } from "../events/kernel-events.ts";
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
    /** Makes the program find the packet's socket at that address; absent: it cannot see it. */
    pointToSocket?(address: number): void;
  };
}

/** Helpers that do the same for every kind of packet programs. */
export type BaseHelperGroup = (running: RunningOnPacket, services: HookServices) => ReadonlyMap<number, HostFunction>;

const GROUPS: readonly BaseHelperGroup[] = [socketHelpers, socketPointers, socketCasts, synCookieHelpers];

/** Who runs while packets are processed, and in which functions of the kernel. */
const surroundingsOf = (events: KernelEvents): Partial<Surroundings> => ({
  task: () => events.task,
  taskAddress: (task) => events.objects.task(task),
  mappingAt: (task, address) => events.objects.mappingAt(task, address),
  sendSignal: (signal) => events.processes.signal(signal),
  callStack: (kind) => (kind === "kernel" ? events.frames.stack() : []),
});

/** All helpers that do not depend on how the packet is shown to the program, by their numbers. */
export function baseHelpers(
  running: RunningOnPacket,
  services: HookServices,
  own: Pick<Surroundings, "storePacketBytes"> = {},
): [number, HostFunction][] {
  const { chance, machine, maps, now, schedule, print, sockets, events } = services;
  const surroundings: Surroundings = {
    ...own,
    nanoseconds: () => BigInt(now()),
    random: () => chance.uint32(),
    schedule: (nanoseconds, run) => schedule(Number(nanoseconds), run),
    print,
    ...(events === undefined ? {} : surroundingsOf(events)),
    storageOwner: (socket) => sockets.storageOwner(socket),
    packetBytes: (_, wanted) => {
      const { data, length } = running.block;
      return wanted > length ? undefined : machine.memory.bytes.slice(data, data + wanted);
    },
  };
  const registers: [number, HostFunction][] =
    events === undefined
      ? []
      : [helper(175, "w", "unsigned", (task: number) => events.processes.registersAt(task >>> 0))];
  return [
    ...generalHelpers(maps, surroundings),
    ...registers,
    ...GROUPS.flatMap((group) => [...group(running, services)]),
  ];
}
