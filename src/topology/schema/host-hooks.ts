import type { Hook } from "../../hooks/hook.ts";
import type { JsonSchema } from "../../json-schema.ts";
import { attachable } from "./program.ts";
import { list, mapping, type Properties, ref, text } from "./shape.ts";

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
