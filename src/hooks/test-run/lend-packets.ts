import { findProgramType } from "../../bpf/program-type.ts";
import type { BpfSyscall } from "../../bpf/syscall.ts";
import type { LentPacket } from "../../bpf/test-run/lent-packet.ts";
import { SkbPool } from "../../packet/skb-pool.ts";
import { Random } from "../../simulation/random.ts";
import type { HookServices } from "../services.ts";
import { SocketRecords } from "../socket-records.ts";
import { LentFrame } from "./lent-frame.ts";
import { LentSkBuff } from "./lent-sk-buff.ts";

/** Types whose packets are a struct sk_buff in test runs. */
const SK_BUFF_TYPES: readonly string[] = [
  "socket_filter",
  "sched_cls",
  "sched_act",
  "cgroup_skb",
  "lwt_in",
  "lwt_out",
  "lwt_xmit",
];

/**
 * Lends packets and the helpers on them to test runs: on a host whose only device is `lo`, which has no routes and no sockets of
 * others, at time 0. See PacketLender.
 */
export function lendPackets(type: string, maps: BpfSyscall): LentPacket | undefined {
  const programType = findProgramType(type);
  if (programType === undefined) return undefined;
  const { machine } = maps.place;
  const services: HookServices = {
    machine,
    maps,
    pool: new SkbPool(machine.memory),
    redirect: { ifindex: 0, ingress: false },
    sockets: new SocketRecords(machine),
    flowSeed: 0,
    chance: new Random(0n),
    now: () => 0,
    schedule: () => () => {},
    print: () => {},
  };
  if (type === "xdp") return new LentFrame(programType, services);
  return SK_BUFF_TYPES.includes(type) ? new LentSkBuff(programType, services) : undefined;
}
