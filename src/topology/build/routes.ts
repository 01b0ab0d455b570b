import type { Hook } from "../../hooks/hook.ts";
import {
  formatAddress,
  isLinkLocal6,
  isMulticast,
  isNetwork,
  isUnspecified,
  parseAddress,
  parseAddressWithPrefix,
} from "../address-with-prefix.ts";
import { namesHint } from "../check/hints.ts";
import type { AddressModel, EncapModel, InterfaceModel, RouteModel } from "../model.ts";
import { QuantityError } from "../quantity/quantity.ts";
import type { Span } from "../yaml/source-text.ts";
import { readAttachment } from "./attachment.ts";
import { Fields } from "./fields.ts";
import type { Programs } from "./programs.ts";

/** IP6_RT_PRIO_USER of net/ipv6.h; IPv4's default is 0. */
const METRIC = { 4: 0, 6: 1024 };

/**
 * A host's routes, `gateway` included, each with a next hop that the host can reach as Linux demands it.
 * @param knowsAddresses all addresses of the interfaces could be read.
 */
export function buildRoutes(
  host: Fields,
  interfaces: ReadonlyMap<string, InterfaceModel>,
  knowsAddresses: boolean,
  programs: Programs,
  hooks: readonly Hook[],
): RouteModel[] {
  const builder = new RouteBuilder(host, interfaces, (route) => readEncap(route, programs, hooks));
  for (const fields of host.itemFields("routes")) builder.route(fields);
  builder.gateways();
  if (knowsAddresses) builder.checkNextHops();
  return builder.routes;
}

class RouteBuilder {
  readonly routes: RouteModel[] = [];
  private readonly host: Fields;
  private readonly interfaces: ReadonlyMap<string, InterfaceModel>;
  private readonly encapOf: (route: Fields) => EncapModel | undefined;
  private readonly nextHops: { route: RouteModel; span: Span }[] = [];

  constructor(
    host: Fields,
    interfaces: ReadonlyMap<string, InterfaceModel>,
    encapOf: (route: Fields) => EncapModel | undefined,
  ) {
    this.encapOf = encapOf;
    this.host = host;
    this.interfaces = interfaces;
  }

  route(fields: Fields): void {
    const { context } = this.host;
    const via = fields.parsedText("via", parseNextHop, "bad-address");
    const to = fields.parsedText("to", (text) => parseDestination(text, via?.family ?? 4), "bad-address");
    const device = fields.text("dev");
    if (device !== undefined && !this.interfaces.has(device.text))
      context.problem(
        "unknown-reference",
        device.span,
        `The host has no interface '${device.text}'.`,
        namesHint(device.text, [...this.interfaces.keys()]),
      );
    if (to === undefined || (via === undefined && fields.has("via"))) return;
    if (via !== undefined && via.family !== to.family) {
      const message = `The next hop is IPv${via.family} and the destination IPv${to.family}.`;
      context.problem("bad-address", fields.keySpan("via"), message, "Both are of one family.");
      return;
    }
    this.add(fields, to, via, device?.text, fields.number("metric") ?? METRIC[to.family], fields.value("via")?.span);
  }

  gateways(): void {
    const { context } = this.host;
    const families = new Set<number>();
    for (const value of this.host.oneOrMore("gateway")) {
      const via = context.parsedText(value, parseNextHop, "bad-address");
      if (via === undefined) continue;
      if (families.has(via.family)) {
        context.problem(
          "bad-topology",
          value.span,
          `The host has two IPv${via.family} gateways.`,
          "Give them different metrics under `routes`.",
        );
        continue;
      }
      families.add(via.family);
      const everywhere: AddressModel = { family: via.family, address: new Uint8Array(via.address.length), prefix: 0 };
      const fields = Fields.of(context, this.host.map, this.host.keySpan("gateway"))!;
      this.add(fields, everywhere, via, undefined, METRIC[via.family], value.span);
    }
  }

  /** fib_check_nh and ip6_route_check_nh: the next hop is on the link, and is not the host itself. */
  checkNextHops(): void {
    for (const { route, span } of this.nextHops) {
      const { family, via, device } = route;
      const hop: AddressModel = { family, address: via!, prefix: 8 * via!.length };
      const text = formatAddress(hop);
      const devices = [...this.interfaces.values()].filter(({ name }) => device === undefined || name === device);
      if (devices.length === 0 && device !== undefined) continue;
      const own = [...this.interfaces.values()].some(({ addresses }) =>
        addresses.some((address) => address.family === family && formatAddress(address) === text),
      );
      const isOnLink =
        devices.some(({ addresses }) => addresses.some((address) => contains(address, hop))) ||
        this.routes.some(
          (other) =>
            other.via === undefined &&
            (device ?? other.device) === other.device &&
            contains({ ...other, address: other.destination }, hop),
        ) ||
        (device !== undefined && isLinkLocal6(hop));
      const { context } = this.host;
      if (own)
        context.problem(
          "bad-topology",
          span,
          `The next hop ${text} is the host's own address.`,
          "Name the router's address.",
        );
      else if (!isOnLink) {
        const message =
          device === undefined
            ? `The next hop ${text} is on none of the host's networks.`
            : `The next hop ${text} is not on the network of '${device}'.`;
        const hint = isLinkLocal6(hop)
          ? "A link-local next hop needs `dev`."
          : "A next hop is an address of one of the host's own networks.";
        context.problem("bad-topology", span, message, hint);
      }
    }
  }

  private add(
    fields: Fields,
    to: AddressModel,
    via: AddressModel | undefined,
    device: string | undefined,
    metric: number,
    span: Span | undefined,
  ): void {
    const encap = fields.has("encap") ? this.encapOf(fields) : undefined;
    const route: RouteModel = {
      family: to.family,
      destination: to.address,
      prefix: to.prefix,
      metric,
      place: fields.place,
      ...(via && { via: via.address }),
      ...(device !== undefined && { device }),
      ...(encap && { encap }),
    };
    this.routes.push(route);
    if (via !== undefined && span !== undefined) this.nextHops.push({ route, span });
  }
}

function readEncap(route: Fields, programs: Programs, hooks: readonly Hook[]): EncapModel | undefined {
  const bpf = route.fields("encap")?.fields("bpf");
  if (bpf === undefined) return undefined;
  const encap: { -readonly [K in keyof EncapModel]: EncapModel[K] } = {};
  for (const direction of ["in", "out", "xmit"] as const) {
    const attachment = readAttachment(bpf, `lwt-${direction}`, hooks, programs);
    if (attachment !== undefined) encap[direction] = attachment;
  }
  return encap;
}

function contains(network: AddressModel, { family, address }: AddressModel): boolean {
  if (network.family !== family) return false;
  const rest = address.map((byte, i) => byte ^ network.address[i]!);
  return rest.every((byte, i) => byte >> (8 - Math.min(8, Math.max(0, network.prefix - 8 * i))) === 0);
}

function parseDestination(text: string, family: 4 | 6): AddressModel {
  if (text === "default") return { family, address: new Uint8Array(family === 4 ? 4 : 16), prefix: 0 };
  const destination = parseAddressWithPrefix(text);
  if (isNetwork(destination)) return destination;
  throw new QuantityError(
    `'${text}' has bits behind its prefix.`,
    "A network's address ends in zero bits; a single address is written without a prefix length.",
  );
}

function parseNextHop(text: string): AddressModel {
  const address = parseAddress(text);
  if (isMulticast(address) || isUnspecified(address))
    throw new QuantityError(`'${text}' cannot be a next hop.`, "A next hop is a unicast address.");
  return address;
}
