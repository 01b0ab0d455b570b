import type { Attach } from "../programs/attachment.ts";
import type { AttachmentModel, ChainName, HostModel, RuleModel } from "../topology/model.ts";
import { ControlGroup } from "./cgroup/control-group.ts";
import type { Host } from "./host.ts";
import { RoutePrograms } from "./lwt/route-programs.ts";
import { Chain } from "./netfilter/chain.ts";
import { VIRTUAL } from "./offload/features.ts";
import { PppFilters } from "./ppp/ppp-filters.ts";
import { Team } from "./team/team.ts";
import { TunnelDevice } from "./tunnel/tunnel-device.ts";
import { TunnelInput } from "./tunnel/tunnel-input.ts";
import type { World } from "./world.ts";
import { XdpHook } from "./xdp-hook.ts";

/** Attaches a host's programs that are neither at a socket nor in traffic control. Before sockets are opened, which are in control groups. */
export function installHooks(host: Host, model: HostModel, attach: Attach, world: World): void {
  for (const [name, program] of model.xdp) {
    const device = host.interfaces.get(name)!;
    const attachment = attach(program, "xdp", "link", device.label);
    if (attachment !== undefined) device.xdp = new XdpHook(attachment, device, host, world);
  }
  installTeams(host, model, attach, world);
  for (const [name, { pass, active, idle }] of model.ppp ?? []) {
    const device = host.interfaces.get(name)!;
    const filters = {
      pass: pass && attach(pass, "ppp-pass", "ppp", device.label),
      active: active && attach(active, "ppp-active", "ppp", device.label),
      idle,
    };
    device.ppp = new PppFilters(filters, device, host, world);
  }
  installTunnels(host, model, world);
  installGroups(host, model, attach, world);
  installChains(host, model, attach, world);
  for (const route of model.routes) {
    const { encap } = route;
    const made = encap && host.ip.routes.ofModel(route);
    if (made === undefined) continue;
    const where = `${host.name} route by ${made.device.name}`;
    const at = <P extends "lwt-in" | "lwt-out" | "lwt-xmit">(program: AttachmentModel | undefined, place: P) =>
      program && attach(program, place, "network", where);
    const programs = { in: at(encap!.in, "lwt-in"), out: at(encap!.out, "lwt-out"), xmit: at(encap!.xmit, "lwt-xmit") };
    made.programs = new RoutePrograms(programs, where, host, world);
  }
}

function installTeams(host: Host, { teams }: HostModel, attach: Attach, world: World): void {
  for (const [name, { ports: names, hash, mapping }] of teams ?? []) {
    const device = host.interfaces.get(name)!;
    const ports = names.map((port) => host.interfaces.get(port)!);
    for (const port of ports) port.team = device;
    const attachment = hash && attach(hash, "team-hash", "link", device.label);
    const byHash = mapping && new Map([...mapping].map(([key, port]) => [key, host.interfaces.get(port)!]));
    device.link = new Team(device, ports, attachment, byHash, host, world);
    // What is left to be done its ports do; it takes no larger packets than they.
    device.offload = {
      ...VIRTUAL,
      maxSegments: Math.min(...ports.map(({ offload }) => offload.maxSegments)),
      maxBytes: Math.min(...ports.map(({ offload }) => offload.maxBytes)),
    };
  }
}

function installTunnels(host: Host, { tunnels }: HostModel, world: World): void {
  if (tunnels === undefined) return;
  const made = [...tunnels].map(([name, model]) => {
    const device = host.interfaces.get(name)!;
    const tunnel = new TunnelDevice(model, device, host, world);
    device.link = tunnel;
    return tunnel;
  });
  new TunnelInput(made, host, world);
}

function installGroups(host: Host, { cgroups = [] }: HostModel, attach: Attach, world: World): void {
  cgroups.forEach(({ path, ingress, egress }, i) => {
    const where = `${host.name}${path}`;
    const own = [
      ...ingress.flatMap((program) => attach(program, "cgroup-ingress", "network", where) ?? []),
      ...egress.flatMap((program) => attach(program, "cgroup-egress", "network", where) ?? []),
    ];
    const parent = path === "/" ? undefined : host.cgroups.at(path.slice(0, path.lastIndexOf("/")) || "/");
    host.cgroups.add(new ControlGroup(path, i + 1, parent, own, { name: host.name, site: host }, world));
  });
}

function installChains(host: Host, { netfilter }: HostModel, attach: Attach, world: World): void {
  if (netfilter === undefined) return;
  for (const family of [4, 6] as const)
    for (const [name, rules = []] of Object.entries(netfilter[family]) as [ChainName, readonly RuleModel[]][]) {
      const where = `${host.name} ${name}`;
      const made = rules.flatMap((model, i) => {
        const match = model.match && attach(model.match, "xt-match", "network", `${where} ${i + 1}`);
        return model.match !== undefined && match === undefined ? [] : [{ model, match }];
      });
      host.ip.chains[family][name] = new Chain(made, where, host, world);
    }
}
