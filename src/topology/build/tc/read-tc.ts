import type { Hook } from "../../../hooks/hook.ts";
import { goToChain, TC_ACT } from "../../../hooks/tc/verdict.ts";
import { suggestion } from "../../../packet/describe/did-you-mean.ts";
import { enumerate, namesHint } from "../../check/hints.ts";
import type { AttachmentModel, TcActionModel, TcFilterModel } from "../../model.ts";
import { parseClassid } from "../../quantity/classid.ts";
import { MissingOption, OptionError } from "../../quantity/option-error.ts";
import { QuantityError } from "../../quantity/quantity.ts";
import { ACTION_ANSWERS } from "../../schema/tc.ts";
import { SOCKET_ETHERTYPES } from "../../socket-protocol.ts";
import { exact } from "../../yaml/value.ts";
import { readAttachment } from "../attachment.ts";
import { Fields } from "../fields.ts";
import type { ActionIndexes } from "./action-indexes.ts";
import { type DeviceDraft, QdiscDraft, type TcDraft } from "./drafts.ts";
import type { TcScope } from "./scope.ts";

/** Handle of a root qdisc that does not say its own. */
const ROOT = 0x0001_0000;

/** Traffic control of one interface, as the file has it. */
export function readDevice(fields: Fields, draft: TcDraft, name: string, scope: TcScope): void {
  const device = draft.device(name);
  const tcx = fields.fields("tcx");
  const reader = new DeviceReader(scope, device, draft.actions);
  for (const side of ["ingress", "egress"] as const) {
    device[side].programs = reader.programs(tcx, side);
    device[side].filters = reader.filters(fields, side);
    if (fields.has(side)) device.hook = "clsact";
  }
  const root = fields.fields("qdisc");
  const qdisc = root && reader.qdisc(root, ROOT, reader.filters(fields, "filters"));
  if (qdisc !== undefined) device.root = qdisc;
}

class DeviceReader {
  private readonly scope: TcScope;
  private readonly device: DeviceDraft;
  private readonly indexes: ActionIndexes;

  constructor(scope: TcScope, device: DeviceDraft, indexes: ActionIndexes) {
    this.scope = scope;
    this.device = device;
    this.indexes = indexes;
  }

  programs(tcx: Fields | undefined, side: "ingress" | "egress"): AttachmentModel[] {
    const hook = this.scope.hooks.find(({ place }) => place === `tcx-${side}`);
    return (hook === undefined ? [] : (tcx?.items(side) ?? [])).flatMap((value): AttachmentModel[] => {
      const program = this.scope.programs.refer(value);
      const place = tcx!.context.place(value.span);
      return program === undefined ? [] : [{ hook: hook!.name, program, options: exact(value), place }];
    });
  }

  filters(fields: Fields | undefined, key: string): TcFilterModel[] {
    return (fields?.itemFields(key) ?? []).map((filter, i) => this.filter(filter, i + 1));
  }

  qdisc(fields: Fields, handle: number, more: readonly TcFilterModel[] = []): QdiscDraft | undefined {
    const kind = fields.text("kind");
    const part = this.scope.qdiscs.find(({ name }) => name === kind?.text);
    if (part === undefined) return undefined;
    const draft = new QdiscDraft(
      part,
      this.classid(fields, "handle") ?? handle,
      fields.place,
      valuesOf(fields, part.options),
    );
    const classFields = new Map<number, Fields>();
    for (const { name, key, value } of fields.named("classes")) {
      const classid = this.attempt(fields, key, () => parseClassid(name));
      const own = Fields.of(fields.context, value, key);
      if (classid === undefined || own === undefined) continue;
      classFields.set(classid, own);
      const inner = own.fields("qdisc");
      const child = inner && this.qdisc(inner, this.device.takeHandle());
      draft.classes.set(classid, {
        values: valuesOf(own, part.classOptions ?? {}),
        filters: this.filters(own, "filters"),
        ...(child && { child }),
      });
    }
    draft.filters = [...more, ...this.filters(fields, "filters")];
    if (draft.filters.length > 0 && part.filters !== true && part.classOptions === undefined)
      fields.context.problem(
        "schema-value",
        fields.span,
        `A ${part.name} qdisc asks no filters.`,
        "Filters of `ingress` and `egress` see all packets, whatever the qdisc.",
      );
    try {
      draft.parse();
      return draft;
    } catch (error) {
      if (error instanceof MissingOption) return undefined;
      if (!(error instanceof OptionError)) throw error;
      const where = error.classid === undefined ? fields : (classFields.get(error.classid) ?? fields);
      return fields.context.problem("bad-quantity", where.keySpan(error.key), error.message, error.hint);
    }
  }

  private filter(fields: Fields, order: number): TcFilterModel {
    const attachment = this.attachment(fields, "tc-filter");
    return {
      place: fields.place,
      directAction: fields.flag("direct-action") ?? false,
      classid: this.classid(fields, "flowid") ?? 0,
      kind: attachment === undefined ? "matchall" : "bpf",
      handle: order,
      priority: fields.number("priority") ?? order,
      protocol: readProtocol(fields),
      chain: fields.number("chain") ?? 0,
      actions: this.indexes.bind(fields.itemFields("actions").flatMap((action) => this.action(action) ?? [])),
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
      const mirrors = key === "mirror";
      return { kind: "send", device: device.text, ingress, mirrors, answer: mirrors ? TC_ACT.PIPE : TC_ACT.STOLEN };
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

/** The values of those keys. */
function valuesOf(fields: Fields, keys: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const [key, { value }] of fields.map.entries) if (Object.hasOwn(keys, key)) values[key] = exact(value);
  return values;
}

function readProtocol(fields: Fields): number {
  const value = fields.value("protocol");
  if (value?.kind === "scalar" && typeof value.value === "number") return value.value;
  const named = fields.parsedText("protocol", parseEthertype, "schema-value");
  return named ?? SOCKET_ETHERTYPES.all!;
}

/** An ethertype by its name. Throws a QuantityError. */
export function parseEthertype(text: string): number {
  const name = text.toLowerCase();
  if (Object.hasOwn(SOCKET_ETHERTYPES, name)) return SOCKET_ETHERTYPES[name]!;
  const known = Object.keys(SOCKET_ETHERTYPES);
  const hint = suggestion(text, known) ?? `Give its number, or one of: ${enumerate(known)}.`;
  throw new QuantityError(`'${text}' is no ethertype that has a name here.`, hint);
}
