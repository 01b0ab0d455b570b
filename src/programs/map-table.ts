import { basename } from "node:path";
import type { DumpedElement, DumpedMap } from "../bpf/codec/dump-map.ts";
import { errnoName } from "../bpf/maps/errno.ts";
import { fieldAtFault } from "../bpf/maps/field-at-fault.ts";
import { MAP_TYPES } from "../bpf/maps/map-type.ts";
import type { ProgramKind } from "../bpf/maps/program-owner.ts";
import type { Btf } from "../bpf/object/btf/btf-type.ts";
import { createMaps, MapCreationError } from "../bpf/object/load/create-maps.ts";
import { withDescriptors } from "../bpf/object/load/name-maps.ts";
import { verifierMaps } from "../bpf/object/load/verifier-maps.ts";
import type { ObjectMap } from "../bpf/object/object-file.ts";
import type { VerifierMap } from "../bpf/verifier/map.ts";
import { type Diagnostic, fail, NetsimError } from "../errors.ts";
import { decodeValue, type Readable, readableText } from "../topology/map-value/decode.ts";
import type { ValueLayout } from "../topology/map-value/layout.ts";
import { programField } from "../topology/map-value/redirect-target.ts";
import type { MapEntryModel, MapModel } from "../topology/model.ts";
import { HeldNames } from "./held-names.ts";
import type { LoadedExtendedProgram, ObjectOrigin } from "./language.ts";
import type { MapCommands } from "./map-commands.ts";
import { layoutOfTypeNamed, modelOfObjectMap } from "./object-map.ts";

/** An entry of a map, in words. */
export interface ReadableEntry {
  /** Absent in maps without keys. */
  readonly key?: Readable;
  readonly value: Readable;
}

/** Processors of a host. */
export const POSSIBLE_CPUS = 1;

/** A program that an entry holds. */
export interface PutProgram {
  readonly name: string;
  readonly slot: number;
  readonly kind?: ProgramKind;
}

/** A map that exists. */
interface OpenMap {
  readonly model: MapModel;
  readonly descriptor: number;
}

/** The maps of a topology, and user space's side of them. */
export class MapTable {
  private readonly commands: MapCommands;
  private readonly cgroups: ((name: string) => number) | undefined;
  /** What the verifier knows of them, by descriptor. */
  readonly verifierMaps = new Map<number, VerifierMap>();
  private readonly maps = new Map<string, OpenMap>();
  /** Descriptors of objects' maps, by the objects' files. */
  private readonly ofObjects = new Map<string, readonly number[]>();
  /** Types of the objects that use a map, by its descriptor. */
  private readonly types = new Map<number, readonly Btf[]>();
  private readonly heldNames = new HeldNames();

  /**
   * Makes and fills the maps; entries that are programs are left to others. Throws one NetsimError with all problems.
   * @param commands where the maps are made.
   * @param cgroups descriptors of control groups by their names, `node/path`; absent: there are none.
   */
  constructor(models: ReadonlyMap<string, MapModel>, commands: MapCommands, cgroups?: (name: string) => number) {
    this.commands = commands;
    this.cgroups = cgroups;
    const problems: Diagnostic[] = [];
    for (const model of inOrder(models)) this.create(model, problems);
    if (problems.length > 0) throw new NetsimError(problems);
    for (const { model } of this.maps.values())
      for (const entry of model.contents) {
        const errno = isProgram(entry) ? 0 : this.update(model.name, entry, 0);
        if (errno < 0) problems.push(refusedEntry(model, entry, errno));
      }
    if (problems.length > 0) throw new NetsimError(problems);
  }

  /** Those of the topology, in the order of the file. */
  get models(): Iterable<MapModel> {
    return [...this.maps.values()].map(({ model }) => model);
  }

  /** The map of that name. */
  modelOf(name: string): MapModel | undefined {
    return this.maps.get(name)?.model;
  }

  /** The program with descriptors where it names maps. Throws a NetsimError that has every name which no map has. */
  link({ bytes, maps, name, object }: LoadedExtendedProgram): Uint8Array {
    if (object !== undefined) return withDescriptors(bytes, this.mapsOf(object));
    const linked = bytes.slice();
    const view = new DataView(linked.buffer);
    const missing = maps.filter(({ map }) => !this.maps.has(map));
    if (missing.length > 0)
      throw new NetsimError(
        missing.map(({ map, place }) => ({
          code: "unknown-reference",
          severity: "error",
          message: `Program '${name}' names the map '${map}', which is not under \`maps\`.`,
          place,
          ...(this.maps.size === 0 ? {} : { hint: `There are: ${[...this.maps.keys()].join(", ")}.` }),
        })),
      );
    for (const { map, slot } of maps) view.setInt32(slot * 8 + 4, this.descriptor(map), true);
    return linked;
  }

