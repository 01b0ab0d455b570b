import { errnoName } from "../bpf/maps/errno.ts";
import type { Place } from "../errors.ts";
import type { MapTable, ReadableEntry } from "../programs/map-table.ts";
import { decodeValue, readableText } from "../topology/map-value/decode.ts";
import type { MapChange, MapCheck, MapEntryModel, MapModel } from "../topology/model.ts";
import type { ExpectationResult } from "./result.ts";
import { formatTime } from "./time.ts";

/** What a map held at a time. */
export interface MapDump {
  /** Simulated nanoseconds. */
  readonly time: number;
  readonly entries: readonly ReadableEntry[];
}

/** Puts an entry into a map. Returns 0 or a negative error number. */
export type PutEntry = (map: string, entry: MapEntryModel, flags: number) => number;

/** Does what steps do to maps, and keeps what came of it. */
export class MapSteps {
  readonly dumps = new Map<string, MapDump[]>();
  /** Checks, and changes that ended otherwise than they should. */
  readonly results: ExpectationResult[] = [];
  private readonly maps: MapTable;
  private readonly put: PutEntry;

  constructor(maps: MapTable, put: PutEntry) {
    this.maps = maps;
    this.put = put;
  }

  run(map: string, change: MapChange, time: number, place: Place): void {
    switch (change.kind) {
      case "update": {
        const { entry, flags, errno } = change;
        const got = this.put(map, entry, flags);
        this.judge(`update of key ${entry.keyText} of map ${map}`, errno, got, time, place);
        return;
      }
      case "delete": {
        const got = this.maps.delete(map, change.key, change.keyText);
        this.judge(`deletion of key ${change.keyText} of map ${map}`, change.errno, got, time, place);
        return;
      }
      case "dump":
        this.dump(map, time);
        return;
      case "check":
        this.results.push(judgeCheck(this.maps, map, change.check, place, ` at ${formatTime(time)} s`));
    }
  }

  private dump(map: string, time: number): void {
    const dumps = this.dumps.get(map) ?? [];
    this.dumps.set(map, [...dumps, { time, entries: [...this.maps.entries(map)] }]);
  }

  private judge(what: string, errno: string | undefined, got: number, time: number, place: Place): void {
    const expected = errno ?? "success";
    const outcome = got < 0 ? errnoName(got) : "success";
    if (expected === outcome && errno === undefined) return;
    this.results.push({
      place: placeText(place),
      subject: `${what} at ${formatTime(time)} s`,
      expected,
      got: outcome,
      passed: expected === outcome,
    });
  }
}

/** Compares what a map holds under a key with what it should. @param when added to what the result is about. */
export function judgeCheck(maps: MapTable, map: string, check: MapCheck, place: Place, when = ""): ExpectationResult {
  const value = maps.lookup(map, check.key);
  return {
    place: placeText(place),
    subject: `map ${map} key ${check.keyText}${when}`,
    expected: check.test.text,
    got: value === undefined ? "absent" : show(maps, map, value),
    passed: check.test.accepts(value),
  };
}

function show(maps: MapTable, map: string, value: Uint8Array): string {
  const { value: layout } = [...maps.models].find(({ name }) => name === map) as MapModel;
  return readableText(decodeValue(layout, value));
}

const placeText = ({ file, line, column }: Place): string => `${file}:${line}:${column}`;
