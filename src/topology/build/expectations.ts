import { parseHex } from "../../packet/describe/value-kind.ts";
import { namesHint } from "../check/hints.ts";
import { COUNTERS } from "../counters.ts";
import { NOTHING } from "../map-value/record-test.ts";
import type { CountTest, ExpectationModel } from "../model.ts";
import { parseClassid } from "../quantity/classid.ts";
import { parseCountTest } from "../quantity/count-test.ts";
import { QuantityError } from "../quantity/quantity.ts";
import { READ_RECORDS } from "../record-maps.ts";
import type { Span } from "../yaml/source-text.ts";
import type { YamlValue } from "../yaml/value.ts";
import type { BuildContext } from "./context.ts";
import type { Drafts, NodeDraft } from "./drafts.ts";
import { Fields } from "./fields.ts";
import type { Links } from "./links.ts";
import { readMapCheck } from "./map-change.ts";
import type { Maps } from "./maps.ts";
import { readRecordCheck, readTest } from "./records.ts";

/** An entry of `expect`. */
export function buildExpectation(
  fields: Fields,
  drafts: Drafts,
  links: Links,
  maps: Maps,
): ExpectationModel | undefined {
  const subject = fields.has("map") ? readMap(fields, maps) : readSubject(fields, drafts, links);
  const counts = readCounts(fields);
  const isAnswered = (fields.has("call") || fields.has("process")) && !fields.has("socket");
  const answers = isAnswered ? readAnswers(fields) : undefined;
  const isSocket = fields.has("socket");
  const lengths = isSocket && fields.has("lengths") ? readLengths(fields) : undefined;
  const contains = isSocket && fields.has("contains") ? readNeedles(fields) : undefined;
  if (subject === undefined) return undefined;
  return {
    place: fields.place,
    subject,
    counts,
    ...(answers && { answers }),
    ...(lengths && { lengths }),
    ...(contains && { contains }),
  };
}

function readSubject(fields: Fields, drafts: Drafts, links: Links): ExpectationModel["subject"] | undefined {
  if (fields.has("socket")) return readSocket(fields, drafts);
  if (fields.has("interface")) {
    const end = drafts.endpoint(fields.value("interface"));
    return end && { kind: "interface", ...end };
  }
  if (fields.has("link")) {
    const link = links.find(fields.value("link"));
    const from = fields.value("from");
    if (link === undefined || from === undefined) return link === undefined ? undefined : { kind: "link", link };
    const direction = links.side(link, from);
    return direction === undefined ? undefined : { kind: "link", link, direction };
  }
  if (fields.has("class") || fields.has("qdisc")) return readQueue(fields, drafts);
  if (fields.has("call")) return readCall(fields, drafts);
  if (fields.has("process")) return readProcess(fields, drafts);
  if (fields.has("run")) return { kind: "run" };
  const reason = fields.text("drops");
  return reason && { kind: "drops", reason: reason.text };
}

/** `node:interface/class`, or `node:interface` of a root qdisc. */
function readQueue(fields: Fields, drafts: Drafts): ExpectationModel["subject"] | undefined {
  if (fields.has("qdisc")) {
    const end = drafts.endpoint(fields.value("qdisc"));
    return end && { kind: "qdisc", ...end };
  }
  const found = fields.text("class");
  const [, node, device, classid] = /^([^:/]+):([^/]+)\/(.+)$/.exec(found?.text ?? "") ?? [];
  if (found === undefined || node === undefined || device === undefined || classid === undefined)
    return (
      found &&
      fields.context.problem(
        "schema-value",
        found.span,
        `'${found.text}' does not name a class.`,
        "Write `node:interface/class`, as in `server:eth0/1:10`.",
      )
    );
  const draft = drafts.node(node, found.span);
  const end = draft && drafts.interfaceOf(draft, device, found.span);
  const id = fields.parsedText("class", () => parseClassid(classid), "bad-quantity");
  return end && id !== undefined ? { kind: "class", ...end, classid: id } : undefined;
}

