import { NetsimError } from "../errors.ts";
import type { MapTable } from "../programs/map-table.ts";
import type { ProgramTable } from "../programs/program-table.ts";
import { Fields } from "../topology/build/fields.ts";
import { keyName } from "../topology/build/maps.ts";
import { namesHint } from "../topology/check/hints.ts";
import { decodeValue } from "../topology/map-value/decode.ts";
import { ABSENT, type ValueTest } from "../topology/map-value/value-test.ts";
import type { MapEntryModel, MapModel } from "../topology/model.ts";
import type { Span } from "../topology/yaml/source-text.ts";
import type { YamlValue } from "../topology/yaml/value.ts";
import type { NamedValue, ProgramCase, ProgramTest } from "./model.ts";
import type { Failure } from "./result.ts";

/** What a case puts into maps, and what it expects there. */
export interface CaseMaps {
  readonly entries: readonly { readonly map: string; readonly entry: MapEntryModel }[];
  readonly checks: readonly MapValueCheck[];
}

interface MapValueCheck {
  readonly map: MapModel;
  readonly key: Uint8Array;
  readonly keyText: string;
  readonly test: ValueTest;
  readonly span: Span;
}

const NONE: CaseMaps = { entries: [], checks: [] };

/** Reads what all cases say of maps, which are known now that the program is loaded. Throws one NetsimError with all problems. */
export function readCaseMaps(test: ProgramTest, table: MapTable): ReadonlyMap<ProgramCase, CaseMaps> {
  const models = new Map([...table.models].map((model) => [model.name, model]));
  const reader = new Reader(test, models);
  const found = new Map(test.cases.map((one) => [one, reader.read(one)]));
  const problems = test.context.problems.sorted();
  if (problems.length > 0) throw new NetsimError(problems);
  return found;
}

class Reader {
  private readonly test: ProgramTest;
  private readonly models: ReadonlyMap<string, MapModel>;

  constructor(test: ProgramTest, models: ReadonlyMap<string, MapModel>) {
    this.test = test;
    this.models = models;
  }

  read({ maps, mapChecks }: ProgramCase): CaseMaps {
    if (maps.length === 0 && mapChecks.length === 0) return NONE;
    return {
      entries: maps.flatMap((named) => {
        const map = this.model(named);
        if (map === undefined) return [];
        return this.test.maps.entries(map, named.value).map((entry) => ({ map: map.name, entry }));
      }),
      checks: mapChecks.flatMap((named) => {
        const map = this.model(named);
        return map === undefined ? [] : this.checks(map, named.value);
      }),
    };
  }

  private model({ name, key }: NamedValue): MapModel | undefined {
    const model = this.models.get(name);
    if (model !== undefined) return model;
    return this.test.context.problem(
      "unknown-reference",
      key,
      `The program has no map '${name}'.`,
      namesHint(name, [...this.models.keys()]),
    );
  }

  /** Values by their keys, or a list of `{ key, value }` and `{ key, absent: true }`. */
  private checks(map: MapModel, value: YamlValue): MapValueCheck[] {
    const { maps, context } = this.test;
    const check = (key: Uint8Array | undefined, test: ValueTest | undefined, span: Span): MapValueCheck[] =>
      key === undefined || test === undefined ? [] : [{ map, key, keyText: keyName(map, key), test, span }];
    if (value.kind === "map")
      return [...value.entries].flatMap(([text, entry]) => {
        const isAbsent = entry.value.kind === "scalar" && entry.value.value === "absent";
        const test = isAbsent ? ABSENT : maps.test(map, entry.value);
        return check(maps.key(map, text, entry.key), test, entry.value.span);
      });
    if (value.kind !== "list") return [];
    return value.items.flatMap((item) => {
      const fields = Fields.of(context, item);
      const key = fields?.value("key");
      const wanted = fields?.value("value");
      if (key === undefined || (wanted === undefined && !fields!.has("absent"))) {
        context.problem(
          "schema-missing-key",
          item.span,
          "A check of a map needs `key`, and `value` or `absent: true`.",
        );
        return [];
      }
      return check(maps.part(map.key, key), wanted === undefined ? ABSENT : maps.test(map, wanted), item.span);
    });
  }
}

/** Puts a case's entries into the maps. Throws a NetsimError where Linux would refuse one. */
export function fillMaps({ entries }: CaseMaps, programs: ProgramTable): void {
  for (const { map, entry } of entries) {
    const errno = programs.put(map, entry, 0);
    if (errno < 0)
      throw new NetsimError({
        code: "bad-test",
        severity: "error",
        message: `Linux refuses key ${entry.keyText} of map '${map}' with error ${-errno}.`,
        place: entry.place,
      });
  }
}

/** What maps hold otherwise than expected. */
export function mapFailures({ checks }: CaseMaps, table: MapTable, { context }: ProgramTest): Failure[] {
  return checks.flatMap(({ map, key, keyText, test, span }) => {
    const value = table.lookup(map.name, key);
    if (test.accepts(value)) return [];
    const readable = value === undefined ? "absent" : decodeValue(map.value, value);
    const got = typeof readable === "object" ? JSON.stringify(readable) : String(readable);
    const place = context.place(span);
    return [{ subject: `map ${map.name} key ${keyText}`, expected: test.text, got, place }];
  });
}
