import type { Hook } from "../../hooks/hook.ts";
import { goToChain } from "../../hooks/tc/verdict.ts";
import { suggestion } from "../../packet/describe/did-you-mean.ts";
import { enumerate, namesHint } from "../check/hints.ts";
import type {
  AttachmentModel,
  InterfaceModel,
  QdiscModel,
  TcActionModel,
  TcFilterModel,
  TcModel,
  TcSideModel,
} from "../model.ts";
import type { QdiscPart } from "../parts.ts";
import { parseClassid } from "../quantity/classid.ts";
import { MissingOption, OptionError } from "../quantity/option-error.ts";
import { QuantityError } from "../quantity/quantity.ts";
import { ACTION_ANSWERS } from "../schema/tc.ts";
import { SOCKET_ETHERTYPES } from "../socket-protocol.ts";
import { exact } from "../yaml/value.ts";
import { readAttachment } from "./attachment.ts";
import { Fields } from "./fields.ts";
import type { Programs } from "./programs.ts";

/** What traffic control refers to. */
export interface TcScope {
  readonly interfaces: ReadonlyMap<string, InterfaceModel>;
  readonly programs: Programs;
  readonly hooks: readonly Hook[];
  readonly qdiscs: readonly QdiscPart[];
}

/** Handle of a root qdisc that does not say its own. */
const ROOT = 0x0001_0000;
/** Of others, counted up (qdisc_alloc_handle). */
const FIRST_CHILD = 0x8001_0000;

/** Traffic control of a node by interface. */
export function buildTc(node: Fields, scope: TcScope): Map<string, TcModel> {
  const models = new Map<string, TcModel>();
  for (const { name, key, value } of node.named("tc")) {
    const fields = Fields.of(node.context, value, key);
    if (fields === undefined) continue;
    if (!scope.interfaces.has(name)) {
      const hint = namesHint(name, [...scope.interfaces.keys()]);
      node.context.problem("unknown-reference", key, `The node has no interface '${name}'.`, hint);
      continue;
    }
    const tcx = fields.fields("tcx");
    const builder = new TcBuilder(scope);
    const root = fields.fields("qdisc");
    const qdisc = root && builder.qdisc(root, ROOT, builder.filters(fields, "filters"));
    models.set(name, {
      ingress: builder.side(fields, tcx, "ingress"),
      egress: builder.side(fields, tcx, "egress"),
      ...(qdisc && { qdisc }),
    });
  }
  return models;
}

class TcBuilder {
  private readonly scope: TcScope;
  private nextHandle = FIRST_CHILD;

  constructor(scope: TcScope) {
    this.scope = scope;
  }

  side(fields: Fields, tcx: Fields | undefined, side: "ingress" | "egress"): TcSideModel {
    const hook = this.scope.hooks.find(({ place }) => place === `tcx-${side}`);
    const programs = (hook === undefined ? [] : (tcx?.items(side) ?? [])).flatMap((value): AttachmentModel[] => {
      const program = this.scope.programs.refer(value);
      const place = fields.context.place(value.span);
      return program === undefined ? [] : [{ hook: hook!.name, program, options: exact(value), place }];
    });
    return { programs, filters: this.filters(fields, side) };
  }

  filters(fields: Fields | undefined, key: string): TcFilterModel[] {
    return (fields?.itemFields(key) ?? []).map((filter, i) => this.filter(filter, i + 1));
  }