function readMap(fields: Fields, maps: Maps): ExpectationModel["subject"] | undefined {
  const name = fields.text("map");
  if (name?.text.startsWith("@")) return readTracedMap(name.text, fields);
  const map = name && maps.named(name);
  if (map === undefined) return undefined;
  if (fields.has("record")) {
    const record = readRecordCheck(map, fields);
    return record && { kind: "map", map: map.name, record };
  }
  const counter = (["records", "lost"] as const).find((key) => fields.has(key));
  if (counter !== undefined && !READ_RECORDS.includes(map.type))
    return fields.context.problem(
      "bad-topology",
      fields.keySpan(counter),
      `Map '${map.name}', of type ${map.type}, has no records that are read.`,
    );
  if (!fields.has("key")) return { kind: "map", map: map.name };
  const check = readMapCheck(map, fields, maps);
  return check && { kind: "map", map: map.name, check };
}

/** A map of a one-liner, which is known when that is compiled. */
function readTracedMap(map: string, fields: Fields): ExpectationModel["subject"] | undefined {
  const key = fields.value("key");
  const wanted = fields.value("value");
  const other = ["records", "lost", "record"].find((name) => fields.has(name));
  if (other !== undefined)
    return fields.context.problem(
      "bad-topology",
      fields.keySpan(other),
      `'${map}' is a map of a one-liner, which has no records.`,
    );
  if (key === undefined && wanted === undefined && !fields.has("absent")) return { kind: "traced-map", map };
  if (key !== undefined && key.kind !== "scalar") return fields.context.mismatch(key.span);
  const test = fields.has("absent") ? NOTHING : wanted && readTest(wanted, fields);
  if (test === undefined)
    return wanted === undefined
      ? fields.context.problem("schema-missing-key", fields.span, "A key of a map needs `value` or `absent`.")
      : undefined;
  return { kind: "traced-map", map, check: { test, ...(key && { key: String(key.value) }) } };
}

function readSocket(fields: Fields, drafts: Drafts): ExpectationModel["subject"] | undefined {
  const found = fields.text("socket");
  if (found === undefined) return undefined;
  const { text, span } = found;
  const slash = text.indexOf("/");
  if (slash <= 0 || slash === text.length - 1)
    return fields.context.problem(
      "schema-value",
      span,
      `'${text}' does not name a socket of a node.`,
      "Write `node/socket`, as in `server/web`.",
    );
  const socket = text.slice(slash + 1);
  const node = drafts.node(text.slice(0, slash), span);
  if (node === undefined || node.kind === undefined) return undefined;
  if (node.sockets.includes(socket)) return { kind: "socket", node: node.name, socket };
  return fields.context.problem(
    "unknown-reference",
    span,
    `'${node.name}' has no socket '${socket}'.`,
    namesHint(socket, node.sockets),
  );
}

/** The node that has a process. */
function findProcess(fields: Fields, drafts: Drafts, name: string, process: string, span: Span): NodeDraft | undefined {
  const node = drafts.node(name, span);
  if (node === undefined || node.kind === undefined) return undefined;
  if (node.processes.includes(process)) return node;
  return fields.context.problem(
    "unknown-reference",
    span,
    `'${node.name}' has no process '${process}'.`,
    namesHint(process, node.processes),
  );
}

/** `node/process`. */
function readProcess(fields: Fields, drafts: Drafts): ExpectationModel["subject"] | undefined {
  const found = fields.text("process");
  if (found === undefined) return undefined;
  const [, name, process] = /^([^/]+)\/(.+)$/.exec(found.text) ?? [];
  if (name === undefined || process === undefined)
    return fields.context.problem(
      "schema-value",
      found.span,
      `'${found.text}' does not name a process of a node.`,
      "Write `node/process`, as in `server/nginx`.",
    );
  const node = findProcess(fields, drafts, name, process, found.span);
  if (node === undefined) return undefined;
  const replays = node.fields.fields("processes")?.fields(process)?.has("replay") === true;
  const counter = Object.keys(COUNTERS.process).find((key) => fields.has(key));
  if (counter !== undefined && !replays)
    return fields.context.problem(
      "bad-topology",
      fields.keySpan(counter),
      `'${found.text}' replays no trace, whose calls could be counted.`,
      "Give the process a `replay`, or expect something of a `call`.",
    );
  return { kind: "process", node: node.name, process };
}

