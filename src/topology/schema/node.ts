import type { Hook } from "../../hooks/hook.ts";
import type { JsonSchema } from "../../json-schema.ts";
import { INTERFACE_NAME, NAME } from "./definitions.ts";
import { encapSchema, hostHooks, specialDevices } from "./host-hooks.ts";
import { offload } from "./offload.ts";
import { switchSchema } from "./ovs.ts";
import { processSchema } from "./process.ts";
import { attachable } from "./program.ts";
import { byKind, integer, list, mapping, named, ref } from "./shape.ts";
import { socketSchema } from "./socket.ts";

const addresses: JsonSchema = {
  title: "address, or list of addresses",
  type: ["string", "array"],
  items: ref("prefixed"),
  description: "Addresses with their prefix lengths, IPv4 and IPv6.",
  examples: ["10.0.0.1/24", ["10.0.0.1/24", "fd00::1/64"]],
};

function interfaces(own: Readonly<Record<string, JsonSchema>>): JsonSchema {
  const device = mapping(
    "interface",
    {
      mac: ref("mac", "Default: made from the places of node and interface in the file, 02:00:..."),
      mtu: ref("size", "Largest layer-3 packet in bytes, 68 to 65535. Default 1500."),
      linear: ref("size", "Bytes of what comes in that are in the linear part at most. Default: as it was sent."),
      offload,
      ...own,
    },
    [],
    { type: ["object", "null"] },
  );
  return named(device, INTERFACE_NAME, "Network interfaces by name. Those that only links name need not be here.");
}

const route = (hooks: readonly Hook[]) =>
  mapping(
    "route",
    {
      encap: encapSchema(hooks),
      to: ref("destination"),
      via: ref("address", "Next hop. Absent: the destination is on the link of `dev`."),
      dev: {
        type: "string",
        minLength: 1,
        description: "Interface to send by. Absent: the one whose network holds `via`.",
      },
      metric: integer(0, 0xffff_ffff, "Lower wins among routes of one prefix. Default 0, IPv6 1024."),
    },
    ["to"],
    { anyOf: [{ required: ["via"] }, { required: ["dev"] }] },
  );

const gateway: JsonSchema = {
  title: "address, or list of two",
  type: ["string", "array"],
  items: ref("address"),
  maxItems: 2,
  description: "Short for a default route via this address; two for IPv4 and IPv6.",
  examples: ["10.0.0.254", ["10.0.0.254", "fd00::fe"]],
};

const ROUTES = "Routes beside those of the interfaces' own networks.";

/** A node, of any kind. */
export function nodeSchema(hooks: readonly Hook[], hasTc: boolean): JsonSchema {
  const host = mapping("host", {
    kind: { const: "host" },
    interfaces: interfaces({ address: addresses, ...attachable(hooks, "xdp"), ...specialDevices(hooks) }),
    routes: list(route(hooks), ROUTES),
    gateway,
    forwarding: {
      type: "boolean",
      description: "Routes packets between its interfaces (net.ipv4.ip_forward). Default false.",
    },
    ttl: integer(1, 255, "TTL and hop limit of what the host sends. Default 64."),
    sockets: named(socketSchema(hooks.filter(({ place }) => place === "socket")), NAME, "Open sockets by name."),
    ...hostHooks(hooks),
    processes: named(processSchema, NAME, "Processes that make system calls, by name."),
    ...(hasTc && { tc: ref("tc") }),
  });
  const bridge = mapping("bridge", {
    kind: { const: "bridge" },
    interfaces: interfaces({}),
    ageing: ref("duration", "Time after which a learnt address is forgotten. Default 300s."),
  });
  return byKind(
    "node",
    "kind",
    { host, bridge, ovs: switchSchema(hooks, { interfaces, addresses, routes: list(route([]), ROUTES), gateway }) },
    "host: interfaces, IP and sockets. bridge: a learning Ethernet bridge. ovs: an Open vSwitch with flows and programs.",
  );
}
