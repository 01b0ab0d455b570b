import { errnoName } from "../../bpf/maps/errno.ts";
import { fail } from "../../errors.ts";
import type { LoadedProgram } from "../../programs/language.ts";
import type { HostModel, RouteModel, Topology } from "../../topology/model.ts";
import type { Kernel } from "../kernel.ts";
import { ROUTE_MESSAGE, type RouteProgram, type RouteSubject, routeMessage } from "../netlink/route-message.ts";
import { type Answer, RouteSocket } from "../netlink/route-socket.ts";
import { NLM_F_CREATE, NLM_F_EXCL, NLM_F_REPLACE } from "../netlink/tc-message.ts";
import type { Codes } from "./codes.ts";
import type { LabNetwork } from "./lab-network.ts";
import type { SkippedAtNode } from "./skipped.ts";

/** BPF_PROG_TYPE_LWT_IN and its like. */
const TYPE = { in: 10, out: 11, xmit: 12 } as const;
const SIDES = ["in", "out", "xmit"] as const;
const EOPNOTSUPP = 95;

interface Installed {
  readonly socket: RouteSocket;
  readonly host: string;
  readonly model: RouteModel;
  readonly device: number | undefined;
  programs: readonly (RouteProgram & { readonly program: string })[];
}

/** Routes with programs (`encap bpf`); the network has those without already. */
export class LabRoutes {
  readonly skipped: SkippedAtNode[] = [];
  private readonly codes: Codes;
  private readonly sockets: RouteSocket[] = [];
  private readonly installed: Installed[] = [];
  private named = 0;

  /** Throws a NetsimError where the kernel refuses a program. */
  constructor(kernel: Kernel, topology: Topology, network: LabNetwork, codes: Codes) {
    this.codes = codes;
    for (const node of topology.nodes.values()) {
      if (node.kind !== "host" || !node.routes.some(({ encap }) => encap !== undefined)) continue;
      const socket = new RouteSocket(kernel.libc, network.namespaces.get(node.name)!);
      this.sockets.push(socket);
      for (const model of node.routes) if (model.encap !== undefined) this.add(socket, node, model);
    }
  }

  /** Puts another program wherever one of that name is attached. */
  replace(name: string, loaded: LoadedProgram): void {
    for (const one of this.installed) {
      if (!one.programs.some(({ program }) => program === name)) continue;
      one.programs = one.programs.map((it) =>
        it.program === name
          ? { ...it, descriptor: this.codes.descriptor(loaded, TYPE[it.side]), name: this.nextName(name) }
          : it,
      );
      this.refuse(this.put(one, NLM_F_REPLACE), one);
    }
  }

  close(): void {
    for (const socket of this.sockets) socket.close();
  }

  private add(socket: RouteSocket, node: HostModel, model: RouteModel): void {
    const { name: host, interfaces } = node;
    const device = model.device === undefined ? undefined : interfaces.get(model.device)!.index;
    const programs = SIDES.flatMap((side) => {
      const program = model.encap![side]?.program;
      if (program === undefined) return [];
      return [
        { side, program, descriptor: this.codes.descriptorOf(program, TYPE[side]), name: this.nextName(program) },
      ];
    });
    const one: Installed = { socket, host, model, device, programs };
    const answer = this.put(one, NLM_F_CREATE | NLM_F_EXCL);
    if (answer.errno === EOPNOTSUPP) {
      this.skipped.push({ what: `programs on routes of ${host}`, why: "this kernel has no lwt_bpf", node: host });
      one.programs = [];
      this.refuse(this.put(one, NLM_F_CREATE | NLM_F_EXCL), one);
      return;
    }
    this.refuse(answer, one);
    this.installed.push(one);
  }

  /** No two are alike: a route whose programs have other names is another one to the kernel. */
  private nextName(program: string): string {
    return `${program} ${this.named++}`.slice(-200);
  }

  private put({ socket, model, device, programs }: Installed, flags: number): Answer {
    const { family, destination, prefix, via, metric } = model;
    const subject: RouteSubject = {
      family,
      destination,
      prefix,
      metric,
      programs,
      ...(via && { via }),
      ...(device !== undefined && { device }),
    };
    return socket.request(ROUTE_MESSAGE.newRoute, flags, routeMessage(subject));
  }

  private refuse({ errno, message }: Answer, { host, model }: Installed): void {
    if (errno === 0) return;
    const words = message === "" ? "" : `: ${message}`;
    fail(
      "program-rejected",
      `Linux refuses the route at line ${model.place.line} of '${host}' with ${errnoName(errno)}${words}.`,
    );
  }
}
