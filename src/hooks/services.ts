import type { RedirectTarget } from "../bpf/maps/device-value.ts";
import type { BpfMap } from "../bpf/maps/map.ts";
import type { HeldProgram } from "../bpf/maps/program-owner.ts";
import type { BpfSyscall } from "../bpf/syscall.ts";
import type { Machine } from "../bpf/vm/machine.ts";
import type { SkbPool } from "../packet/skb-pool.ts";
import type { Random } from "../simulation/random.ts";
import type { KernelEvents } from "./events/kernel-events.ts";
import type { NextHop } from "./program-network.ts";
import type { SocketRecords } from "./socket-records.ts";

/** Where the program that ran last wants its packet to go, should it answer REDIRECT (struct bpf_redirect_info). */
export interface RedirectInfo {
  /** 0: nowhere. */
  ifindex: number;
  /** As if it had come in by the device. */
  ingress: boolean;
  /** `peer`: in by the device at the other end of its cable; `neighbour`: out by it, with the link-layer addresses of the next hop. Absent: as it is. */
  by?: "peer" | "neighbour" | undefined;
  /** The next hop of `neighbour` that the program has said; undefined: the routes'. */
  nextHop?: NextHop | undefined;
  /** Of XDP, to all devices of a map: its entries. */
  targets?: readonly RedirectTarget[] | undefined;
  /** Of XDP: the program that the frame passes first, as the map's entry says. */
  program?: HeldProgram | undefined;
  /** Of XDP: to another processor, which hands it to the host's protocols. */
  toProcessor?: boolean;
  /** Of XDP: what bpf_redirect or bpf_redirect_map were asked for; undefined: neither was called. */
  asked?: { map: BpfMap | undefined; index: number } | undefined;
}

/** What one run of a topology lends to contexts and helpers. */
export interface HookServices {
  /** What programs run on; packets lie in its memory. */
  readonly machine: Machine;
  readonly maps: BpfSyscall;
  readonly pool: SkbPool;
  readonly redirect: RedirectInfo;
  /** Sockets as programs read them. */
  readonly sockets: SocketRecords;
  /** What flows' hashes are keyed by (Linux's hashrnd, which differs from start to start). */
  readonly flowSeed: number;
  /** What programs draw random numbers from. */
  readonly chance: Random;
  /** Simulated time in nanoseconds. */
  now(): number;
  /** Runs something so many nanoseconds from now; gives what calls it off. */
  schedule(nanoseconds: number, run: () => void): () => void;
  /** Takes what programs print (bpf_trace_printk). */
  print(text: string): void;
  /** What the simulated kernels tell programs that trace them; absent: there are no such programs. */
  readonly events?: KernelEvents;
}
