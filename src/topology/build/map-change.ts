import { ABSENT } from "../map-value/value-test.ts";
import type { MapChange, MapCheck, MapModel } from "../model.ts";
import { UPDATE_FLAGS } from "../schema/map.ts";
import { Fields } from "./fields.ts";
import { keyName, type Maps } from "./maps.ts";

/** What a step does to a map, with the map's name. */
export function readMapChange(fields: Fields, maps: Maps): { kind: "map"; map: string; change: MapChange } | undefined {
  const name = fields.text("map");
  const map = name && maps.named(name);
  const change = map && readChange(map, fields, maps);
  return change && { kind: "map", map: map.name, change };
}

function readChange(map: MapModel, fields: Fields, maps: Maps): MapChange | undefined {
  const errno = fields.text("errno")?.text;
  const ending = errno === undefined ? {} : { errno };
  if (fields.has("update")) {
    const update = fields.fields("update");
    const entry = update && maps.entry(map, update);
    const flags = UPDATE_FLAGS[fields.choice("flags", ...Object.keys(UPDATE_FLAGS)) ?? "any"]!;
    return entry && { kind: "update", entry, flags, ...ending };
  }
  if (fields.has("delete")) {
    const key = maps.part(map.key, fields.value("delete")!);
    return key && { kind: "delete", key, keyText: keyName(map, key), ...ending };
  }
  if (fields.has("check")) {
    const value = fields.value("check")!;
    const own = Fields.of(fields.context, value, fields.keySpan("check"));
    const check = own && readMapCheck(map, own, maps);
    return check && { kind: "check", check };
  }
  return fields.has("dump") ? { kind: "dump" } : undefined;
}

/** What a map should hold under a key: `key`, and `value` or `absent`. */
export function readMapCheck(map: MapModel, fields: Fields, maps: Maps): MapCheck | undefined {
  const key = fields.value("key");
  const bytes = key && maps.part(map.key, key);
  const wanted = fields.value("value");
  if (wanted === undefined && !fields.has("absent"))
    return fields.context.problem("schema-missing-key", fields.span, "A key of a map needs `value` or `absent`.");
  const test = wanted === undefined ? ABSENT : maps.test(map, wanted);
  return bytes && test && { key: bytes, keyText: keyName(map, bytes), test };
}
