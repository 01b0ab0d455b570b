import { describe, expect, it } from "vitest";
import { CgroupArrayMap } from "../../../src/bpf/maps/cgroup-array-map.ts";
import { ERRNO } from "../../../src/bpf/maps/errno.ts";
import type { KernelObjects } from "../../../src/bpf/maps/kernel-objects.ts";
import { oneCpu } from "../../../src/bpf/maps/map-place.ts";
import { MAP_TYPES } from "../../../src/bpf/maps/map-type.ts";
import { BpfSyscall } from "../../../src/bpf/syscall.ts";
import { socketHelpers } from "../../../src/hooks/helpers/socket-helpers.ts";
import type { Skb, SkbSocket } from "../../../src/packet/skb.ts";
import { loneServices } from "../lone-services.ts";

const root = { id: 1, parent: undefined };
const web = { id: 7, parent: root };
const worker = { id: 9, parent: web };

/** bpf_skb_under_cgroup of a packet, with an array whose first entry is the group 7. */
function isUnder(socket: Partial<SkbSocket> | undefined, index: number): number {
  const services = loneServices();
  const { machine } = services;
  const objects = { cgroup: (fd: number) => (fd === 3 ? { id: 7n, address: 0 } : -ERRNO.EBADF) } as KernelObjects;
  const maps = new BpfSyscall({ ...oneCpu(machine), objects });
  const map = maps.createMap({ type: MAP_TYPES.cgroup_array, keySize: 4, valueSize: 4, maxEntries: 2, flags: 0 });
  expect(maps.update(map, new Uint8Array(4), Uint8Array.of(3, 0, 0, 0), 0)).toBe(0);
  const array = maps.map(map);
  if (!(array instanceof CgroupArrayMap)) throw new Error("There is no array.");
  const skb = { socket: socket && { state: 1, ...socket } } as Skb;
  const { call } = socketHelpers({ block: { skb, data: 0, length: 0, host: undefined } }, { ...services, maps }).get(
    33,
  )!;
  return (call as unknown as (...args: number[]) => number)(0, array.address, index);
}

describe("bpf_skb_under_cgroup", () => {
  it.each([
    { name: "the group itself", socket: { cgroup: web }, index: 0, want: 1 },
    { name: "a group below", socket: { cgroup: worker }, index: 0, want: 1 },
    { name: "the root", socket: { cgroup: root }, index: 0, want: 0 },
    { name: "an empty entry", socket: { cgroup: web }, index: 1, want: -ERRNO.EAGAIN },
    { name: "an index outside", socket: { cgroup: web }, index: 2, want: -ERRNO.E2BIG },
    { name: "no socket", socket: undefined, index: 2, want: -ERRNO.ENOENT },
    { name: "what is left of a connection", socket: { cgroup: web, state: 6 }, index: 0, want: -ERRNO.ENOENT },
    {
      name: "a request for a listener in the group",
      socket: { state: 12, listener: { state: 10, cgroup: web } as SkbSocket },
      index: 0,
      want: 1,
    },
  ])("of $name", ({ socket, index, want }) => {
    expect(isUnder(socket, index)).toBe(want);
  });
});
