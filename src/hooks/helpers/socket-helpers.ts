import { HelperMemory } from "../../bpf/helpers/helper-memory.ts";
import { CgroupArrayMap } from "../../bpf/maps/cgroup-array-map.ts";
import { ERRNO } from "../../bpf/maps/errno.ts";
import type { HostFunction } from "../../bpf/vm/host-function.ts";
import { ancestorId, isUnder } from "./ancestor-group.ts";
import type { BaseHelperGroup } from "./base-helpers.ts";
import { fullOf } from "./full-socket.ts";
import { helper32 } from "./helper32.ts";

/** What stands for a user where a packet has no socket (overflowuid). */
const NOBODY = 65_534;
/** Network namespaces are numbered from here; each host is one, and sees itself as the first. */
const FIRST_NAMESPACE = 1;

/** What a packet's socket tells (net/core/filter.c, kernel/bpf/cgroup.c). Sockets here are root's. */
export const socketHelpers: BaseHelperGroup = (running, { maps }): ReadonlyMap<number, HostFunction> => {
  const memory = new HelperMemory(maps);
  const groupOf = () => running.block.skb?.socket?.cgroup;
  return new Map([
    helper32(33, "bpf_skb_under_cgroup", 3, "signed", (_context, map, index) => {
      const array = memory.mapOf("bpf_skb_under_cgroup", map!, CgroupArrayMap);
      const { skb } = running.block;
      const socket = skb?.socket && fullOf(skb.socket);
      if (socket === undefined) return -ERRNO.ENOENT;
      if (index! >>> 0 >= array.definition.maxEntries) return -ERRNO.E2BIG;
      const held = array.at(index! >>> 0);
      return held === undefined ? -ERRNO.EAGAIN : Number(isUnder(socket.cgroup, held.id));
    }),
    helper32(46, "bpf_get_socket_cookie", 1, "unsigned", () => running.block.skb?.socket?.cookie ?? 0),
    helper32(47, "bpf_get_socket_uid", 1, "unsigned", () => (running.block.skb?.socket === undefined ? NOBODY : 0)),
    helper32(122, "bpf_get_netns_cookie", 1, "unsigned", () => FIRST_NAMESPACE),
    helper32(151, "bpf_skb_cgroup_classid", 1, "unsigned", () => 0),
    helper32(79, "bpf_skb_cgroup_id", 1, "unsigned", () => groupOf()?.id ?? 0),
    helper32(83, "bpf_skb_ancestor_cgroup_id", 2, "unsigned", (_context, level) => ancestorId(groupOf(), level!)),
  ]);
};
