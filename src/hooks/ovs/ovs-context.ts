import type { Prototype } from "../../bpf/helpers/prototype.ts";
import { findProgramType, type ProgramType } from "../../bpf/program-type.ts";
import type { VerifierResult } from "../../bpf/verifier/verifier-result.ts";
import type { HostFunction } from "../../bpf/vm/host-function.ts";
import type { Machine } from "../../bpf/vm/machine.ts";
import type { LinearMemory } from "../../bpf/vm/memory.ts";
import type { Skb } from "../../packet/skb.ts";
import type { ExtendedContext } from "../program-context.ts";
import type { HookServices } from "../services.ts";
import { readsField } from "../skb/reads-field.ts";
import { SK_BUFF } from "../skb/sk-buff-block.ts";
import { SkBuffContext } from "../skb/sk-buff-context.ts";
import { OVS_FLOW_KEYS_BYTES } from "./flow-keys.ts";
import type { OvsSite } from "./site.ts";

/** Helpers that programs at one place have beside those of traffic control. */
export interface OwnHelpers {
  readonly prototypes: ReadonlyMap<number, Prototype>;
  /** @param running the context, for the program that is running in it. */
  make(running: OvsContext, memory: LinearMemory): ReadonlyMap<number, HostFunction>;
}

/** Programs of traffic control, with `flow_keys` and the place's own helpers. */
function programTypeFor(type: string, own: OwnHelpers | undefined): ProgramType {
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
    ...(own && {
      helpers: new Set([...base.helpers, ...own.prototypes.keys()]),
      variants: new Map([...(base.variants ?? []), ...own.prototypes]),
    }),
  };
}

/** What programs at Open vSwitch's places are given: struct __sk_buff as in traffic control, and the packet's flow key. */
export class OvsContext implements ExtendedContext<Skb, OvsSite> {
  readonly kind = "extended";
  readonly programType: ProgramType;
  readonly layout: ExtendedContext<Skb, OvsSite>["layout"];
  readonly helpers: ReadonlyMap<number, HostFunction>;
  readonly inner: SkBuffContext;
  private readonly machine: Machine;
  private readonly memory: LinearMemory;
  private readonly isParser: boolean;
  /** Some program looks at its packet's flow key. */
  private showsKeys = false;
  /** A struct ovs_flow_keys, and the site, for each program that runs inside another. */
  private readonly keys: number[] = [];
  private readonly sites: OvsSite[] = [];
  private depth = 0;

  /** @param isParser what the program leaves in its flow key is taken over. */
  constructor(type: string, services: HookServices, isParser: boolean, own?: OwnHelpers) {
    this.isParser = isParser;
    this.machine = services.machine;
    this.memory = services.machine.memory;
    this.programType = programTypeFor(type, own);
    this.inner = new SkBuffContext(this.programType, services);
    this.layout = this.inner.layout;
    this.helpers = new Map([...this.inner.helpers, ...(own?.make(this, this.memory) ?? [])]);
  }

  /** The site of the program that is running. */
  get site(): OvsSite {
    return this.sites[this.depth - 1]!;
  }

  adapt(program: Uint8Array, verified: Pick<VerifierResult, "insight">): Uint8Array {
    if (readsField(program, verified, SK_BUFF.flowKeys)) this.showsKeys = true;
    return this.inner.adapt(program, verified);
  }

  enter(skb: Skb, site: OvsSite): number {
    const { depth } = this;
    this.keys[depth] ??= this.allocateKeys();
    const keys = this.keys[depth]!;
    this.sites[depth] = site;
    this.depth++;
    if (this.showsKeys) this.showKeys(site, keys);
    const address = this.inner.enter(skb, site);
    this.inner.block.pointToFlowKeys(keys);
    return address;
  }

  leave(skb: Skb, site: OvsSite): void {
    this.inner.leave(skb);
    this.depth--;
    if (!this.isParser) return;
    if (this.showsKeys) site.importKeys?.(this.memory.bytes, this.keys[this.depth]!);
    else site.importNoKeys?.();
  }

  private showKeys(site: OvsSite, keys: number): void {
    const { bytes } = this.memory;
    if (site.exportKeys === undefined) bytes.fill(0, keys, keys + OVS_FLOW_KEYS_BYTES);
    else site.exportKeys(bytes, keys);
  }

  private allocateKeys(): number {
    const { machine } = this;
    const address = machine.memory.allocate(OVS_FLOW_KEYS_BYTES);
    machine.regions.add(address, OVS_FLOW_KEYS_BYTES, true);
    return address;
  }
}
