import { HelperMemory } from "../../../bpf/helpers/helper-memory.ts";
import { CpuMap } from "../../../bpf/maps/cpu-map.ts";
import { DeviceHashMap } from "../../../bpf/maps/device-hash-map.ts";
import { DeviceMap } from "../../../bpf/maps/device-map.ts";
import type { BpfMap } from "../../../bpf/maps/map.ts";
import type { HostFunction } from "../../../bpf/vm/host-function.ts";
import { helper32 } from "../../helpers/helper32.ts";
import type { RedirectInfo } from "../../services.ts";
import { XDP_ACTION } from "../action.ts";
import type { XdpHelperGroup } from "./xdp-helpers.ts";

/** Flags of bpf_redirect_map: the answer where the map has nothing, BPF_F_BROADCAST, BPF_F_EXCLUDE_INGRESS. */
const ANSWER = 3;
const BROADCAST = 8;
const EXCLUDE_INGRESS = 16;

/** Sending frames to other devices, to a processor or to a socket (net/core/filter.c, kernel/bpf/devmap.c, cpumap.c, net/xdp/xskmap.c). */
export const xdpRedirectHelpers: XdpHelperGroup = (running, { redirect, maps }): ReadonlyMap<number, HostFunction> => {
  const memory = new HelperMemory(maps);
  const asked: NonNullable<RedirectInfo["asked"]> = { map: undefined, index: 0 };
  const ask = (map: BpfMap | undefined, index: number) => {
    asked.map = map;
    asked.index = index;
    redirect.asked = asked;
  };
  return new Map([
    helper32(23, "bpf_redirect", 2, "signed", (ifindex, flags) => {
      if (flags !== 0) return XDP_ACTION.ABORTED;
      clear(redirect);
      redirect.ifindex = ifindex! >>> 0;
      ask(undefined, redirect.ifindex);
      return XDP_ACTION.REDIRECT;
    }),
    helper32(51, "bpf_redirect_map", 3, "signed", (address, key, flags) => {
      const map = memory.mapAt("bpf_redirect_map", address!);
      const isDevices = map instanceof DeviceMap || map instanceof DeviceHashMap;
      const allowed = isDevices ? ANSWER | BROADCAST | EXCLUDE_INGRESS : ANSWER;
      if ((flags! & ~allowed) !== 0) return XDP_ACTION.ABORTED;
      clear(redirect);
      if (isDevices && (flags! & BROADCAST) !== 0) {
        ask(map, key! >>> 0);
        const came = (flags! & EXCLUDE_INGRESS) === 0 ? 0 : running.block.skb!.ifindex;
        redirect.targets = map.targets().filter(({ device }) => device.index !== came);
        return XDP_ACTION.REDIRECT;
      }
      if (!choose(map, key! >>> 0, redirect)) return flags! & ANSWER;
      ask(map, key! >>> 0);
      return XDP_ACTION.REDIRECT;
    }),
  ]);
};

function clear(redirect: RedirectInfo): void {
  redirect.ifindex = 0;
  redirect.ingress = false;
  redirect.targets = undefined;
  redirect.program = undefined;
  redirect.toProcessor = false;
  redirect.asked = undefined;
}

/** Takes what the map has under the key; false where it has nothing. Nobody opens sockets of AF_XDP here, so their maps are empty. */
function choose(map: BpfMap, key: number, redirect: RedirectInfo): boolean {
  if (map instanceof CpuMap) {
    redirect.toProcessor = map.queueLength(key) > 0;
    redirect.program = map.programAt(key);
    return redirect.toProcessor;
  }
  const target = map instanceof DeviceMap || map instanceof DeviceHashMap ? map.at(key) : undefined;
  redirect.ifindex = target?.device.index ?? 0;
  redirect.program = target?.program;
  return target !== undefined;
}