  qdisc(fields: Fields, handle: number, more: readonly TcFilterModel[] = []): QdiscModel | undefined {
    const kind = fields.text("kind");
    const part = this.scope.qdiscs.find(({ name }) => name === kind?.text);
    if (part === undefined) return undefined;
    const own = this.classid(fields, "handle") ?? handle;
    const options: Record<string, unknown> = {};
    for (const [key, { value }] of fields.map.entries)
      if (Object.hasOwn(part.options, key)) options[key] = exact(value);
    const classes = new Map<number, Record<string, unknown>>();
    const classFields = new Map<number, Fields>();
    const children = new Map<number, QdiscModel>();
    const classFilters = new Map<number, readonly TcFilterModel[]>();
    for (const { name, key, value } of fields.named("classes")) {
      const classid = this.attempt(fields, key, () => parseClassid(name));
      const inner = Fields.of(fields.context, value, key);
      if (classid === undefined || inner === undefined) continue;
      classFields.set(classid, inner);
      const child = inner.fields("qdisc");
      const model = child && this.qdisc(child, this.takeHandle());
      if (model !== undefined) children.set(classid, model);
      const given: Record<string, unknown> = {};
      for (const [option, entry] of inner.map.entries)
        if (Object.hasOwn(part.classOptions ?? {}, option)) given[option] = exact(entry.value);
      if (inner.has("filters")) classFilters.set(classid, this.filters(inner, "filters"));
      classes.set(classid, given);
    }
    const filters = [...more, ...this.filters(fields, "filters")];
    if (filters.length > 0 && part.filters !== true && part.classOptions === undefined)
      fields.context.problem(
        "schema-value",
        fields.span,
        `A ${part.name} qdisc asks no filters.`,
        "Filters of `ingress` and `egress` see all packets, whatever the qdisc.",
      );
    try {
      const parsed = part.parse(options, classes, own);
      return { place: fields.place, kind: part.name, handle: own, options: parsed, filters, classFilters, children };
    } catch (error) {
      if (error instanceof MissingOption) return undefined;
      if (!(error instanceof OptionError)) throw error;
      const where = error.classid === undefined ? fields : (classFields.get(error.classid) ?? fields);
      return fields.context.problem("bad-quantity", where.keySpan(error.key), error.message, error.hint);
    }
  }

  private takeHandle(): number {
    const handle = this.nextHandle;
    this.nextHandle += 0x1_0000;
    return handle;
  }

  private filter(fields: Fields, order: number): TcFilterModel {
    const attachment = this.attachment(fields, "tc-filter");
    return {
      place: fields.place,
      directAction: fields.flag("direct-action") ?? false,
      classid: this.classid(fields, "flowid") ?? 0,
      priority: fields.number("priority") ?? order,
      protocol: readProtocol(fields),
      chain: fields.number("chain") ?? 0,
      actions: fields.itemFields("actions").flatMap((action) => this.action(action) ?? []),
      ...(attachment && { attachment }),
    };
  }

  private action(fields: Fields): TcActionModel | undefined {
    const attachment = this.attachment(fields, "tc-action");
    const given = fields.choice("action", ...Object.keys(ACTION_ANSWERS));
    const chain = fields.number("goto-chain");
    const answer = chain === undefined ? ACTION_ANSWERS[given ?? "pipe"]! : goToChain(chain);
    if (attachment !== undefined) return { kind: "program", attachment, answer };
    for (const key of ["redirect", "mirror"] as const) {
      const target = fields.fields(key);
      const device = target?.text("dev");
      if (device === undefined) continue;
      const { interfaces } = this.scope;
      if (!interfaces.has(device.text) && device.text !== "lo")
        fields.context.problem(
          "unknown-reference",
          device.span,
          `The node has no interface '${device.text}'.`,
          namesHint(device.text, [...interfaces.keys()]),
        );
      const ingress = target!.choice("direction", "egress", "ingress") === "ingress";
      return { kind: "send", device: device.text, ingress, mirrors: key === "mirror" };
    }
    return given === undefined && chain === undefined ? undefined : { kind: "answer", answer };
  }

  private attachment(fields: Fields, place: Hook["place"]): AttachmentModel | undefined {
    return readAttachment(fields, place, this.scope.hooks, this.scope.programs);
  }

  private classid(fields: Fields, key: string): number | undefined {
    return fields.parsedText(key, parseClassid, "bad-quantity");
  }

  private attempt<T>(fields: Fields, span: Fields["span"], act: () => T): T | undefined {
    try {
      return act();
    } catch (error) {
      if (!(error instanceof QuantityError)) throw error;
      return fields.context.problem("bad-quantity", span, error.message, error.hint);
    }
  }
}

function readProtocol(fields: Fields): number {
  const value = fields.value("protocol");
  if (value?.kind === "scalar" && typeof value.value === "number") return value.value;
  const named = fields.parsedText(
    "protocol",
    (text) => {
      const name = text.toLowerCase();
      if (Object.hasOwn(SOCKET_ETHERTYPES, name)) return SOCKET_ETHERTYPES[name]!;
      const known = Object.keys(SOCKET_ETHERTYPES);
      const hint = suggestion(text, known) ?? `Give its number, or one of: ${enumerate(known)}.`;
      throw new QuantityError(`'${text}' is no ethertype that has a name here.`, hint);
    },
    "schema-value",
  );
  return named ?? SOCKET_ETHERTYPES.all!;
}