  /** Descriptors of an object's maps, which are made when its first program is loaded. Throws a NetsimError. */
  mapsOf({ file, content }: ObjectOrigin): readonly number[] {
    const known = this.ofObjects.get(file);
    if (known !== undefined) return known;
    const given = (map: ObjectMap) => this.sameAs(map, file);
    let descriptors: readonly number[];
    try {
      descriptors = createMaps(content, this.commands, { possibleCpus: POSSIBLE_CPUS, given });
    } catch (error) {
      if (!(error instanceof MapCreationError)) throw error;
      throw new NetsimError(problem(`Linux refuses map '${error.map.name}' with ${errnoName(error.errno)}.`, { file }));
    }
    this.ofObjects.set(file, descriptors);
    if (content.btf !== undefined)
      for (const descriptor of descriptors)
        this.types.set(descriptor, [...(this.types.get(descriptor) ?? []), content.btf]);
    for (const [index, map] of verifierMaps(content, POSSIBLE_CPUS)) {
      const descriptor = descriptors[index]!;
      if (this.verifierMaps.has(descriptor)) continue;
      this.verifierMaps.set(descriptor, map);
      const model = modelOfObjectMap(content, content.maps[index]!, file);
      if (model === undefined) continue;
      const name = this.maps.has(model.name) ? `${basename(file)}/${model.name}` : model.name;
      this.maps.set(name, { model: { ...model, name }, descriptor });
    }
    return descriptors;
  }

  /** How values of a type are read that objects which use the map have by that name; undefined where none has it. */
  layoutOf(map: string, type: string): ValueLayout | undefined {
    for (const btf of this.types.get(this.descriptor(map)) ?? []) {
      const layout = layoutOfTypeNamed(btf, type);
      if (layout !== undefined) return layout;
    }
    return undefined;
  }

  /** Names of the structures and the like that objects which use the map have. */
  *typesOf(map: string): Iterable<string> {
    for (const btf of this.types.get(this.descriptor(map)) ?? [])
      for (let id = 1; id < btf.count; id++) if (btf.name(id) !== "") yield btf.name(id);
  }

  /** A map of the topology that takes the place of an object's by its name. Throws a NetsimError where the two differ. */
  private sameAs({ name, type, keySize, valueSize }: ObjectMap, file: string): number | undefined {
    const found = this.maps.get(name);
    if (found === undefined || found.model.place.file === file) return undefined;
    const { model, descriptor } = found;
    if (MAP_TYPES[model.type] !== type || model.key.size !== keySize || model.value.size !== valueSize)
      throw new NetsimError(
        problem(
          `Map '${name}' has another type or other sizes in '${file}': keys of ${keySize} bytes, values of ${valueSize}.`,
          model.place,
        ),
      );
    return descriptor;
  }

  /** Puts a value there that is no program, into a user ring buffer a record. Returns 0 or a negative error number. */
  update(map: string, { key, keyText, value, place }: MapEntryModel, flags: number): number {
    if (this.maps.get(map)!.model.type === "user_ringbuf") {
      if (this.commands.produce === undefined)
        fail("unsupported", `This engine puts no records into user ring buffers like '${map}'.`, {
          place,
          hint: "The engines interpreter and jit do.",
        });
      return this.commands.produce(this.descriptor(map), value as Uint8Array);
    }
    if (value instanceof Uint8Array || value.kind !== "cgroup")
      return this.updateBytes(map, key, keyText, this.bytesOf(map, value), flags);
    if (this.cgroups === undefined)
      fail("unsupported", `This engine puts no control groups into maps like '${map}'.`, {
        place,
        hint: "The engines interpreter and jit do.",
      });
    const errno = this.commands.update(this.descriptor(map), key, int32(this.cgroups(value.name)), flags);
    if (errno === 0) this.heldNames.put(map, keyText, { key: key!, name: value.name });
    return errno;
  }

