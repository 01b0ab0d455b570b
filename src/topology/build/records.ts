import type { MapTypeName } from "../../bpf/maps/map-type.ts";
import { NAMED_LAYOUTS, parseLayout } from "../map-value/layout.ts";
import { parseRecordTest, type RecordTest } from "../map-value/record-test.ts";
import type { MapModel, RecordCheck, RecordsModel } from "../model.ts";
import { parseDuration } from "../quantity/duration.ts";
import { QuantityError } from "../quantity/quantity.ts";
import { parseSize } from "../quantity/size.ts";
import { READ_RECORDS, RECORDS_AS_THEY_ARE } from "../record-maps.ts";
import { exact, type YamlValue } from "../yaml/value.ts";
import type { Fields } from "./fields.ts";

const PAGE = 4096;

/** `records` of a map: false, or how they are read or written. */
export function readRecords(map: Fields, type: MapTypeName): RecordsModel | undefined {
  const { context } = map;
  const isWritten = type === "user_ringbuf";
  if (!READ_RECORDS.includes(type) && !isWritten)
    return context.problem(
      "bad-topology",
      map.keySpan("records"),
      `Maps of type ${type} have no records.`,
      `Those of ${[...READ_RECORDS, "user_ringbuf"].join(", ")} have.`,
    );
  const given = map.value("records")!;
  if (given.kind !== "map") {
    const read = map.flag("records");
    return read === undefined ? undefined : { ...RECORDS_AS_THEY_ARE, read };
  }
  const fields = map.fields("records")!;
  const as = fields.value("as");
  const layout = as && readLayout(as, fields, isWritten);
  const buffer = fields.parsed("buffer", parseBuffer);
  return {
    read: true,
    every: fields.parsed("every", parseDuration) ?? RECORDS_AS_THEY_ARE.every,
    buffer: buffer ?? RECORDS_AS_THEY_ARE.buffer,
    ...(layout && { layout }),
  };
}

/** A word that names no layout is a type of an object, which is known when that is loaded. */
function readLayout(value: YamlValue, { context }: Fields, isWritten: boolean): RecordsModel["layout"] {
  const spec = exact(value);
  const isType = typeof spec === "string" && /^[A-Za-z_]\w*$/.test(spec) && !Object.hasOwn(NAMED_LAYOUTS, spec);
  if (isType && !isWritten) return { kind: "type", name: spec, place: context.place(value.span) };
  try {
    return parseLayout(spec);
  } catch (error) {
    if (!(error instanceof QuantityError)) throw error;
    return context.problem("bad-quantity", value.span, error.message, error.hint);
  }
}

function parseBuffer(text: string): number {
  const bytes = parseSize(text);
  if (bytes >= PAGE && Number.isInteger(Math.log2(bytes))) return bytes;
  throw new QuantityError(`${text} is no size of a buffer of events.`, "It is a power of two, at least 4096 bytes.");
}

/** What a record of a map should hold: `record`, its number, and `value`. */
export function readRecordCheck(map: MapModel, fields: Fields): RecordCheck | undefined {
  const index = fields.number("record");
  const wanted = fields.value("value");
  const { context } = fields;
  if (!READ_RECORDS.includes(map.type))
    return context.problem(
      "bad-topology",
      fields.keySpan("record"),
      `Map '${map.name}', of type ${map.type}, has no records that are read.`,
    );
  if (wanted === undefined)
    return context.problem("schema-missing-key", fields.span, "A record of a map needs `value`.");
  const test = readTest(wanted, fields);
  return index === undefined || test === undefined ? undefined : { index, test };
}

/** What something should hold of which only the run knows how it is shown. */
export function readTest(wanted: YamlValue, { context }: Fields): RecordTest | undefined {
  const text = wanted.kind === "scalar" ? wanted.source : JSON.stringify(wanted.plain);
  try {
    return parseRecordTest(exact(wanted), text);
  } catch (error) {
    if (!(error instanceof QuantityError)) throw error;
    return context.problem("bad-quantity", wanted.span, error.message, error.hint);
  }
}
