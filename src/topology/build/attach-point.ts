import { namesHint } from "../check/hints.ts";
import type { AttachPlace, AttachPoint } from "../model.ts";
import type { YamlValue } from "../yaml/value.ts";
import { cgroupPaths } from "./cgroups.ts";
import type { Drafts } from "./drafts.ts";

/** Places of hooks by the points that steps attach programs to. */
export const PLACES_OF_POINTS: Readonly<Record<AttachPoint["kind"], readonly AttachPlace[]>> = {
  interface: ["xdp", "tcx-ingress", "tcx-egress"],
  socket: ["socket"],
  cgroup: ["cgroup-ingress", "cgroup-egress"],
};

/** What a point is called: `node:interface`, `node/socket`, `node/path`. */
export const pointName = (point: AttachPoint): string =>
  `${point.node}${point.kind === "interface" ? ":" : "/"}${point.name}`;

/** Points of a host that a name stands for: a socket and a control group may have the same. */
export function attachPoints(drafts: Drafts, value: YamlValue | undefined): AttachPoint[] {
  const { context } = drafts;
  const found = context.text(value);
  if (found === undefined) return [];
  const { text, span } = found;
  if (text.includes(":")) {
    const end = drafts.endpoint(value);
    if (end === undefined) return [];
    if (drafts.nodes.get(end.node)?.kind === "host")
      return [{ kind: "interface", node: end.node, name: end.interface }];
    context.problem("bad-topology", span, `'${end.node}' is no host: its interfaces take no programs.`);
    return [];
  }
  const slash = text.indexOf("/");
  if (slash <= 0) {
    context.problem(
      "schema-value",
      span,
      `'${text}' names nothing that programs are attached to.`,
      "Write `node:interface`, `node/socket`, or `node/path` of a control group.",
    );
    return [];
  }
  const node = drafts.node(text.slice(0, slash), span);
  if (node === undefined) return [];
  const name = text.slice(slash + 1);
  const groups = node.fields.has("cgroups") ? cgroupPaths(node.fields).map((path) => path.slice(1)) : [];
  const points: AttachPoint[] = [];
  if (node.sockets.includes(name)) points.push({ kind: "socket", node: node.name, name });
  if (groups.includes(name)) points.push({ kind: "cgroup", node: node.name, name });
  if (points.length === 0)
    context.problem(
      "unknown-reference",
      span,
      `'${node.name}' has no socket and no control group '${name}'.`,
      namesHint(name, [...node.sockets, ...groups]),
    );
  return points;
}
