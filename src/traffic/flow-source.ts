import { fail } from "../errors.ts";
import { NOT_PERMITTED } from "../network/cgroup/control-group.ts";
import { SocketIdentity } from "../network/socket/socket-identity.ts";
import type { World } from "../network/world.ts";
import type { FlowTraffic } from "../topology/model.ts";
import { destinationAddress, sourceAddress } from "./encoding-defaults.ts";
import { type Endpoint, hostOf, labelOf } from "./endpoint.ts";
import { Pacer } from "./pacer.ts";
import type { TrafficSource } from "./traffic-source.ts";

/** Linux's default range of ephemeral ports (net.ipv4.ip_local_port_range). */
const FIRST_EPHEMERAL = 32_768;
const EPHEMERAL_PORTS = 28_232;

/** Datagrams, connections or echo requests between two hosts' protocols. */
export class FlowSource implements TrafficSource {
  readonly kind = "flow";
  readonly description: string;
  private readonly pacer: Pacer;
  private readonly expectsAnswer: boolean;
  /** Opens what answers come back to. */
  private readonly listen: () => void;
  private answers = 0;
  private refusals = 0;

  constructor(model: FlowTraffic, from: Endpoint, to: Endpoint, world: World, label: string) {
    const { protocol, port: dport, bytes } = model;
    const { family, destination } = chooseDestination(model, from, to);
    const source = from.device === undefined ? undefined : sourceAddress(from, family, destination);
    const { ip } = hostOf(from)!;
    const answered = () => {
      this.answers++;
    };
    /** One flow of datagrams, or of echo requests, has one port or identifier; every connection needs its own. */
    const sport = model.sport ?? FIRST_EPHEMERAL + world.random(`${label} port`).below(EPHEMERAL_PORTS);
    const { cgroups } = hostOf(from)!;
    const cgroup = cgroups.at(model.cgroup ?? "/");
    const cookie = protocol === "tcp" ? 0 : hostOf(from)!.takeCookie();
    const sender = new SocketIdentity(cookie, cgroup, protocol === "icmp" ? "ping" : "udp", family, {
      localPort: sport,
      ...(source && { local: source }),
    });
    this.listen = () => {
      if (protocol === "udp") ip.udp.senders.set(sport, sender);
    };
    const count = (code: number) => {
      if (code === NOT_PERMITTED) this.refusals++;
    };
    const begin = {
      udp: () => {
        count(ip.udp.send(family, destination, sport, dport, bytes, source, sender));
      },
      tcp: () =>
        ip.tcp.connect({
          family,
          destination,
          dport,
          bytes,
          cgroup,
          onClosed: (outcome) => {
            if (outcome === "closed") answered();
          },
          ...(source && { source }),
          ...(model.sport === undefined ? {} : { sport: model.sport }),
        }),
      icmp: (index: number) => {
        const sequence = (index + 1) & 0xffff;
        count(ip.icmp.echo(family, destination, sport, sequence, bytes, answered, source, sender));
      },
    }[protocol];
    const what = { udp: "UDP datagram", tcp: "TCP connection", icmp: "ICMP echo request" }[protocol];
    const several = model.schedule.count === 1 ? "" : "s";
    const port = protocol === "icmp" ? "" : ` port ${dport}`;
    this.description = `${what}${several} from ${labelOf(from)} to ${labelOf(to)}${port}`;
    this.expectsAnswer = protocol !== "udp";
    this.pacer = new Pacer(model.schedule, world.simulation, world.random(label), begin);
  }

  get sent(): number {
    return this.pacer.sent;
  }

  get answered(): number | undefined {
    return this.expectsAnswer ? this.answers : undefined;
  }

  get refused(): number | undefined {
    return this.refusals === 0 ? undefined : this.refusals;
  }

  start(): void {
    this.listen();
    this.pacer.start();
  }

  close(): void {}
}

/** Where a flow goes, and in which IP version. Throws a NetsimError where there is nothing to send to. */
export function chooseDestination(
  { family: wanted, place }: FlowTraffic,
  from: Endpoint,
  to: Endpoint,
): { family: 4 | 6; destination: Uint8Array } {
  const families = wanted === undefined ? ([4, 6] as const) : [wanted];
  // A version that both have an address of goes before one that only the destination has.
  for (const bothHave of [true, false])
    for (const family of families) {
      const destination = destinationAddress(from, to, family);
      const usable = destination !== undefined && (!bothHave || sourceAddress(from, family) !== undefined);
      if (usable) return { family, destination };
    }
  return fail("bad-topology", `'${labelOf(to)}' has no ${wanted === 6 ? "IPv6 " : ""}address to send to.`, {
    place,
    hint: "Give one of its interfaces an address, as in `interfaces: { eth0: { address: 10.0.0.2/24 } }`.",
  });
}
