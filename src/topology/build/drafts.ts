import { namesHint } from "../check/hints.ts";
import type { EndpointRef, NodeRef } from "../model.ts";
import { QuantityError } from "../quantity/quantity.ts";
import type { Span } from "../yaml/source-text.ts";
import type { YamlValue } from "../yaml/value.ts";
import type { BuildContext } from "./context.ts";
import { Fields } from "./fields.ts";

/** ifindex of the loopback device, and of a node's first interface. */
const LOOPBACK_INDEX = 1;
export const FIRST_INDEX = 2;

/** A node whose interfaces are still being collected. */
export interface NodeDraft {
  readonly name: string;
  readonly fields: Fields;
  /** Undefined where the file names a kind that does not exist; nothing is known of such a node's insides then. */
  readonly kind: "host" | "bridge" | "ovs" | undefined;
  readonly interfaces: Map<string, InterfaceDraft>;
  /** Names of the sockets, also of those that could not be read. */
  readonly sockets: readonly string[];
  /** The same of the processes. */
  readonly processes: readonly string[];
}

export interface InterfaceDraft {
  readonly name: string;
  /** Where it is first named. */
  readonly span: Span;
  /** What the file says of it; absent where only a link names it. */
  readonly fields?: Fields;
}

/** The names of a topology: nodes, their interfaces and sockets. */
export class Drafts {
  readonly context: BuildContext;
  readonly nodes = new Map<string, NodeDraft>();

  constructor(root: Fields) {
    this.context = root.context;
    for (const { name, key, value } of root.named("nodes")) {
      const fields = Fields.of(this.context, value, key);
      if (fields === undefined) continue;
      const { value: kind } = (fields.value("kind") ?? {}) as { value?: unknown };
      const interfaces = new Map<string, InterfaceDraft>();
      const node: NodeDraft = {
        name,
        fields,
        kind: kind === "host" || kind === "bridge" || kind === "ovs" ? kind : undefined,
        interfaces,
        sockets: fields.named("sockets").map((socket) => socket.name),
        processes: fields.has("processes") ? fields.named("processes").map((process) => process.name) : [],
      };
      this.nodes.set(name, node);
      for (const device of fields.named("interfaces")) {
        const isEmpty = device.value.kind === "scalar" && device.value.value === null;
        const own = isEmpty ? undefined : Fields.of(this.context, device.value, device.key);
        interfaces.set(device.name, { name: device.name, span: device.key, ...(own && { fields: own }) });
      }
    }
  }

  /** The node of that name. */
  node(name: string, span: Span): NodeDraft | undefined {
    return (
      this.nodes.get(name) ??
      this.context.problem(
        "unknown-reference",
        span,
        `There is no node '${name}'.`,
        namesHint(name, [...this.nodes.keys()]),
      )
    );
  }

  /** The parts of `node:interface`, the node known to exist. */
  split(value: YamlValue | undefined): { node: NodeDraft; interface: string; span: Span } | undefined {
    const found = this.context.text(value);
    if (found === undefined) return undefined;
    const { text, span } = found;
    const colon = text.indexOf(":");
    if (colon <= 0 || colon === text.length - 1)
      return this.context.problem(
        "schema-value",
        span,
        `'${text}' does not name an interface of a node.`,
        "Write `node:interface`, as in `client:eth0`.",
      );
    const node = this.node(text.slice(0, colon), span);
    return node && { node, interface: text.slice(colon + 1), span };
  }

  /** An existing interface, written `node:interface`. */
  endpoint(value: YamlValue | undefined): EndpointRef | undefined {
    const parts = this.split(value);
    return parts && this.interfaceOf(parts.node, parts.interface, parts.span);
  }

  /** An existing node, or an interface of it. */
  nodeOrInterface(value: YamlValue | undefined): NodeRef | undefined {
    const found = this.context.text(value);
    if (found === undefined) return undefined;
    if (found.text.includes(":")) return this.endpoint(value);
    const node = this.node(found.text, found.span);
    return node && { node: node.name };
  }

  /** ifindex of a device, `node:interface`, as buildInterfaces gives it. Throws QuantityError. */
  deviceIndex(name: string): number {
    const colon = name.indexOf(":");
    const node = this.nodes.get(name.slice(0, colon));
    if (node === undefined)
      throw new QuantityError(
        `'${name}' names no device: there is no such node.`,
        namesHint(name.slice(0, colon), [...this.nodes.keys()]) ?? "Write `node:interface`, as in `client:eth0`.",
      );
    const device = name.slice(colon + 1);
    if (device === "lo") return LOOPBACK_INDEX;
    const names = [...node.interfaces.keys()];
    const place = names.indexOf(device);
    if (place < 0)
      throw new QuantityError(
        `'${node.name}' has no interface '${device}'.`,
        namesHint(device, names) ?? "Name it under `interfaces` of the node.",
      );
    return FIRST_INDEX + place;
  }

  interfaceOf(node: NodeDraft, name: string, span: Span): EndpointRef | undefined {
    if (node.interfaces.has(name)) return { node: node.name, interface: name };
    if (node.kind === undefined) return undefined;
    return this.context.problem(
      "unknown-reference",
      span,
      `'${node.name}' has no interface '${name}'.`,
      namesHint(name, [...node.interfaces.keys()]),
    );
  }
}
