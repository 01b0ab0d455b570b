import type { Hook } from "../../hooks/hook.ts";
import { suggestion } from "../../packet/describe/did-you-mean.ts";
import { formatAddress } from "../address-with-prefix.ts";
import { enumerate, namesHint } from "../check/hints.ts";
import type { AddressModel, AttachmentModel, InterfaceModel, SocketModel } from "../model.ts";
import { QuantityError } from "../quantity/quantity.ts";
import { SOCKET_ETHERTYPES, SOCKET_PROTOCOLS } from "../socket-protocol.ts";
import { attachmentUnder } from "./attachment.ts";
import { readCgroup } from "./cgroups.ts";
import { Fields } from "./fields.ts";
import { readLocalAddress } from "./local-address.ts";
import { readCalls } from "./processes.ts";
import type { Programs } from "./programs.ts";

/** The device that every host has. */
const LOOPBACK = "lo";

/** What sockets refer to. */
export interface SocketScope {
  readonly interfaces: ReadonlyMap<string, InterfaceModel>;
  /** All addresses of the interfaces could be read. */
  readonly knowsAddresses: boolean;
  readonly programs: Programs;
  /** Names of the host's processes. */
  readonly processes: readonly string[];
  /** Paths of the host's control groups. */
  readonly cgroups: readonly string[];
  readonly hooks: readonly Hook[];
}

/** A host's sockets by name. */
export function buildSockets(host: Fields, scope: SocketScope): Map<string, SocketModel> {
  const sockets = new Map<string, SocketModel>();
  const bound: SocketModel[] = [];
  for (const { name, key, value } of host.named("sockets")) {
    const fields = Fields.of(host.context, value, key);
    const socket = fields && buildSocket(name, fields, scope);
    if (socket === undefined) continue;
    sockets.set(name, socket);
    refuseTaken(socket, fields!, bound);
  }
  return sockets;
}

function buildSocket(name: string, fields: Fields, scope: SocketScope): SocketModel | undefined {
  const kind = fields.choice("kind", "packet", "udp", "tcp", "raw");
  if (kind === undefined) return undefined;
  const { interfaces } = scope;
  const device = fields.text("interface");
  if (device !== undefined && !interfaces.has(device.text) && device.text !== LOOPBACK) {
    const message = `The host has no interface '${device.text}'.`;
    const names = [...interfaces.keys(), LOOPBACK];
    fields.context.problem("unknown-reference", device.span, message, namesHint(device.text, names));
  }
  const owner = fields.text("process");
  if (owner !== undefined && !scope.processes.includes(owner.text)) {
    const message = `The host has no process '${owner.text}'.`;
    fields.context.problem("unknown-reference", owner.span, message, namesHint(owner.text, scope.processes));
  }
  const serves = readCalls(fields, "serves");
  if (serves.length > 0 && owner === undefined)
    fields.context.problem(
      "bad-topology",
      fields.keySpan("serves"),
      "A socket that no process opens has nobody who could make calls for it.",
      "Give it a `process`.",
    );
  const cgroup = readCgroup(fields, scope.cgroups);
  const address = kind === "packet" ? undefined : readLocalAddress(fields, interfaces, scope.knowsAddresses);
  const port = kind === "udp" || kind === "tcp" ? fields.number("port") : undefined;
  return {
    name,
    kind,
    place: fields.place,
    type: kind === "packet" ? (fields.choice("type", "raw", "dgram") ?? "raw") : "raw",
    protocol: readProtocol(fields, kind),
    family: kind === "raw" ? readFamily(fields, address) : (address?.family ?? 4),
    attachments: readAttachments(fields, scope),
    echo: kind === "udp" ? (fields.flag("echo") ?? false) : false,
    ...(device && { interface: device.text }),
    ...(owner && { process: owner.text }),
    ...(serves.length > 0 && { serves }),
    ...(cgroup !== undefined && { cgroup }),
    ...(port !== undefined && { port }),
    ...(address && { address }),
  };
}

function readProtocol(fields: Fields, kind: SocketModel["kind"]): number {
  if (kind !== "packet" && kind !== "raw") return 0;
  const names = kind === "packet" ? SOCKET_ETHERTYPES : SOCKET_PROTOCOLS;
  const value = fields.value("protocol");
  if (value === undefined) return kind === "packet" ? SOCKET_ETHERTYPES.all! : 0;
  if (value.kind === "scalar" && typeof value.value === "number") return value.value;
  return (
    fields.parsedText(
      "protocol",
      (text) => {
        const number = Object.hasOwn(names, text.toLowerCase()) ? names[text.toLowerCase()] : undefined;
        if (number !== undefined) return number;
        const known = Object.keys(names);
        throw new QuantityError(
          `'${text}' is no ${kind === "packet" ? "ethertype" : "IP protocol"} that has a name here.`,
          suggestion(text, known) ?? `Give its number, or one of: ${enumerate(known)}.`,
        );
      },
      "schema-value",
    ) ?? 0
  );
}

function readFamily(fields: Fields, address: AddressModel | undefined): 4 | 6 {
  const family = fields.number("family") as 4 | 6 | undefined;
  if (family !== undefined && address !== undefined && family !== address.family)
    fields.context.problem(
      "bad-address",
      fields.keySpan("address"),
      `The address is IPv${address.family} and the socket IPv${family}.`,
      "Leave `family` out to have it follow the address.",
    );
  return family ?? address?.family ?? 4;
}

/** Programs under hooks' keys, in the order of the file. */
function readAttachments(fields: Fields, { programs, hooks }: SocketScope): AttachmentModel[] {
  return [...fields.map.entries.keys()].flatMap((key) => {
    const hook = hooks.find((candidate) => candidate.key === key);
    return (hook && attachmentUnder(fields, hook, programs)) ?? [];
  });
}

/**
 * EADDRINUSE of bind(2) (inet_rcv_saddr_equal and sk_bound_dev_if in net/ipv4): one port, and addresses and interfaces of which
 * either is for all or both are the same.
 */
function refuseTaken(socket: SocketModel, fields: Fields, bound: SocketModel[]): void {
  const { kind, port } = socket;
  if (port === undefined) return;
  const other = bound.find((each) => each.kind === kind && each.port === port && overlap(each, socket));
  if (other === undefined) {
    bound.push(socket);
    return;
  }
  fields.context.problem(
    "bad-topology",
    fields.keySpan("port"),
    `The ${kind} port ${port} is already taken by the socket '${other.name}'.`,
    "Give it another port, `address` or `interface`.",
  );
}

function overlap(a: SocketModel, b: SocketModel): boolean {
  const [here, there] = [a, b].map(({ address }) => address && formatAddress(address));
  const isSameAddress = here === undefined || there === undefined || here === there;
  return isSameAddress && (a.interface === undefined || b.interface === undefined || a.interface === b.interface);
}
