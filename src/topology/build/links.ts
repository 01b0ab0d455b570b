import { suggestion } from "../../packet/describe/did-you-mean.ts";
import { alternatives, namesHint } from "../check/hints.ts";
import type { EndpointRef, Impairment, LinkModel } from "../model.ts";
import type { Span } from "../yaml/source-text.ts";
import type { YamlValue } from "../yaml/value.ts";
import type { BuildContext } from "./context.ts";
import type { Drafts } from "./drafts.ts";
import { Fields } from "./fields.ts";
import { readImpairment, UNIMPAIRED } from "./impairment.ts";
import { declareLinked, type End, label } from "./link-ends.ts";

/** The links of a topology. Building them also brings into being the interfaces that only links name. */
export class Links {
  readonly models: LinkModel[] = [];
  private readonly context: BuildContext;
  private readonly drafts: Drafts;
  /** Index of the link by each of its ends, `node:interface`; -1 for one that could not be built. */
  private readonly byEnd = new Map<string, number>();
  /** First mention of each end. */
  private readonly taken = new Map<string, Span>();

  constructor(root: Fields, drafts: Drafts) {
    this.context = root.context;
    this.drafts = drafts;
    const links = root.itemFields("links").map((fields) => ({ fields, ends: this.ends(fields) }));
    declareLinked(
      links.flatMap(({ ends }) => ends),
      drafts,
    );
    for (const { fields, ends } of links) this.build(fields, ends);
  }

  /** Index of the link that a value names by one of its ends or by both. */
  find(value: YamlValue | undefined): number | undefined {
    if (value === undefined) return undefined;
    if (value.kind === "list") {
      const [first, second] = value.items.map((item) => this.find(item));
      if (first === undefined || second === undefined) return undefined;
      if (first === second) return first;
      return this.context.problem(
        "unknown-reference",
        value.span,
        "These two interfaces are not the ends of one link.",
      );
    }
    const name = this.context.text(value);
    if (name === undefined) return undefined;
    const index = this.byEnd.get(name.text) ?? this.models.findIndex((model) => model.name === name.text);
    if (index >= 0) return index;
    if (this.byEnd.has(name.text)) return undefined;
    const hint = namesHint(name.text, [...this.byEnd.keys()]);
    return this.context.problem("unknown-reference", name.span, `There is no link with the end '${name.text}'.`, hint);
  }

  /** Which end of the link a value names. */
  side(link: number, value: YamlValue): 0 | 1 | undefined {
    const name = this.context.text(value);
    if (name === undefined) return undefined;
    const ends = this.models[link]!.ends.map(label);
    const side = ends.indexOf(name.text);
    if (side === 0 || side === 1) return side;
    const message = `'${name.text}' is not an end of this link.`;
    return this.context.problem("unknown-reference", name.span, message, `Its ends are ${ends.join(" and ")}.`);
  }

  private ends(fields: Fields): End[] {
    return fields.items("endpoints").flatMap((value) => {
      const parts = this.drafts.split(value);
      return parts === undefined ? [] : [{ node: parts.node.name, interface: parts.interface, span: parts.span }];
    });
  }

  private build(fields: Fields, ends: readonly End[]): void {
    const index = this.models.length;
    const [a, b] = ends;
    const isWhole = a !== undefined && b !== undefined && this.claim(ends);
    const settings = { ...UNIMPAIRED, ...readImpairment(fields) };
    const directions: [Impairment, Impairment] = [settings, settings];
    const names = ends.map(label);
    for (const { name, key, value } of fields.named("impair")) {
      const own = Fields.of(this.context, value, key);
      const side = names.indexOf(name);
      if (side < 0 && names.length === 2)
        this.context.problem(
          "unknown-reference",
          key,
          `'${name}' is not an end of this link.`,
          suggestion(name, names) ?? `Its ends are ${alternatives(names)}.`,
        );
      if (own !== undefined && side >= 0) directions[side] = { ...settings, ...readImpairment(own) };
      else if (own !== undefined) readImpairment(own);
    }
    for (const name of names) if (!this.byEnd.has(name)) this.byEnd.set(name, isWhole ? index : -1);
    if (!isWhole) return;
    this.models.push({ name: names.join(" - "), place: fields.place, ends: [refOf(a), refOf(b)], directions });
  }

  /** False where an end is already taken, by this link or another. */
  private claim(ends: readonly End[]): boolean {
    let isFree = true;
    for (const end of ends) {
      const name = label(end);
      const before = this.taken.get(name);
      if (before === undefined) this.taken.set(name, end.span);
      else {
        isFree = false;
        const isOwn = end !== ends[0] && label(ends[0]!) === name;
        const message = isOwn ? `The link joins '${name}' to itself.` : `'${name}' is already the end of another link.`;
        const hint = isOwn
          ? "A link has two different ends."
          : `The other one is on line ${this.context.source.lineAt(before.start)}.`;
        this.context.problem("bad-topology", end.span, message, hint);
      }
    }
    return isFree;
  }
}

function refOf({ node, interface: name }: EndpointRef): EndpointRef {
  return { node, interface: name };
}
