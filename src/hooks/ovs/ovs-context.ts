import { type Prototype, prototypeFrom } from "../../bpf/helpers/prototype.ts";
import { findProgramType, type ProgramType } from "../../bpf/program-type.ts";
import type { HostFunction } from "../../bpf/vm/host-function.ts";
import type { Machine } from "../../bpf/vm/machine.ts";
import type { LinearMemory } from "../../bpf/vm/memory.ts";
import type { Skb } from "../../packet/skb.ts";
import { helper32 } from "../helpers/helper32.ts";
import type { ExtendedContext } from "../program-context.ts";
import type { HookServices } from "../services.ts";
import { SkBuffContext } from "../skb/sk-buff-context.ts";
import { OVS_FLOW_KEYS_BYTES } from "./flow-keys.ts";
import type { OvsSite } from "./site.ts";

/**
 * bpf_ovs_flow_put(ctx, mask, ifindex, flags), which Linux does not have: installs a flow for the packet's key that sends to the
 * port of that interface index. Its number lies where Linux will not get to.
 */
export const FLOW_PUT = 0x4f01;

const FLOW_PUT_PROTOTYPE: Prototype = {
  ...prototypeFrom([FLOW_PUT, "integer", `context memory:in:${OVS_FLOW_KEYS_BYTES} any any`]),
  name: "bpf_ovs_flow_put",
};

/** Where there is no datapath. */
const EOPNOTSUPP = 95;

/** Programs of traffic control, with `flow_keys`; where they may install flows also with the helper for it. */
function programTypeFor(type: string, putsFlows: boolean): ProgramType {
  const base = findProgramType(type)!;
  const flowKeys = {
    name: "flow_keys",
    offset: 144,
    size: 8,
    access: "whole",
    value: "flow-keys",
    writable: false,
  } as const;
  const fields = [...base.context.fields, flowKeys].sort((a, b) => a.offset - b.offset);
  return {
    ...base,
    context: { ...base.context, fields },
    flowKeysBytes: OVS_FLOW_KEYS_BYTES,
    ...(putsFlows && {
      helpers: new Set([...base.helpers, FLOW_PUT]),
      variants: new Map([...(base.variants ?? []), [FLOW_PUT, FLOW_PUT_PROTOTYPE] as const]),
    }),
  };
}

/** What programs at Open vSwitch's places are given: struct __sk_buff as in traffic control, and the packet's flow key. */
export class OvsContext implements ExtendedContext<Skb, OvsSite> {
  readonly kind = "extended";
  readonly programType: ProgramType;
  readonly layout: ExtendedContext<Skb, OvsSite>["layout"];
  readonly adapt: NonNullable<ExtendedContext<Skb, OvsSite>["adapt"]>;
  readonly helpers: ReadonlyMap<number, HostFunction>;
  private readonly inner: SkBuffContext;
  private readonly machine: Machine;
  private readonly memory: LinearMemory;
  private readonly isParser: boolean;
  /** A struct ovs_flow_keys, and the site, for each program that runs inside another. */
  private readonly keys: number[] = [];
  private readonly sites: OvsSite[] = [];
  private depth = 0;

  constructor(type: string, services: HookServices, place: "parser" | "flow-hit" | "flow-miss") {
    this.isParser = place === "parser";
    this.machine = services.machine;
    this.memory = services.machine.memory;
    this.programType = programTypeFor(type, place === "flow-miss");
    this.inner = new SkBuffContext(this.programType, services);
    this.layout = this.inner.layout;
    this.adapt = this.inner.adapt;
    const helpers = new Map(this.inner.helpers);
    if (place === "flow-miss") helpers.set(...this.flowPut());
    this.helpers = helpers;
  }

  enter(skb: Skb, site: OvsSite): number {
    const { depth } = this;
    this.keys[depth] ??= this.allocateKeys();
    const keys = this.keys[depth]!;
    this.sites[depth] = site;
    this.depth++;
    if (site.exportKeys === undefined) this.memory.bytes.fill(0, keys, keys + OVS_FLOW_KEYS_BYTES);
    else site.exportKeys(this.memory.bytes, keys);
    const address = this.inner.enter(skb, site);
    this.inner.block.pointToFlowKeys(keys);
    return address;
  }

  leave(skb: Skb, site: OvsSite): void {
    this.inner.leave(skb);
    this.depth--;
    if (this.isParser) site.importKeys?.(this.memory.bytes, this.keys[this.depth]!);
  }

  private allocateKeys(): number {
    const { machine } = this;
    const address = machine.memory.allocate(OVS_FLOW_KEYS_BYTES);
    machine.regions.add(address, OVS_FLOW_KEYS_BYTES, true);
    return address;
  }

  private flowPut(): [number, HostFunction] {
    const [number, helper] = helper32(FLOW_PUT, "bpf_ovs_flow_put", 4, "signed", (_context, mask, ifindex, flags) => {
      const site = this.sites[this.depth - 1]!;
      return site.putFlow?.(this.memory.bytes, mask! >>> 0, ifindex! >>> 0, flags! >>> 0) ?? -EOPNOTSUPP;
    });
    return [number, helper];
  }
}
