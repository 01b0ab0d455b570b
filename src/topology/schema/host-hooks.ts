import type { Hook } from "../../hooks/hook.ts";
import type { JsonSchema } from "../../json-schema.ts";
import { attachable } from "./program.ts";
import { integer, list, mapping, type Properties, ref, text } from "./shape.ts";

/** A reference to a control group of the same host. */
export const cgroupPath: JsonSchema = {
  title: "path of a control group",
  type: "string",
  pattern: "^/",
  description: "Path of a control group that the host has under `cgroups`. Default /.",
  examples: ["/web"],
};

function groupPrograms(hooks: readonly Hook[], place: Hook["place"]): Properties {
  return Object.fromEntries(
    hooks
      .filter((hook) => hook.place === place)
      .map(({ key, description }) => [key, list(ref("program-reference"), description)]),
  );
}

/** Keys of a host for programs at control groups and rules of iptables. */
export function hostHooks(hooks: readonly Hook[]): Properties {
  const group = mapping("control group", {
    ...groupPrograms(hooks, "cgroup-ingress"),
    ...groupPrograms(hooks, "cgroup-egress"),
  });
  const rule = mapping("rule", {
    ...attachable(hooks, "xt-match"),
    invert: { type: "boolean", description: "The rule is for packets that its program does not match. Default false." },
    in: { ...text, description: "Interface that the packets come in by." },
    out: { ...text, description: "Interface that the packets go out by." },
    jump: { enum: ["ACCEPT", "DROP"], description: "What becomes of them. Default: they go on, and are counted." },
  });
  const chain = (when: string) => list(rule, `Rules for ${when}, in order; what no rule decides is accepted.`);
  const chains = mapping("chains", {
    INPUT: chain("packets to the host itself"),
    FORWARD: chain("packets that it forwards"),
    OUTPUT: chain("packets that it sends"),
  });
  return {
    cgroups: {
      description: "Control groups by their paths; a group's sockets pass its programs, then those of its ancestors.",
      type: "object",
      additionalProperties: group,
      propertyNames: { title: "path of a control group", pattern: "^/([^/]+(/[^/]+)*)?$", examples: ["/", "/web"] },
    },
    iptables: { ...chains, description: "Rules for IPv4 packets." },
    ip6tables: { ...chains, description: "Rules for IPv6 packets." },
  };
}

/** `encap` of a route. */
export function encapSchema(hooks: readonly Hook[]): JsonSchema {
  const programs = mapping("route programs", {
    ...attachable(hooks, "lwt-in"),
    ...attachable(hooks, "lwt-out"),
    ...attachable(hooks, "lwt-xmit"),
  });
  return {
    ...mapping("encap", { bpf: { ...programs, description: "Programs by where on a packet's way they run." } }, [
      "bpf",
    ]),
    description: "Programs that packets pass which take the route.",
  };
}

/** Keys of a host's interface that is a tunnel, a team or a PPP device. */
export function specialDevices(hooks: readonly Hook[]): Properties {
  const team = mapping(
    "team",
    {
      ports: list(text, "Interfaces of the same host that it sends by; what they receive is the team's.", {
        minItems: 1,
      }),
      ...attachable(hooks, "team-hash"),
      mapping: {
        type: "object",
        additionalProperties: text,
        propertyNames: { title: "hash, 0 to 255", pattern: "^[0-9]{1,3}$" },
        description: "Ports by hash (lb_tx_method hash_to_port_mapping). Default: by hash modulo the number of ports.",
      },
    },
    ["ports"],
  );
  const ppp = mapping("PPP device", {
    ...attachable(hooks, "ppp-pass"),
    ...attachable(hooks, "ppp-active"),
    idle: ref("duration", "Time without an active packet after which the connection is hung up. Default: never."),
  });
  const tunnel = mapping(
    "tunnel device",
    {
      type: { enum: ["vxlan", "geneve", "gretap"], description: "What frames are put into." },
      "dst-port": integer(1, 65_535, "UDP port of the tunnel. Default 4789 (vxlan), 6081 (geneve)."),
    },
    ["type"],
  );
  return {
    tunnel: {
      ...tunnel,
      description:
        "Makes it a tunnel device (external): bpf_skb_set_tunnel_key says where packets go, and get_tunnel_key where they came from.",
    },
    team: { ...team, description: "Makes it a team device in load balancing mode." },
    ppp: { ...ppp, description: "Makes it a PPP device: packets without a link-layer header, and no ARP." },
  };
}
