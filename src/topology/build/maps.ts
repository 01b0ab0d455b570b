import { MAP_TYPES, type MapTypeName } from "../../bpf/maps/map-type.ts";
import { namesHint } from "../check/hints.ts";
import { decodeValue, readableText } from "../map-value/decode.ts";
import { type DeviceIndex, encodeSample, encodeValue } from "../map-value/encode.ts";
import { parseLayout, type ValueLayout } from "../map-value/layout.ts";
import { programField, withTarget } from "../map-value/redirect-target.ts";
import { parseValueTest, type ValueTest } from "../map-value/value-test.ts";
import type { MapEntryModel, MapModel, NamedThing } from "../model.ts";
import { QuantityError } from "../quantity/quantity.ts";
import { READ_RECORDS, RINGS } from "../record-maps.ts";
import type { Span } from "../yaml/source-text.ts";
import { exact, type YamlValue } from "../yaml/value.ts";
import { cgroupPaths } from "./cgroups.ts";
import type { BuildContext, LocatedText } from "./context.ts";
import type { Drafts } from "./drafts.ts";
import { Fields } from "./fields.ts";
import type { Programs } from "./programs.ts";
import { readRecords } from "./records.ts";

/** Types whose values have no keys. */
const KEYLESS: readonly string[] = ["queue", "stack", "bloom_filter", ...RINGS];
/** Types whose values are other things of the topology. */
const NAMING: readonly string[] = ["prog_array", "array_of_maps", "hash_of_maps", "cgroup_array"];

const NOTHING: ValueLayout = { kind: "bytes", size: 0, alignment: 1 };

/** The maps of a topology by name. */
export class Maps {
  readonly models = new Map<string, MapModel>();
  private readonly context: BuildContext;
  private readonly programs: Programs;
  private readonly names: readonly string[];
  private readonly drafts: Drafts | undefined;

  /** @param drafts the nodes, whose devices and control groups values may name. */
  constructor(root: Fields, programs: Programs, drafts?: Drafts) {
    this.drafts = drafts;
    this.context = root.context;
    this.programs = programs;
    const maps = root.named("maps");
    this.names = maps.map(({ name }) => name);
    for (const { name, key, value } of maps) {
      const fields = Fields.of(this.context, value, key);
      const model = fields && this.build(name, fields);
      if (model !== undefined) this.models.set(name, model);
    }
  }

  /** The map of that name. */
  named({ text, span }: LocatedText): MapModel | undefined {
    if (this.names.includes(text)) return this.models.get(text);
    return this.context.problem("unknown-reference", span, `There is no map '${text}'.`, namesHint(text, this.names));
  }

  /** A key, or a value, of a map. */
  part(layout: ValueLayout, value: YamlValue): Uint8Array | undefined {
    return this.attempt(value.span, () => encodeValue(layout, exact(value), this.deviceIndex));
  }

  /** What a value of a map is tested for. */
  test(map: MapModel, value: YamlValue): ValueTest | undefined {
    const text = value.kind === "scalar" ? value.source : JSON.stringify(value.plain);
    return this.attempt(value.span, () => parseValueTest(map.value, exact(value), text, this.deviceIndex));
  }

  /** An entry, `{ key, value }`. */
  entry(map: MapModel, fields: Fields): MapEntryModel | undefined {
    const key = fields.value("key");
    const value = fields.value("value");
    if (value === undefined) return undefined;
    if (map.key.size > 0 && key === undefined)
      return this.context.problem("schema-missing-key", fields.span, `An entry of '${map.name}' needs \`key\`.`);
    return this.entryOf(map, key && this.part(map.key, key), value);
  }

  private build(name: string, fields: Fields): MapModel | undefined {
    const type = fields.choice("type", ...(Object.keys(MAP_TYPES) as MapTypeName[]));
    const unsaid = type === "perf_event_array" ? parseLayout("u32") : NOTHING;
    const key = fields.has("key") ? this.layout(fields.value("key")!) : unsaid;
    const given = fields.has("value") ? this.layout(fields.value("value")!) : unsaid;
    const value = given && withTarget(type ?? "", given);
    const maxEntries = fields.number("entries");
    if (type === undefined || key === undefined || value === undefined || maxEntries === undefined) return undefined;
    if (!fields.has("key") && !KEYLESS.includes(type) && !READ_RECORDS.includes(type))
      return this.context.problem("schema-missing-key", fields.span, `Map '${name}' needs \`key\`.`);
    const records = fields.has("records") ? readRecords(fields, type) : undefined;
    const inner = fields.text("inner");
    if (inner !== undefined && !this.names.includes(inner.text)) this.named(inner);
    const contents: MapEntryModel[] = [];
    const model: MapModel = {
      name,
      type,
      key,
      value,
      maxEntries,
      flags: fields.number("flags") ?? 0,
      contents,
      place: fields.place,
      ...(inner && { inner: inner.text }),
      ...(records && { records }),
    };
    const filled = fields.value("contents");
    if (filled !== undefined) contents.push(...this.entries(model, filled));
    return model;
  }

