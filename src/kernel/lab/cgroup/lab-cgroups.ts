import { closeSync, mkdirSync, openSync, writeFileSync } from "node:fs";
import { fail } from "../../../errors.ts";
import { cgroupEgress, cgroupIngress } from "../../../hooks/cgroup/cgroup-skb.ts";
import type { LoadedProgram } from "../../../programs/language.ts";
import type { AttachmentModel, HostModel, Topology } from "../../../topology/model.ts";
import { Attributes } from "../../bpf/attributes.ts";
import { COMMAND } from "../../bpf/commands.ts";
import type { Kernel } from "../../kernel.ts";
import type { Codes } from "../codes.ts";
import type { LabNetwork } from "../lab-network.ts";
import type { SkippedAtNode } from "../skipped.ts";
import type { Within } from "../within.ts";
import { GroupGuard } from "./group-guard.ts";
import { type Hierarchy, mountCgroups } from "./mount-cgroups.ts";

/** BPF_PROG_TYPE_CGROUP_SKB */
const CGROUP_SKB = 8;
const SIDES = ["ingress", "egress"] as const;

interface Attached {
  readonly group: Group;
  readonly program: string;
  readonly attachType: number;
  /** Of the link, which holds the program at its group. */
  readonly link: number;
}

/** A group of the topology: its directory, below that of the group that this process is in. */
interface Group {
  readonly directory: string;
  readonly model: NonNullable<HostModel["cgroups"]>[number];
}

/** Where a host's sockets are made: the host's `/` is a group of its own, since the machine's is everybody's. */
export class LabCgroups {
  readonly skipped: SkippedAtNode[] = [];
  private readonly kernel: Kernel;
  private readonly codes: Codes;
  private readonly network: LabNetwork;
  private attached: Attached[] = [];
  /** By host and path. */
  private readonly groups = new Map<string, Group>();
  /** Directories that are open, by their names in the topology. */
  private readonly opened = new Map<string, number>();
  private hierarchy: Hierarchy | undefined;
  private guard: GroupGuard | undefined;

