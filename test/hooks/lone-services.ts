import { oneCpu } from "../../src/bpf/maps/map-place.ts";
import { BpfSyscall } from "../../src/bpf/syscall.ts";
import { Machine } from "../../src/bpf/vm/machine.ts";
import { LinearMemory } from "../../src/bpf/vm/memory.ts";
import { KernelEvents } from "../../src/hooks/events/kernel-events.ts";
import type { HookServices } from "../../src/hooks/services.ts";
import { SocketRecords } from "../../src/hooks/socket-records.ts";
import { SkbPool } from "../../src/packet/skb-pool.ts";
import { Random } from "../../src/simulation/random.ts";

/** What contexts are lent where no topology runs: time stands still, and nobody hears what is printed. */
export function loneServices(): HookServices {
  const memory = new LinearMemory();
  const machine = new Machine(memory);
  const events = new KernelEvents(memory);
  return {
    machine,
    pool: new SkbPool(memory),
    maps: new BpfSyscall(oneCpu(machine)),
    redirect: { ifindex: 0, ingress: false },
    sockets: new SocketRecords(machine, events.objects),
    flowSeed: 0,
    chance: new Random(1n),
    now: () => 0,
    schedule: () => () => {},
    print: () => {},
    events,
  };
}