/** `node/process[index]`. */
function readCall(fields: Fields, drafts: Drafts): ExpectationModel["subject"] | undefined {
  const found = fields.text("call");
  if (found === undefined) return undefined;
  const [, name, process, index] = /^([^/]+)\/([^[]+)\[(\d+)\]$/.exec(found.text) ?? [];
  if (name === undefined || process === undefined)
    return fields.context.problem(
      "schema-value",
      found.span,
      `'${found.text}' does not name a call of a process.`,
      "Write `node/process[number]`, as in `server/nginx[0]`.",
    );
  const node = findProcess(fields, drafts, name, process, found.span);
  if (node === undefined) return undefined;
  const calls = node.fields.fields("processes")?.fields(process)?.items("calls").length ?? 0;
  if (Number(index) >= calls)
    return fields.context.problem(
      "unknown-reference",
      found.span,
      `'${node.name}/${process}' makes ${calls} calls; there is none of number ${index}.`,
      "Calls are counted from 0.",
    );
  return { kind: "call", node: node.name, process, index: Number(index) };
}

/** What a call or a process should come to, by the names that results have for it. */
function readAnswers(fields: Fields): Map<string, string> {
  const answers = new Map<string, string>();
  for (const name of ["answer", "outcome", "errno", "signal", "ended"]) {
    const found = fields.has(name) ? fields.text(name) : undefined;
    if (found !== undefined) answers.set(name, found.text);
  }
  const value = fields.value("value");
  if (value?.kind === "scalar") answers.set("value", String(value.value));
  return answers;
}

function readCounts(fields: Fields): Map<string, CountTest> {
  const own = fields.has("run") ? fields.fields("run") : fields;
  const kind = (["socket", "interface", "link", "class", "qdisc", "map", "process", "run"] as const).find((key) =>
    fields.has(key),
  );
  const counts = new Map<string, CountTest>();
  for (const name of kind === undefined ? ["count"] : Object.keys(COUNTERS[kind])) {
    const value = own?.value(name);
    if (value?.kind === "scalar" && typeof value.value === "number" && !Number.isInteger(value.value)) {
      fields.context.mismatch(value.span);
      continue;
    }
    const test = fields.context.parsed(value, parseCountTest);
    if (test !== undefined) counts.set(name, test);
  }
  return counts;
}

function readLengths(fields: Fields): number[] {
  return fields
    .items("lengths")
    .flatMap((item) =>
      item.kind === "scalar" && typeof item.value === "number"
        ? [item.value]
        : (fields.context.mismatch(item.span) ?? []),
    );
}

function readNeedles(fields: Fields): Uint8Array[] {
  return fields.oneOrMore("contains").flatMap((item) => readNeedle(item, fields.context) ?? []);
}

function readNeedle(value: YamlValue, context: BuildContext): Uint8Array | undefined {
  if (value.kind !== "map") {
    const found = context.text(value);
    return found && Buffer.from(found.text, "utf8");
  }
  const fields = Fields.of(context, value)!;
  const text = fields.text("text");
  if (text !== undefined) return Buffer.from(text.text, "utf8");
  return fields.parsedText(
    "hex",
    (hex) => {
      const bytes = parseHex(hex);
      if (bytes !== undefined && bytes.length > 0) return bytes;
      throw new QuantityError(`'${hex}' is not bytes in hexadecimal.`, "Write two digits for each byte: 47 45 54.");
    },
    "schema-value",
  );
}