  /** Throws a NetsimError where the kernel refuses a program. */
  constructor(kernel: Kernel, topology: Topology, network: LabNetwork, codes: Codes) {
    this.kernel = kernel;
    this.codes = codes;
    this.network = network;
    const hosts = [...topology.nodes.values()].filter(
      (node): node is HostModel => node.kind === "host" && node.cgroups !== undefined,
    );
    if (hosts.length === 0) return;
    const why = this.make(hosts);
    if (why !== undefined) {
      for (const { name } of hosts) this.skipped.push({ what: `control groups of ${name}`, why, node: name });
      return;
    }
    try {
      for (const group of this.groups.values()) this.attachAll(group);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** Where sockets of a host's control group are made. @param path absent: the root. */
  at(host: string, path = "/"): Within {
    const namespace = this.network.namespaces.get(host)!;
    const group = this.groups.get(`${host} ${path}`);
    if (group === undefined) return namespace;
    return { within: (act) => namespace.within(() => this.inGroup(group.directory, act)) };
  }

  /** A descriptor of a host's group, `node/path`, as maps take it; -1 where there is none in the kernel. */
  descriptorOf(name: string): number {
    const slash = name.indexOf("/");
    const group = this.groups.get(`${name.slice(0, slash)} ${name.slice(slash)}`);
    if (group === undefined) return -1;
    const known = this.opened.get(name);
    if (known !== undefined) return known;
    const descriptor = openSync(`${this.hierarchy!.own}/${group.directory}`, "r");
    this.opened.set(name, descriptor);
    return descriptor;
  }

  /** Attaches a program to a host's group; where there are no groups in the kernel, nothing. */
  attachTo(host: string, path: string, model: AttachmentModel): void {
    const group = this.groups.get(`${host} ${path}`);
    if (group !== undefined) this.attach(model, group);
  }

  /** Takes a program of a host's group away. `hook` and `program` are names. */
  detachFrom(host: string, path: string, { hook, program }: { readonly hook: string; readonly program: string }): void {
    const group = this.groups.get(`${host} ${path}`);
    const attachType = attachTypeOf(hook);
    const isIt = (one: Attached) => one.group === group && one.program === program && one.attachType === attachType;
    for (const { link } of this.attached.filter(isIt)) this.kernel.libc.close(link);
    this.attached = this.attached.filter((one) => !isIt(one));
  }

  /** Puts another program wherever one of that name is attached. */
  replace(name: string, loaded: LoadedProgram): void {
    for (const { program, attachType, link } of this.attached) {
      if (program !== name) continue;
      const descriptor = this.codes.descriptor(loaded, CGROUP_SKB, attachType);
      const { libc } = this.kernel;
      succeed(new Attributes(libc).words(0, link, descriptor).call(COMMAND.linkUpdate), name, "its control group");
    }
  }

  close(): void {
    for (const { link } of this.attached) this.kernel.libc.close(link);
    this.attached = [];
    for (const descriptor of this.opened.values()) closeSync(descriptor);
    this.opened.clear();
    this.guard?.end();
    if (this.hierarchy !== undefined) this.kernel.libc.close(this.hierarchy.descriptor);
    this.hierarchy = undefined;
  }

  /** Makes the directories, or says why it cannot. */
  private make(hosts: readonly HostModel[]): string | undefined {
    const hierarchy = mountCgroups(this.kernel.libc);
    if ("why" in hierarchy) return hierarchy.why;
    this.hierarchy = hierarchy;
    const run = `netsim-${this.network.id}`;
    const names = [run];
    for (const [i, { name: host, cgroups = [] }] of hosts.entries())
      for (const [j, model] of cgroups.entries()) {
        const parent = model.path === "/" ? undefined : (/^(.+)\/[^/]*$/.exec(model.path)?.[1] ?? "/");
        const above = parent === undefined ? run : this.groups.get(`${host} ${parent}`)!.directory;
        const directory = `${above}/${parent === undefined ? `host${i}` : `group${j}`}`;
        this.groups.set(`${host} ${model.path}`, { directory, model });
        names.push(directory);
      }
    this.guard = new GroupGuard(hierarchy.own, names.toReversed());
    if (!this.guard.isThere) {
      this.groups.clear();
      return "there is no /bin/sh to take them out when the lab is killed";
    }
    for (const name of names) mkdirSync(`${hierarchy.own}/${name}`, { recursive: true });
    return undefined;
  }

  private attachAll(group: Group): void {
    for (const side of SIDES) for (const one of group.model[side]) this.attach(one, group);
  }

  /** BPF_LINK_CREATE: behind the group's other programs. */
  private attach({ program, hook }: AttachmentModel, group: Group): void {
    const attachType = attachTypeOf(hook);
    const descriptor = this.codes.descriptorOf(program, CGROUP_SKB, attachType);
    const directory = openSync(`${this.hierarchy!.own}/${group.directory}`, "r");
    const attributes = new Attributes(this.kernel.libc).words(0, descriptor, directory, attachType);
    const link = attributes.call(COMMAND.linkCreate);
    closeSync(directory);
    this.attached.push({
      group,
      program,
      attachType,
      link: succeed(link, program, `control group ${group.model.path}`),
    });
  }

  /** Sockets are of the group that the process is in which makes them (cgroup_sk_alloc). */
  private inGroup<T>(directory: string, act: () => T): T {
    const { own } = this.hierarchy!;
    writeFileSync(`${own}/${directory}/cgroup.procs`, "0");
    try {
      return act();
    } finally {
      writeFileSync(`${own}/cgroup.procs`, "0");
    }
  }
}

/** BPF_CGROUP_INET_INGRESS, BPF_CGROUP_INET_EGRESS */
const attachTypeOf = (hook: string): number => (hook === cgroupIngress.name ? cgroupIngress : cgroupEgress).attachType!;

function succeed(result: number, program: string, label: string): number {
  if (result < 0) fail("program-rejected", `Linux refuses program '${program}' at ${label} with errno ${-result}.`);
  return result;
}
