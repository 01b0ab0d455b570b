import type { CodeParts } from "./code-parts.ts";
import { type Operand, signed } from "./emitter.ts";
import type { Span } from "./source.ts";
import type { MapPlace } from "./syntax-tree.ts";
import { keyBytes, type LinearScale, type MapValue, rowsOf, sizeOfType, type TraceMap } from "./types.ts";

/** A map with its key on the stack. */
export interface KeyedMap {
  readonly map: TraceMap;
  readonly key: number;
}

/** Puts a map's key on the stack. Undefined where nothing is known of the map yet. */
export function keyed(parts: CodeParts, node: MapPlace, as?: MapValue, scale?: LinearScale): KeyedMap | undefined {
  const { emitter, maps } = parts;
  const keys = node.keys.map((one) => parts.evaluate(one));
  const map = maps.use(
    node.name,
    node,
    keys.map(({ type }) => type),
    as,
    scale,
  );
  if (map === undefined) return undefined;
  const bytes = keyBytes(map);
  const key = emitter.allocate(bytes, node);
  let at = key;
  for (const [i, operand] of keys.entries()) {
    const size = sizeOfType(map.keys[i]!);
    emitter.copyTo(at, size, operand);
    at += size;
  }
  emitter.zero(at, key + bytes - at);
  return { map, key };
}

/** Leaves in R0 where a map's value is, or 0. */
export function lookUp(parts: CodeParts, node: MapPlace): KeyedMap | undefined {
  const found = keyed(parts, node);
  if (found !== undefined) callLookUp(parts, found);
  return found;
}

export function callLookUp({ emitter }: CodeParts, { map, key }: KeyedMap): void {
  emitter.emit(`r1 = map[${map.kernelName}] ll`);
  emitter.address("r2", key);
  emitter.emit("call bpf_map_lookup_elem");
}

/** Puts a value of the stack into a map. */
export function callUpdate({ emitter }: CodeParts, { map, key }: KeyedMap, at: number): void {
  emitter.emit(`r1 = map[${map.kernelName}] ll`);
  emitter.address("r2", key);
  emitter.address("r3", at);
  emitter.emit("r4 = 0", "call bpf_map_update_elem");
}

/** Takes a key out; of a histogram all of its rows. */
export function callDelete({ emitter }: CodeParts, { map, key }: KeyedMap): void {
  const rows = rowsOf(map);
  const row = `*(u64 *)(r10 ${signed(key + keyBytes(map) - 8)})`;
  const next = emitter.label("row");
  if (rows > 0) {
    emitter.emit(`${row} = 0`);
    emitter.place(next);
  }
  emitter.emit(`r1 = map[${map.kernelName}] ll`);
  emitter.address("r2", key);
  emitter.emit("call bpf_map_delete_elem");
  if (rows > 0) emitter.emit(`r1 = ${row}`, "r1 += 1", `${row} = r1`, `if r1 < ${rows} goto ${next}`);
}

/** Adds numbers to the words of a map's value, or puts them there where there is none. */
export function addWords(parts: CodeParts, keyedMap: KeyedMap, words: readonly Operand[], span: Span): void {
  const { emitter } = parts;
  const [absent, end] = [emitter.label("absent"), emitter.label("end")];
  callLookUp(parts, keyedMap);
  emitter.emit(`if r0 == 0 goto ${absent}`);
  for (const [i, word] of words.entries()) {
    emitter.load("r1", word);
    emitter.emit(`lock *(u64 *)(r0 + ${8 * i}) += r1`);
  }
  emitter.emit(`goto ${end}`);
  emitter.place(absent);
  const at = emitter.allocate(8 * words.length, span);
  for (const [i, word] of words.entries()) {
    emitter.load("r1", word);
    emitter.emit(`*(u64 *)(r10 ${signed(at + 8 * i)}) = r1`);
  }
  callUpdate(parts, keyedMap, at);
  emitter.place(end);
}
