import type { Btf } from "../../bpf/object/btf/btf-type.ts";
import { simulatedTypes } from "../../bpf/object/simulated/simulated-types.ts";
import type { ProgramType } from "../../bpf/program-type.ts";
import type { HostFunction } from "../../bpf/vm/host-function.ts";
import type { LinearMemory } from "../../bpf/vm/memory.ts";
import type { Skb } from "../../packet/skb.ts";
import type { KernelEvents } from "../events/kernel-events.ts";
import { asksForStack } from "../helpers/asks-for-stack.ts";
import type { XdpSite } from "../places.ts";
import type { ExtendedContext } from "../program-context.ts";
import type { HookServices } from "../services.ts";
import { xdpHelpers } from "./helpers/xdp-helpers.ts";
import { XDP_LAYOUT, XdpBlock } from "./xdp-block.ts";

/** What XDP programs are given of a frame: struct xdp_md, and the helpers on frames. */
export class XdpContext implements ExtendedContext<Skb, XdpSite> {
  readonly kind = "extended";
  readonly programType: ProgramType;
  readonly layout = XDP_LAYOUT;
  readonly helpers: ReadonlyMap<number, HostFunction>;
  private readonly memory: LinearMemory;
  private readonly events: KernelEvents | undefined;
  /** One for each program that runs inside another. */
  private readonly blocks: XdpBlock[] = [];
  private depth = 0;

  constructor(programType: ProgramType, services: HookServices) {
    this.programType = programType;
    this.memory = services.machine.memory;
    this.events = services.events;
    this.helpers = xdpHelpers(programType, services, this);
  }

  /** What programs turn sockets into. */
  get kernelTypes(): Btf {
    return simulatedTypes();
  }

  /** The block of the program that is running. */
  get block(): XdpBlock {
    return this.blocks[this.depth - 1]!;
  }

  adapt(program: Uint8Array): Uint8Array {
    if (asksForStack(program)) this.events?.switchOn();
    return program;
  }

  enter(skb: Skb, site: XdpSite): number {
    let block = this.blocks[this.depth];
    if (block === undefined) {
      block = new XdpBlock(this.memory);
      this.blocks.push(block);
    }
    this.depth++;
    block.show(skb, site);
    return block.address;
  }

  leave(_skb: Skb, site: XdpSite): void {
    site.headroom = this.block.headroom;
    this.depth--;
  }
}
