import type { Hook } from "../../hooks/hook.ts";
import type { JsonSchema } from "../../json-schema.ts";
import { NAME } from "./definitions.ts";
import { attachable } from "./program.ts";
import { integer, list, mapping, named, type Properties, ref, text } from "./shape.ts";

/** What all nodes' schemas share. */
export interface NodeParts {
  interfaces(own: Properties): JsonSchema;
  readonly addresses: JsonSchema;
  readonly routes: JsonSchema;
  readonly gateway: JsonSchema;
}

const vlan = (description: string) => integer(0, 4095, description);

const byFlow = (description: string, more: JsonSchema): JsonSchema => ({ description, ...more });

/** Keys of a port beside those of every interface; names are those of ovs-vsctl. */
const port: Properties = {
  number: integer(
    1,
    0xfeff,
    "Number of the port in OpenFlow (ofport_request). Default: counted from 1 in the file's order.",
  ),
  type: {
    enum: ["link", "internal", "patch", "vxlan", "geneve", "gre"],
    description:
      "link: what a link leads to. internal: an interface of the host that the switch runs on; of the switch's own name it is LOCAL. patch: a port of another switch, or of this. The others: tunnels. Default link.",
  },
  "vlan-mode": {
    enum: ["access", "trunk", "native-tagged", "native-untagged", "dot1q-tunnel"],
    description:
      "How NORMAL treats VLANs (vlan_mode). Default: access with a tag and no trunks, native-untagged with both, else trunk.",
  },
  cvlans: list(vlan("VLAN"), "Customers' VLANs that a dot1q-tunnel takes. Absent: all."),
  "qinq-ethtype": {
    enum: ["802.1ad", "802.1q"],
    description: "Type of the tag that a dot1q-tunnel adds (other_config:qinq-ethtype). Default 802.1ad.",
  },
  "priority-tags": {
    enum: ["never", "if-nonzero", "always"],
    description:
      "Whether NORMAL sends tags without a VLAN by the port (other_config:priority-tags): those with a priority, all that came with one, or none. Default never.",
  },
  tag: vlan("VLAN of an access port, for NORMAL."),
  trunks: list(vlan("VLAN"), "VLANs of a trunk port, for NORMAL. Absent: all."),
  peer: ref("endpoint", "The other end of a patch port: `node:interface`."),
  remote: byFlow("Address at the tunnel's other end; `flow` where set_field says it.", {
    ...text,
    examples: ["192.0.2.2", "flow"],
  }),
  local: ref("address", "Address at this end of the tunnel. Absent: that of the route."),
  key: byFlow("VNI or GRE key; `flow` where set_field says it. Absent: 0, or none in GRE.", {
    type: ["integer", "string"],
    minimum: 0,
    maximum: 0xffff_ffff,
    examples: [42, "flow"],
  }),
  tos: integer(0, 255, "TOS of the outer header. Default 0."),
  ttl: integer(1, 255, "TTL of the outer header. Default 64."),
  "dst-port": integer(1, 65_535, "UDP port of the tunnel. Default 4789 (vxlan), 6081 (geneve)."),
  csum: { type: "boolean", description: "With a checksum in the outer UDP or GRE header. Default false." },
  df: { type: "boolean", description: "Outer packets carry DF (df_default). Default true." },
};

function lines(what: string, example: string): JsonSchema {
  return {
    title: "list of lines, or a file",
    description: `${what}, in ovs-ofctl's syntax: a list, or the name of a file with one on each line.`,
    type: ["array", "string"],
    items: text,
    minLength: 1,
    examples: [[example]],
  };
}

/** An Open vSwitch. */
export function switchSchema(
  hooks: readonly Hook[],
  { interfaces, addresses, routes, gateway }: NodeParts,
): JsonSchema {
  const [hit] = Object.values(attachable(hooks, "ovs-flow-hit"));
  return mapping("switch", {
    kind: { const: "ovs" },
    interfaces: interfaces({
      ...port,
      ...attachable(hooks, "ovs-port-miss"),
      address: {
        ...addresses,
        description: "Makes it no port, but an interface of the host that the switch runs on: tunnels go by it.",
      },
    }),
    routes,
    gateway,
    flows: lines("OpenFlow flows", "priority=100,tcp,tp_dst=22,actions=drop"),
    groups: lines("OpenFlow groups", "group_id=1,type=select,bucket=output:1,bucket=output:2"),
    meters: lines("OpenFlow meters", "meter=1,kbps,band=type=drop,rate=1000"),
    hooks: mapping(
      "hooks",
      {
        ...attachable(hooks, "ovs-parser"),
        ...(hit && {
          "flow-hit": named(hit, NAME, "Programs by the names that the action bpf(NAME,...) of flows calls them."),
        }),
        ...attachable(hooks, "ovs-flow-miss"),
      },
      [],
      { description: "Programs at the places of the datapath." },
    ),
    contract: {
      enum: ["opcodes", "plumgrid2013"],
      description:
        "What programs are given and what their answers mean. opcodes: those of traffic control. plumgrid2013: programs bound to ports, whose helpers decide. Default opcodes.",
    },
    upcall: mapping(
      "upcall",
      {
        queue: integer(1, 1_000_000, "Packets that wait for the slow path at most. Default 1024."),
        time: ref("duration", "Time that the slow path takes for a packet. Default 50us."),
      },
      [],
      { description: "The way of packets up to the slow path." },
    ),
    "vlan-limit": { enum: [1, 2], description: "VLAN tags that flows see (other_config:vlan-limit). Default 1." },
    "flow-limit": integer(0, 10_000_000, "Megaflows at most (other_config:flow-limit). Default 200000."),
  });
}
