import { assembleExtended } from "../../bpf/isa/assembler/assemble.ts";
import { fail } from "../../errors.ts";
import type { Topology } from "../../topology/model.ts";
import type { Kernel } from "../kernel.ts";
import { RouteSocket } from "../netlink/route-socket.ts";
import { type CableEnd, farEnd, isSwitched, NOWHERE } from "./cable-ends.ts";
import type { LabNetwork } from "./lab-network.ts";
import { type LabFilter, putFilter } from "./tc/filters.ts";
import { SIDE } from "./tc/tc-place.ts";

const SCHED_CLS = 3;
/** ETH_P_ALL */
const ALL = 3;

/** bpf_redirect(DEVICE, 0) */
const passing = (device: number) => `r1 = ${device}\nr2 = 0\ncall 23\nexit`;
/** TC_ACT_SHOT */
const STOPPING = "r0 = 2\nexit";

/**
 * The middle of cables that steps cut: two devices between which programs carry all that comes, or nothing. So a cut cable is not told
 * to its ends, which go on sending, as in the simulation.
 */
export class SwitchedCables {
  private readonly kernel: Kernel;
  private readonly topology: Topology;
  private readonly network: LabNetwork;
  private socket: RouteSocket | undefined;

  constructor(kernel: Kernel, topology: Topology, network: LabNetwork) {
    this.kernel = kernel;
    this.topology = topology;
    this.network = network;
    for (const [link] of topology.links.entries()) if (isSwitched(topology, link)) this.install(link);
  }

  /** From now on the link carries nothing. */
  cut(link: number): void {
    for (const end of this.middle(link)) this.put(end, STOPPING, true);
  }

  /** The link works again; one that was never cut does anyway. */
  mend(link: number): void {
    if (!isSwitched(this.topology, link)) return;
    const [first, second] = this.middle(link);
    this.put(first, passing(second.index), true);
    this.put(second, passing(first.index), true);
  }

  close(): void {
    this.socket?.close();
  }

  private install(link: number): void {
    const { libc } = this.kernel;
    const namespace = this.network.namespaces.get(NOWHERE)!;
    this.socket ??= new RouteSocket(libc, namespace);
    const [first, second] = this.middle(link);
    namespace.batch(
      "tc",
      [first, second].map(({ index }) => `qdisc add dev end${index} clsact`),
    );
    this.put(first, passing(second.index), false);
    this.put(second, passing(first.index), false);
  }

  private middle(link: number): readonly [CableEnd, CableEnd] {
    const [one, other] = this.topology.links[link]!.ends;
    return [farEnd(this.topology, one.node, one.interface), farEnd(this.topology, other.node, other.interface)];
  }

  private put({ index }: CableEnd, program: string, replaces: boolean): void {
    const { programs } = this.kernel;
    const { descriptor } = programs.load(assembleExtended(program).bytes, { type: SCHED_CLS });
    if (descriptor < 0)
      fail("kernel-unavailable", `This kernel refuses the program of a cable with errno ${-descriptor}.`);
    const filter: LabFilter = {
      device: index,
      parent: SIDE.ingress,
      priority: 1,
      protocol: ALL,
      chain: 0,
      handle: 1,
      classid: 0,
      directAction: true,
      actions: [],
      code: { kind: "extended", descriptor, name: "cable" },
    };
    const { errno, message } = putFilter(this.socket!, filter, replaces);
    programs.close(descriptor);
    if (errno !== 0)
      fail(
        "kernel-unavailable",
        `This kernel refuses the filter of a cable with errno ${errno}${message && `: ${message}`}.`,
      );
  }
}
