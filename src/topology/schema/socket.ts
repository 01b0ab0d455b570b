import type { Hook } from "../../hooks/hook.ts";
import type { JsonSchema } from "../../json-schema.ts";
import { cgroupPath } from "./host-hooks.ts";
import { servesSchema } from "./process.ts";
import { hookValue } from "./program.ts";
import { byKind, integer, mapping, type Properties, ref } from "./shape.ts";

const port = integer(1, 65_535, "Local port.", { examples: [80] });
const device: JsonSchema = {
  type: "string",
  minLength: 1,
  description:
    "Receives only what comes by this interface of the node (SO_BINDTODEVICE; of packet sockets the address they bind).",
  examples: ["eth0"],
};
const owner: JsonSchema = {
  type: "string",
  minLength: 1,
  description: "Process of the node that opens it: it is not there where the process's filters do not let it.",
};
const address = ref("address", "Local address; absent: all of them.");

function protocol(examples: readonly string[], maximum: number, description: string): JsonSchema {
  return { type: ["string", "integer"], minimum: 0, maximum, description, examples };
}

/** A socket; `hooks` are those whose place is a socket, each a key of every kind of socket. */
export function socketSchema(hooks: readonly Hook[]): JsonSchema {
  const attachable: Properties = Object.fromEntries(hooks.map((hook) => [hook.key, hookValue(hook)]));
  const socket = (kind: string, own: Properties, required: readonly string[] = []) =>
    mapping(
      `${kind} socket`,
      {
        kind: { const: kind },
        interface: device,
        process: owner,
        serves: servesSchema,
        cgroup: cgroupPath,
        ...own,
        ...attachable,
      },
      ["kind", ...required],
    );
  return byKind(
    "socket",
    "kind",
    {
      packet: socket("packet", {
        type: {
          enum: ["raw", "dgram"],
          description: "raw: data begins at the link-layer header; dgram: at the network header. Default raw.",
        },
        protocol: protocol(["all", "ip", "arp"], 0xffff, "Ethertype, as a number or a name. Default all."),
      }),
      udp: socket(
        "udp",
        {
          port,
          address,
          echo: { type: "boolean", description: "Answers each datagram with its payload (RFC 862). Default false." },
        },
        ["port"],
      ),
      tcp: socket("tcp", { port, address }, ["port"]),
      raw: socket(
        "raw",
        {
          protocol: protocol(["icmp", "tcp", "udp"], 255, "IP protocol, as a number or a name."),
          family: { enum: [4, 6], description: "IP version. Default: that of `address`, else 4." },
          address,
        },
        ["protocol"],
      ),
    },
    "packet: AF_PACKET, sees frames beside the protocols. udp: bound to a port. tcp: listens on a port. raw: SOCK_RAW over IP.",
  );
}