  /** Puts a program there, or a value that names one. @param slot its executable's. @param kind absent: that of no matter. */
  putProgram(map: string, entry: MapEntryModel, { name, slot, kind }: PutProgram, flags = 0): number {
    const { key, keyText, value } = entry;
    const program = this.commands.openProgram(slot, kind);
    const field = programField(this.modelOf(map)!.value);
    const bytes =
      value instanceof Uint8Array && field !== undefined
        ? spliced(value, int32(program), field.offset)
        : int32(program);
    const errno = this.commands.update(this.descriptor(map), key, bytes, flags);
    this.commands.close(program);
    if (errno === 0) this.heldNames.put(map, keyText, { key: key!, name });
    return errno;
  }

  /** Whether an entry holds the program of that name still. */
  holds(map: string, { keyText }: MapEntryModel, name: string): boolean {
    return this.heldNames.at(map, keyText)?.name === name;
  }

  /** Id of the program that the value under a key names; 0: none. */
  programIn(map: string, key: Uint8Array): number {
    const field = programField(this.modelOf(map)!.value);
    const value = this.lookup(map, key);
    if (field === undefined || value === undefined) return 0;
    return new DataView(value.buffer, value.byteOffset).getUint32(field.offset, true);
  }

  private updateBytes(
    map: string,
    key: Uint8Array | undefined,
    keyText: string,
    value: Uint8Array,
    flags: number,
  ): number {
    const errno = this.commands.update(this.descriptor(map), key, value, flags);
    if (errno === 0) this.heldNames.delete(map, keyText);
    return errno;
  }

  delete(map: string, key: Uint8Array, keyText: string): number {
    const errno = this.commands.delete(this.descriptor(map), key);
    if (errno === 0) this.heldNames.delete(map, keyText);
    return errno;
  }

  /** The records of a ring buffer, oldest first, which are taken out. */
  records(map: string): readonly Uint8Array[] {
    return this.commands.records?.(this.descriptor(map)) ?? [];
  }

  /** Everything that a map holds, in bytes. */
  *rawEntries(map: string): Iterable<{ key: Uint8Array; value: Uint8Array }> {
    const { descriptor } = this.maps.get(map)!;
    // Copied first, so that entries may be deleted meanwhile.
    const keys: Uint8Array[] = [];
    for (
      let key = this.commands.nextKey(descriptor, undefined);
      typeof key !== "number";
      key = this.commands.nextKey(descriptor, key)
    )
      keys.push(key);
    for (const key of keys) {
      const value = this.lookup(map, key);
      if (value !== undefined) yield { key, value };
    }
  }

  /** Puts bytes under a key. */
  put(map: string, key: Uint8Array, value: Uint8Array): void {
    this.commands.update(this.descriptor(map), key, value, 0);
  }

  /** The value under a key, as programs see it; undefined where there is none. */
  lookup(map: string, key: Uint8Array): Uint8Array | undefined {
    const { model, descriptor } = this.maps.get(map)!;
    const value = this.commands.lookup(descriptor, key);
    return typeof value === "number" ? undefined : value.subarray(0, model.value.size);
  }

  /** What a map holds now: of arrays what is not zero, in the order of the kernel's iteration; of queues and stacks nothing. */
  *entries(map: string): Iterable<ReadableEntry> {
    const { model, descriptor } = this.maps.get(map)!;
    if (model.type === "prog_array" || model.type === "cgroup_array") {
      for (const { key, name } of this.heldNames.of(map)) yield { key: decodeValue(model.key, key), value: name };
      return;
    }
    if (model.key.size === 0) return;
    const isArray = model.type === "array" || model.type === "percpu_array";
    let key = this.commands.nextKey(descriptor, undefined);
    for (; typeof key !== "number"; key = this.commands.nextKey(descriptor, key)) {
      const value = this.lookup(map, key);
      if (value === undefined || (isArray && value.every((byte) => byte === 0))) continue;
      yield { key: decodeValue(model.key, key), value: this.readable(model, key, value) };
    }
  }

  /** A value in words: a program by its name. */
  private readable({ name: map, key: layout, value: of }: MapModel, key: Uint8Array, value: Uint8Array): Readable {
    const readable = decodeValue(of, value);
    const field = programField(of);
    if (field === undefined || typeof readable !== "object") return readable;
    const held = this.heldNames.at(map, readableText(decodeValue(layout, key)));
    return held === undefined ? readable : { ...readable, [field.name]: held.name };
  }

