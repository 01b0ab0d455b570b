import { nearestName } from "../../bpf/nearest-name.ts";
import type { Span, TraceSource } from "./source.ts";
import {
  commonType,
  INT,
  type LinearScale,
  type MapValue,
  nameOfType,
  type TraceMap,
  type TraceType,
} from "./types.ts";

/** The maps of a one-liner: their types come out of how they are used. */
export class MapRegistry {
  readonly maps = new Map<string, TraceMap>();
  /** Some probe has asked for a call stack, or for user space to do something. */
  usesStacks = false;
  usesRing = false;
  /** All uses are known, so that a map that nobody assigns to is a mistake. */
  isComplete = false;
  private readonly source: TraceSource;
  private readonly prefix: string;

  /** @param prefix what the maps' names in the kernel begin with. */
  constructor(source: TraceSource, prefix: string) {
    this.source = source;
    this.prefix = prefix;
  }

  /** Names of the map that call stacks are in, and of the ring that actions go through. */
  get stacks(): string {
    return `${this.prefix}stacks__`;
  }

  get ring(): string {
    return `${this.prefix}ring__`;
  }

  /** A use of a map. Gives what is known of it by now. */
  use(
    name: string,
    span: Span,
    given: readonly TraceType[],
    value?: MapValue,
    scale?: LinearScale,
  ): TraceMap | undefined {
    // Keys that are numbers are shown with their sign.
    const keys = given.map((type) => (type.kind === "int" ? INT : type));
    const known = this.maps.get(name);
    const tuple = keys.find(({ kind }) => kind === "tuple" || kind === "bytes");
    if (tuple !== undefined)
      this.source.fail(
        span,
        `${nameOfType(tuple)} cannot be the key of a map.`,
        tuple.kind === "tuple" ? `Several keys stand side by side: \`${name}[$1, $2]\`.` : undefined,
      );
    if (known === undefined) {
      if (value === undefined) {
        if (this.isComplete) this.failUnknown(name, span);
        return undefined;
      }
      const map = { name, kernelName: `${this.prefix}${name.slice(1)}`, keys, value, ...(scale && { scale }) };
      this.maps.set(name, map);
      return map;
    }
    if (known.keys.length !== keys.length)
      this.source.fail(span, `${name} has ${plural(known.keys.length)} elsewhere and ${plural(keys.length)} here.`);
    const both = known.keys.map((type, i) => commonType(type, keys[i]!) ?? this.failTypes(name, span, type, keys[i]!));
    if (scale !== undefined && JSON.stringify(scale) !== JSON.stringify(known.scale))
      this.source.fail(span, `${name} has another scale elsewhere.`);
    const merged = {
      ...known,
      keys: both,
      value: value === undefined ? known.value : this.both(name, span, known.value, value),
    };
    this.maps.set(name, merged);
    return merged;
  }

  private both(name: string, span: Span, before: MapValue, now: MapValue): MapValue {
    if (before.kind !== now.kind)
      this.source.fail(span, `${name} is ${shown(now)} here and ${shown(before)} elsewhere.`);
    if (before.kind !== "value" || now.kind !== "value") return before;
    const type = commonType(before.type, now.type) ?? this.failTypes(name, span, before.type, now.type);
    return { kind: "value", type };
  }

  private failTypes(name: string, span: Span, before: TraceType, now: TraceType): never {
    this.source.fail(span, `${name} has ${nameOfType(before)} elsewhere where it has ${nameOfType(now)} here.`);
  }

  private failUnknown(name: string, span: Span): never {
    const near = nearestName(name, this.maps.keys());
    this.source.fail(
      span,
      `Nothing is ever assigned to ${name}.`,
      near === undefined ? undefined : `Did you mean ${near}?`,
    );
  }
}

const plural = (count: number): string => (count === 1 ? "1 key" : `${count} keys`);
const shown = (value: MapValue): string => (value.kind === "value" ? nameOfType(value.type) : `${value.kind}()`);
