import type { HostSite } from "../../hooks/hook.ts";
import type { Skb, SkbControlGroup } from "../../packet/skb.ts";
import type { Attachment } from "../../programs/attachment.ts";
import type { World } from "../world.ts";

/** What a transmission came to (linux/netdevice.h); negative: an error number. */
export const NET_XMIT = { SUCCESS: 0, DROP: 1, CN: 2 } as const;
/** EPERM, negative. */
export const NOT_PERMITTED = -1;

export type GroupAttachment = Attachment<"cgroup-ingress"> | Attachment<"cgroup-egress">;

/** A control group with the programs that are effective in it: its own, then its ancestors' (compute_effective_progs). */
export class ControlGroup implements SkbControlGroup {
  readonly path: string;
  readonly id: number;
  readonly parent: ControlGroup | undefined;
  /** Its own. */
  private programs: readonly GroupAttachment[];
  private ingress: readonly GroupAttachment[] = [];
  private egress: readonly GroupAttachment[] = [];
  private readonly site: HostSite;
  private readonly where: string;
  private readonly world: World;

  constructor(
    path: string,
    id: number,
    parent: ControlGroup | undefined,
    programs: readonly GroupAttachment[],
    host: { readonly name: string; readonly site: HostSite["host"] },
    world: World,
  ) {
    this.path = path;
    this.id = id;
    this.parent = parent;
    this.programs = programs;
    this.takeEffect();
    this.where = `${host.name}${path}`;
    this.site = { dataAddress: 0, length: 0, host: host.site };
    this.world = world;
  }

  /** Attaches a program behind the group's others (BPF_F_ALLOW_MULTI). */
  attach(attachment: GroupAttachment): void {
    this.programs = [...this.programs, attachment];
  }

  detach(hook: string, program: string): void {
    this.programs = this.programs.filter((one) => one.hook.name !== hook || one.slot.name !== program);
  }

  /** Finds the effective programs anew, its ancestors' being right. */
  takeEffect(): void {
    const { programs, parent } = this;
    const of = (place: string) => programs.filter(({ hook }) => hook.place === place);
    this.ingress = [...of("cgroup-ingress"), ...(parent?.ingress ?? [])];
    this.egress = [...of("cgroup-egress"), ...(parent?.egress ?? [])];
  }

  /** Runs the programs on a packet for one of the group's sockets. Each runs, and each must let it through. */
  admits(skb: Skb): boolean {
    let allowed = true;
    for (const attachment of this.ingress) if (!this.run(attachment, skb).allows) allowed = false;
    return allowed;
  }

  /** The same on a packet that one of them sends (__cgroup_bpf_run_filter_skb): one of NET_XMIT, or NOT_PERMITTED. */
  sends(skb: Skb): number {
    let allowed = true;
    let congested = false;
    for (const attachment of this.egress) {
      const verdict = this.run(attachment, skb);
      if (!verdict.allows) allowed = false;
      if (verdict.congested) congested = true;
    }
    if (allowed) return congested ? NET_XMIT.CN : NET_XMIT.SUCCESS;
    return congested ? NET_XMIT.DROP : NOT_PERMITTED;
  }

  private run(attachment: GroupAttachment, skb: Skb): GroupAttachment["verdict"] {
    const { site, world } = this;
    site.dataAddress = skb.networkHeader;
    site.length = skb.data + skb.length - skb.networkHeader;
    const verdict = attachment.run(skb, site);
    if (world.observer.tracing) {
      const { hook, slot, returnValue, outcome } = attachment;
      const what = `${hook.name} ${slot.name} returned ${returnValue}: ${hook.outcomes[outcome]!.name}`;
      world.observer.trace(skb, this.where, what);
    }
    return verdict;
  }
}

/** The control groups of a host by their paths. Groups without programs of their own have those of the nearest ancestor. */
export class ControlGroups {
  private readonly groups = new Map<string, ControlGroup>();

  add(group: ControlGroup): void {
    this.groups.set(group.path, group);
  }

  /** Attaches a program to the group of a path, which there is. */
  attach(path: string, attachment: GroupAttachment): void {
    this.groups.get(path)!.attach(attachment);
    this.takeEffect();
  }

  /** Takes a hook's program of that name away. */
  detach(path: string, hook: string, program: string): void {
    this.groups.get(path)!.detach(hook, program);
    this.takeEffect();
  }

  /** Parents were added before their children. */
  private takeEffect(): void {
    for (const group of this.groups.values()) group.takeEffect();
  }

  /** The group of that path; undefined where the host has none. */
  at(path: string): ControlGroup | undefined {
    return this.groups.get(path);
  }
}
