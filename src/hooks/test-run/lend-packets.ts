import { findProgramType } from "../../bpf/program-type.ts";
import type { BpfSyscall } from "../../bpf/syscall.ts";
import { SK_BUFF_TEST_TYPES } from "../../bpf/test-run/context.ts";
import type { LentPacket } from "../../bpf/test-run/lent-packet.ts";
import { SkbPool } from "../../packet/skb-pool.ts";
import { Random } from "../../simulation/random.ts";
import { KernelObjects } from "../events/kernel-objects.ts";
import type { HookServices } from "../services.ts";
import { SocketRecords } from "../socket-records.ts";
import { LentFrame } from "./lent-frame.ts";
import { LentSkBuff } from "./lent-sk-buff.ts";

/**
 * Lends packets and the helpers on them to test runs: on a host whose only device is `lo`, which has no routes and no sockets of
 * others, at time 0. See PacketLender.
 */
export function lendPackets(type: string, maps: BpfSyscall): LentPacket | undefined {
  if (type !== "xdp" && !SK_BUFF_TEST_TYPES.includes(type)) return undefined;
  const programType = findProgramType(type)!;
  const { machine } = maps.place;
  const services: HookServices = {
    machine,
    maps,
    pool: new SkbPool(machine.memory),
    redirect: { ifindex: 0, ingress: false },
    sockets: new SocketRecords(machine, new KernelObjects(machine.memory)),
    flowSeed: 0,
    chance: new Random(0n),
    now: () => 0,
    schedule: () => () => {},
    print: () => {},
  };
  return type === "xdp" ? new LentFrame(programType, services) : new LentSkBuff(programType, services);
}
