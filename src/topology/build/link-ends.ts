import { suggestion } from "../../packet/describe/did-you-mean.ts";
import type { EndpointRef } from "../model.ts";
import { INTERFACE_NAME } from "../schema/definitions.ts";
import type { Span } from "../yaml/source-text.ts";
import type { Drafts } from "./drafts.ts";

const VALID_NAME = new RegExp(INTERFACE_NAME.pattern, "u");

/** An end as the file names it. */
export interface End extends EndpointRef {
  readonly span: Span;
}

/** As files name it. */
export function label({ node, interface: name }: EndpointRef): string {
  return `${node}:${name}`;
}

/** An interface that no node declares comes into being, unless it looks like a slip for one that no link reaches. */
export function declareLinked(ends: readonly End[], drafts: Drafts): void {
  const idle = idleInterfaces(ends, drafts);
  for (const { node: nodeName, interface: name, span } of ends) {
    const { interfaces } = drafts.nodes.get(nodeName)!;
    const known = interfaces.get(name);
    if (known?.fields?.has("tunnel"))
      drafts.context.problem(
        "bad-topology",
        span,
        `'${nodeName}:${name}' is a tunnel device, to which no link leads.`,
        "Its packets go by the host's other interfaces: link one of those.",
      );
    if (known !== undefined) continue;
    // Names that differ in their numbers only are two interfaces, not a slip, unless one waits with an address.
    const meant = (idle.get(nodeName) ?? []).filter(
      (other) => letters(other) !== letters(name) || interfaces.get(other)!.fields?.has("address"),
    );
    const like = suggestion(name, meant);
    const hint = like && `${like} Else give it a line under \`interfaces\`: \`${name}: {}\`.`;
    if (hint !== undefined) {
      const message = `'${nodeName}' has no interface '${name}', and no link reaches '${meant.join("', '")}'.`;
      drafts.context.problem("unknown-reference", span, message, hint);
    } else if (!VALID_NAME.test(name))
      drafts.context.problem(
        "schema-value",
        span,
        `'${name}' cannot be the name of an interface.`,
        `A name here has ${INTERFACE_NAME.description}.`,
      );
    interfaces.set(name, { name, span });
  }
}

/** By node, the interfaces that it declares and that are no link's end. */
function idleInterfaces(ends: readonly End[], drafts: Drafts): Map<string, string[]> {
  const linked = new Set(ends.map(label));
  const idle = new Map<string, string[]>();
  for (const { name: node, interfaces } of drafts.nodes.values())
    idle.set(
      node,
      [...interfaces.values()]
        .filter(({ name, fields }) => !linked.has(`${node}:${name}`) && fields?.has("tunnel") !== true)
        .map(({ name }) => name),
    );
  return idle;
}

function letters(name: string): string {
  return name.replace(/\d/g, "");
}
