import { statSync, writeFileSync } from "node:fs";
import { fail } from "../../errors.ts";
import type { Topology } from "../../topology/model.ts";
import type { Libc } from "../libc.ts";
import { NetNamespace } from "../socket/net-namespace.ts";
import { isLinked, NOWHERE } from "./cable-ends.ts";
import { areRunning, setOffloads } from "./devices.ts";
import { planNodes, planNowhere } from "./plan.ts";

/** Settings of a namespace that says nothing of its own. */
const SILENT = [
  ["net/ipv6/conf/all/disable_ipv6", "1"],
  ["net/ipv6/conf/default/disable_ipv6", "1"],
] as const;
const WAIT_MILLISECONDS = 5;
const PATIENCE_MILLISECONDS = 5000;

/** A topology's nodes as network namespaces, cabled with veth pairs. */
export class LabNetwork {
  readonly namespaces = new Map<string, NetNamespace>();
  private readonly libc: Libc;
  private readonly topology: Topology;

  /** Throws a NetsimError where the kernel cannot make something of it; nothing is left behind then. */
  constructor(libc: Libc, topology: Topology) {
    this.libc = libc;
    this.topology = topology;
    try {
      for (const name of [...topology.nodes.keys(), NOWHERE]) this.namespaces.set(name, new NetNamespace(libc));
      const plans = planNodes(topology, (node) => this.namespaces.get(node)!.path);
      for (const { name, settings } of plans) this.set(name, settings);
      this.set(NOWHERE, SILENT);
      for (const { name, cables } of plans) this.namespaces.get(name)!.batch("ip", cables);
      for (const { name, interfaces } of topology.nodes.values())
        setOffloads(libc, this.namespaces.get(name)!, [...interfaces.values()]);
      this.namespaces.get(NOWHERE)!.batch("ip", planNowhere(topology));
      // Every interface is up before routes go over it: an address of a cable whose other end is down has no route yet.
      for (const { name, configuration } of plans) this.namespaces.get(name)!.batch("ip", configuration);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** Resolves once all cables carry packets: the kernel tells bridges and routes of it with some delay. */
  async isUp(): Promise<void> {
    const { libc, topology } = this;
    for (const { name, interfaces } of topology.nodes.values()) {
      const devices = [...interfaces.keys()].filter((device) => isLinked(topology, name, device));
      for (let round = 0; !areRunning(libc, this.namespaces.get(name)!, devices); round++) {
        if (round * WAIT_MILLISECONDS > PATIENCE_MILLISECONDS)
          fail("kernel-unavailable", `The interfaces of '${name}' do not come up in this kernel.`);
        await new Promise((resolve) => setTimeout(resolve, WAIT_MILLISECONDS));
      }
    }
  }

  /** A number that nothing else on this machine has as long as this process runs. */
  get id(): number {
    return statSync(this.namespaces.get(NOWHERE)!.path).ino;
  }

  close(): void {
    for (const namespace of this.namespaces.values()) namespace.close();
  }

  private set(node: string, settings: readonly (readonly [string, string])[]): void {
    this.namespaces.get(node)!.within(() => {
      for (const [path, value] of settings)
        try {
          writeFileSync(`/proc/sys/${path}`, value);
        } catch (error) {
          const { code } = error as NodeJS.ErrnoException;
          // A kernel without IPv6 has none of its settings.
          if (code === "ENOENT" && path.startsWith("net/ipv6/")) continue;
          fail("kernel-unavailable", `This kernel does not let ${path} be set to ${value}: ${code}.`);
        }
    });
  }
}