  /** Every map with its bytes, as they are now; of queues and the like none. */
  *dumps(): Iterable<{ readonly name: string; readonly type: number; readonly content: DumpedMap }> {
    for (const [name, { model, descriptor }] of this.maps) {
      const types = this.commands.mapTypes?.(descriptor);
      const elements = this.elements(descriptor, model.key.size);
      const perCpu = model.type.includes("percpu");
      const content = { elements, valueSize: model.value.size, perCpu, ...(types === undefined ? {} : { types }) };
      yield { name, type: MAP_TYPES[model.type], content };
    }
  }

  private *elements(descriptor: number, keySize: number): Generator<DumpedElement> {
    if (keySize === 0) return;
    let key = this.commands.nextKey(descriptor, undefined);
    for (; typeof key !== "number"; key = this.commands.nextKey(descriptor, key)) {
      const value = this.commands.lookup(descriptor, key);
      if (typeof value !== "number") yield { key, value };
    }
  }

  private create(model: MapModel, problems: Diagnostic[]): void {
    const { name, type, key, value, maxEntries, flags, inner, place } = model;
    const innerMap = inner === undefined ? undefined : this.maps.get(inner);
    const definition = { type: MAP_TYPES[type], keySize: key.size, valueSize: value.size, maxEntries, flags };
    const descriptor = this.commands.createMap({ ...definition, ...(innerMap && { innerMap: innerMap.descriptor }) });
    if (descriptor < 0) {
      const fault = fieldAtFault(definition);
      const hint = fault === undefined ? undefined : `It would take ${KEY_OF[fault.field]}: ${fault.instead}.`;
      problems.push(problem(`Linux refuses map '${name}' with ${errnoName(descriptor)}.`, place, hint));
      return;
    }
    this.maps.set(name, { model, descriptor });
    const like = innerMap && this.verifierMaps.get(innerMap.descriptor);
    this.verifierMaps.set(descriptor, { ...definition, name, ...(like && { inner: like }) });
  }

  /** The descriptor of a map that there is. */
  descriptor(map: string): number {
    return this.maps.get(map)!.descriptor;
  }

  /** A value as user space gives it: per-CPU values are rounded up, other maps are named by their descriptors. */
  private bytesOf(map: string, value: MapEntryModel["value"]): Uint8Array {
    if (!(value instanceof Uint8Array)) return int32(this.descriptor(value.name));
    const padded = new Uint8Array(Math.max(value.length, this.commands.valueSize(this.descriptor(map))));
    padded.set(value);
    return padded;
  }
}

const isProgram = ({ value, program }: MapEntryModel): boolean =>
  program !== undefined || (!(value instanceof Uint8Array) && value.kind === "program");

/** Why an entry is not there from the beginning. */
export const refusedEntry = (model: MapModel, entry: MapEntryModel, errno: number): Diagnostic =>
  problem(`Linux refuses ${entryText(model, entry)} of map '${model.name}' with ${errnoName(errno)}.`, entry.place);

const entryText = ({ type, key }: MapModel, { keyText }: MapEntryModel): string =>
  type === "user_ringbuf" ? "a record" : key.size === 0 ? "a value" : `key ${keyText}`;

/** What topologies call the fields of a map's definition. */
const KEY_OF = { keySize: "key", valueSize: "value", maxEntries: "entries", flags: "flags" } as const;

/** Maps behind those which they need to be made. */
function* inOrder(models: ReadonlyMap<string, MapModel>): Iterable<MapModel> {
  const done = new Set<string>();
  for (const model of models.values()) {
    const inner = model.inner === undefined ? undefined : models.get(model.inner);
    for (const one of [inner, model])
      if (one !== undefined && !done.has(one.name)) {
        done.add(one.name);
        yield one;
      }
  }
}

function spliced(bytes: Uint8Array, part: Uint8Array, at: number): Uint8Array {
  const whole = bytes.slice();
  whole.set(part, at);
  return whole;
}

function int32(number: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setInt32(0, number, true);
  return bytes;
}

function problem(message: string, place: Diagnostic["place"], hint?: string): Diagnostic {
  return {
    code: "bad-topology",
    severity: "error",
    message,
    ...(place && { place }),
    ...(hint === undefined ? {} : { hint }),
  };
}