  /** What a map holds: values by their keys, or a list of entries. */
  entries(map: MapModel, value: YamlValue): MapEntryModel[] {
    if (value.kind === "map")
      return [...value.entries].flatMap(([text, entry]) => {
        const key = this.key(map, text, entry.key);
        return (key && this.entryOf(map, key, entry.value)) ?? [];
      });
    if (value.kind !== "list") return this.context.mismatch(value.span) ?? [];
    return value.items.flatMap((item) => {
      const entry = Fields.of(this.context, item);
      return (entry && this.entry(map, entry)) ?? [];
    });
  }

  /** A key that stands as the key of a mapping. */
  key(map: MapModel, text: string, span: Span): Uint8Array | undefined {
    return this.attempt(span, () => encodeValue(map.key, text, this.deviceIndex));
  }

  private entryOf(map: MapModel, key: Uint8Array | undefined, value: YamlValue): MapEntryModel | undefined {
    const place = this.context.place(value.span);
    const keyText = key === undefined ? "" : keyName(map, key);
    const rest = { keyText, place, ...(key && { key }) };
    if (map.type === "user_ringbuf") {
      const bytes = this.sample(map, value);
      return bytes && { ...rest, value: bytes };
    }
    if (!NAMING.includes(map.type)) {
      const bytes = this.part(map.value, value);
      const program = bytes && this.programIn(map, value);
      const node = bytes && nodeIn(map, value);
      return (
        bytes && {
          ...rest,
          value: bytes,
          ...(program !== undefined && { program }),
          ...(node !== undefined && { node }),
        }
      );
    }
    const thing = this.thing(map, value);
    return thing && { ...rest, value: thing };
  }

  /** A record of a user ring buffer: as its layout says, else bytes in hexadecimal. */
  private sample({ records }: MapModel, value: YamlValue): Uint8Array | undefined {
    const layout = records?.layout;
    if (layout !== undefined && layout.kind !== "type") return this.part(layout, value);
    return this.attempt(value.span, () => encodeSample(exact(value)));
  }

  /** The program that a value names beside other things; undefined: none. */
  private programIn(map: MapModel, value: YamlValue): string | undefined {
    const field = programField(map.value);
    if (field === undefined || value.kind !== "map") return undefined;
    const given = value.entries.get(field.name)?.value;
    if (given === undefined || (given.kind !== "map" && Number(given.plain) === 0)) return undefined;
    return this.programs.refer(given);
  }

  private thing(map: MapModel, value: YamlValue): NamedThing | undefined {
    if (map.type === "prog_array") {
      const program = this.programs.refer(value);
      return program === undefined ? undefined : { kind: "program", name: program };
    }
    const name = this.context.text(value);
    if (name === undefined) return undefined;
    if (map.type === "cgroup_array") return this.cgroup(name);
    if (!this.names.includes(name.text)) this.named(name);
    return { kind: "map", name: name.text };
  }

  /** A control group of a host, `node/path`. */
  private cgroup({ text, span }: LocatedText): NamedThing | undefined {
    const slash = text.indexOf("/");
    if (slash <= 0 || this.drafts === undefined)
      return this.context.problem(
        "schema-value",
        span,
        `'${text}' does not name a control group of a host.`,
        "Write the host and the path, as in `server/services`.",
      );
    const node = this.drafts.node(text.slice(0, slash), span);
    if (node === undefined) return undefined;
    const path = text.slice(slash);
    const paths = cgroupPaths(node.fields);
    if (paths.includes(path)) return { kind: "cgroup", name: text, node: node.name, path };
    return this.context.problem(
      "unknown-reference",
      span,
      `'${node.name}' has no control group '${path}'.`,
      paths.length === 1 ? "Name it under `cgroups` of the host." : namesHint(path, paths),
    );
  }

  private readonly deviceIndex: DeviceIndex = (name) => {
    if (this.drafts !== undefined) return this.drafts.deviceIndex(name);
    throw new QuantityError(`'${name}' is no index of a device.`, "There are no nodes here; write the number.");
  };

  private layout(value: YamlValue): ValueLayout | undefined {
    return this.attempt(value.span, () => parseLayout(exact(value)));
  }

  private attempt<T>(span: Span, act: () => T): T | undefined {
    try {
      return act();
    } catch (error) {
      if (!(error instanceof QuantityError)) throw error;
      return this.context.problem("bad-quantity", span, error.message, error.hint);
    }
  }
}

/** The node whose device a value begins with; undefined where it names none. */
function nodeIn({ value: layout }: MapModel, value: YamlValue): string | undefined {
  const first = layout.kind === "struct" ? layout.fields[0] : undefined;
  if ((first?.layout ?? layout).kind !== "device") return undefined;
  const device = first !== undefined && value.kind === "map" ? value.entries.get(first.name)?.value : value;
  const [node, name] = device?.kind === "scalar" ? device.source.split(":") : [];
  return name === undefined ? undefined : node;
}

/** A key as messages and reports name it. */
export function keyName({ key }: MapModel, bytes: Uint8Array): string {
  return readableText(decodeValue(key, bytes));
}
