import { cpus } from "node:os";
import { MAP_TYPE } from "../../src/bpf/maps/map-type.ts";
import { readElf } from "../../src/bpf/object/elf/read-elf.ts";
import { withDescriptors } from "../../src/bpf/object/load/name-maps.ts";
import type { ObjectFile, ObjectMap, ObjectProgram } from "../../src/bpf/object/object-file.ts";
import { Problems } from "../../src/bpf/object/problems.ts";
import { Attributes } from "../../src/kernel/bpf/attributes.ts";
import { testRun } from "../../src/kernel/bpf/test-run.ts";
import type { Libc } from "../../src/kernel/libc.ts";
import type { FrameOutcome } from "../bpf/kernel-functions/object-runs.ts";
import type { Judgement } from "./verifier-judge.ts";

const [MAP_CREATE, MAP_UPDATE, PROGRAM_LOAD, BTF_LOAD, MAP_FREEZE] = [0, 2, 5, 18, 22];
/** By level of the log: the whole walk takes more room than the way to the refusal. */
const LOG_BYTES = [0, 1 << 20, 1 << 22, 0, 1 << 20];
/** BPF_LOG_LEVEL1, BPF_LOG_LEVEL2, BPF_LOG_STATS */
const LOG = { walk: 1, everything: 2, reason: 4 } as const;
const [INTEGER, POINTER, UNION, FUNCTION, VARIABLE, DATA_SECTION] = [1, 2, 5, 12, 14, 15];
const [GLOBAL, EXTERN] = [1, 2];
/** Bytes behind the three words of a type, by kind: so many, and so many for each member (Documentation/bpf/btf.rst). */
const TAILS: Readonly<Record<number, readonly [fixed: number, each: number]>> = {
  1: [4, 0],
  3: [12, 0],
  4: [0, 12],
  5: [0, 12],
  6: [0, 8],
  13: [0, 8],
  14: [4, 0],
  15: [0, 12],
  17: [4, 0],
  19: [0, 12],
};

/** Bytes of a struct bpf_line_info. */
const LINE_INFO = 16;
/** BPF_OBJ_NAME_LEN */
const OBJECT_NAME = 16;
/** BPF_PSEUDO_BTF_ID */
const BTF_ID = 3;
/** Functions of the kernel that test programs name without a type. */
const ADDRESSES = /^(schedule|vfs_read)$/;

/** BTF id of a type of the running kernel; 0 for none. */
type KernelTypeFinder = (kind: "function" | "variable" | "typedef" | "struct", name: string) => number;

/** Loads programs of objects into the running kernel, as libbpf would. */
export class ObjectJudge {
  readonly #libc: Libc;
  readonly #object: ObjectFile;
  readonly #btf: number;
  readonly #descriptors: readonly number[];
  readonly #kernelType: KernelTypeFinder;
  #log = Buffer.alloc(0);
  /** Where names of files and lines of sources lie in what the kernel was given of the object's types. */
  readonly #texts = new Map<string, number>();

  /** @param memberOf the place of a member in a struct of the running kernel. */
  constructor(
    libc: Libc,
    bytes: Uint8Array,
    object: ObjectFile,
    kernelType: KernelTypeFinder,
    readonly memberOf: (struct: string, member: string) => number = () => 0,
  ) {
    this.#libc = libc;
    this.#object = object;
    this.#kernelType = kernelType;
    this.#btf = this.#loadBtf(bytes);
    this.#descriptors = object.maps.map((map) => this.#create(map));
  }

  close(): void {
    for (const descriptor of [...this.#descriptors, this.#btf]) if (descriptor >= 0) this.#libc.close(descriptor);
  }

  /** @param level of the log: 1, or 2 for every step. @param flags more BPF_F_* of loading than the section says. */
  judge(program: ObjectProgram, type: number, level: 1 | 2 = LOG.walk, flags = 0): Judgement {
    const { result, log } = this.#load(program, type, level, flags);
    if (result >= 0) this.#libc.close(result);
    return { errno: result < 0 ? -result : 0, log };
  }

  /** What the program returns on a frame (BPF_PROG_TEST_RUN), signed; or why it is not loaded. */
  run(program: ObjectProgram, type: number, frame: Uint8Array): number | string {
    const outcome = this.outcome(program, type, frame);
    return typeof outcome === "string" ? outcome : outcome.returnValue;
  }

  /** The same with the frame behind it, in hexadecimal. */
  outcome(program: ObjectProgram, type: number, frame: Uint8Array): FrameOutcome | string {
    const { result, log } = this.#load(program, type, LOG.reason);
    if (result < 0) return `errno ${-result}: ${log.split("\n").slice(-3).join(" ")}`;
    const run = testRun(this.#libc, result, { data: frame, dataRoom: 2 * frame.length + 4096 });
    this.#libc.close(result);
    if (typeof run === "number") return `errno ${-run}`;
    return { returnValue: run.returnValue | 0, data: Buffer.from(run.data).toString("hex") };
  }

  #load(
    program: ObjectProgram,
    type: number,
    level: number,
    flags = 0,
  ): { readonly result: number; readonly log: string } {
    const bytes = withDescriptors(program.instructions, this.#descriptors);
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    for (const { name, kind, instructions } of program.unresolved)
      for (const slot of instructions) this.#name(view, slot, kind, name);
    const room = LOG_BYTES[level]!;
    this.#log = this.#log.length < room ? Buffer.alloc(room) : this.#log;
    const log = this.#log;
    log[0] = 0;
    const attributes = new Attributes(this.#libc)
      .words(0, type, bytes.length / 8)
      .pointer(8, bytes)
      .pointer(16, Buffer.from(`${this.#object.license}\0`))
      .words(24, level, room)
      .pointer(32, log)
      .words(44, program.flags | flags)
      .words(68, this.#attachTypeOf(program))
      .words(108, this.#targetOf(program));
    if (this.#btf >= 0) {
      const functions = Buffer.alloc(8 * program.functions.length);
      for (const [i, { instruction, typeId }] of program.functions.entries()) {
        functions.writeUInt32LE(instruction, 8 * i);
        functions.writeUInt32LE(typeId ?? 0, 8 * i + 4);
      }
      attributes.words(72, this.#btf, 8).pointer(80, functions).words(88, program.functions.length);
      const lines = this.#linesOf(program);
      if (lines.length > 0)
        attributes
          .words(92, LINE_INFO)
          .pointer(96, lines)
          .words(104, lines.length / LINE_INFO);
    }
    const result = attributes.call(PROGRAM_LOAD);
    return { result, log: log.toString("latin1", 0, log.indexOf(0)) };
  }

  /** `struct bpf_line_info`s */
  #linesOf(program: ObjectProgram): Buffer {
    const words = program.lines.flatMap(({ instruction, file, text, line, column }) => [
      instruction,
      this.#texts.get(file) ?? 0,
      this.#texts.get(text) ?? 0,
      line * 1024 + column,
    ]);
    return Buffer.from(Uint32Array.from(words).buffer);
  }

  /** The kernel takes BTF ids; of what has no type, an address. */
  #name(view: DataView, slot: number, kind: "function" | "variable", name: string): void {
    const id = this.#kernelType(kind, name);
    const pseudo = view.getUint8(slot * 8 + 1) >> 4;
    if (id > 0 || pseudo !== BTF_ID) {
      view.setInt32(slot * 8 + 4, id, true);
      return;
    }
    const isPresent = kind === "variable" && ADDRESSES.test(name);
    view.setUint8(slot * 8 + 1, view.getUint8(slot * 8 + 1) & 15);
    view.setInt32(slot * 8 + 4, isPresent ? name.length * 64 : 0, true);
    view.setInt32(slot * 8 + 12, isPresent ? -1 : 0, true);
  }

  /** Of functions of structs, their place among the struct's members. */
  #attachTypeOf({ type, attachType = 0, attachTarget }: ObjectProgram): number {
    const [struct = "", member] = attachTarget?.split("/") ?? [];
    return type === "struct_ops" && member !== undefined ? this.memberOf(struct, member) : attachType;
  }

  /** BTF id of what the program is attached to; 0 where its section says nothing that the kernel has types of. */
  #targetOf({ type, section, attachTarget = "" }: ObjectProgram): number {
    if (type === "struct_ops") return this.#kernelType("struct", attachTarget.split("/")[0]!);
    if (type !== "tracing") return 0;
    if (section.startsWith("tp_btf/")) return this.#kernelType("typedef", `btf_trace_${attachTarget}`);
    return this.#kernelType("function", section.startsWith("iter") ? `bpf_iter_${attachTarget}` : attachTarget);
  }

  #loadBtf(bytes: Uint8Array): number {
    const section = readElf(bytes, new Problems()).sections.find(({ name }) => name === ".BTF");
    if (section === undefined) return -1;
    const btf = this.#withTexts(Buffer.from(section.bytes));
    this.#fillInSections(btf);
    const descriptor = new Attributes(this.#libc).pointer(0, btf).words(16, btf.length).call(BTF_LOAD);
    if (descriptor < 0) throw new Error(`the kernel refuses the object's types with errno ${-descriptor}`);
    return descriptor;
  }

  /** Behind the names of types come the lines of the source, which these only have where the compiler put them. */
  #withTexts(btf: Buffer): Buffer {
    const at = 16;
    const [begin, length] = [btf.readUInt32LE(4) + btf.readUInt32LE(at), btf.readUInt32LE(at + 4)];
    const parts = [btf.subarray(0, begin + length)];
    let end = length;
    for (const { lines } of this.#object.programs)
      for (const text of lines.flatMap((it) => [it.file, it.text])) {
        if (this.#texts.has(text)) continue;
        this.#texts.set(text, end);
        parts.push(Buffer.from(`${text}\0`));
        end += parts.at(-1)!.length;
      }
    const whole = Buffer.concat(parts);
    whole.writeUInt32LE(end, at + 4);
    return whole;
  }

  /**
   * What compilers leave to the loader: sizes of data sections, where variables lie in them, variables of the kernel's
   * configuration, and functions of the kernel, which no section may list.
   */
  #fillInSections(btf: Buffer): void {
    const header = btf.readUInt32LE(4);
    const begin = header + btf.readUInt32LE(8);
    const end = begin + btf.readUInt32LE(12);
    const kinds: number[] = [0];
    const next = (at: number): number => {
      const info = btf.readUInt32LE(at + 4);
      const [fixed, each] = TAILS[(info >> 24) & 31] ?? [0, 0];
      return at + 12 + fixed + each * (info & 0xffff);
    };
    const places: number[] = [0];
    for (let at = begin; at < end; at = next(at)) {
      kinds.push((btf.readUInt32LE(at + 4) >> 24) & 31);
      places.push(at);
    }
    const strings = header + btf.readUInt32LE(16);
    for (let at = begin; at < end; ) {
      const after = next(at);
      const info = btf.readUInt32LE(at + 4);
      const [kind, count] = [(info >> 24) & 31, info & 0xffff];
      if (kind === FUNCTION && count === EXTERN) {
        // A pointer to a function may leave its arguments without names.
        btf.writeUInt32LE(0, at);
        btf.writeUInt32LE(POINTER << 24, at + 4);
      }
      if (kind === VARIABLE) btf.writeUInt32LE(GLOBAL, at + 12);
      if (kind === DATA_SECTION) {
        let size = 0;
        const name = strings + btf.readUInt32LE(at);
        const isOfKernel = btf.toString("latin1", name, btf.indexOf(0, name)) === ".ksyms";
        for (let i = 0; i < count; i++) {
          const variable = at + 12 + 12 * i;
          if (isOfKernel) {
            // Variables of the kernel may be of no type.
            const type = btf.readUInt32LE(variable);
            if (kinds[type] === VARIABLE) {
              btf.writeUInt32LE(kinds.indexOf(INTEGER), places[type]! + 8);
              btf.writeUInt32LE(GLOBAL, places[type]! + 12);
            }
            // A member of a union, without a name.
            btf.writeUInt32LE(0, variable);
            btf.writeUInt32LE(kinds.indexOf(INTEGER), variable + 4);
            btf.writeUInt32LE(0, variable + 8);
            continue;
          }
          btf.writeUInt32LE(size, variable + 4);
          size += Math.max(btf.readUInt32LE(variable + 8), 1);
        }
        size = this.#placeVariables(btf, at, count) ?? size;
        if (isOfKernel) {
          btf.writeUInt32LE(0, at);
          btf.writeUInt32LE(((UNION << 24) | count) >>> 0, at + 4);
          btf.writeUInt32LE(8, at + 8);
        } else btf.writeUInt32LE(Math.max(size, 1), at + 8);
      }
      at = after;
    }
  }

  /** Variables of a section that is a map lie where the object has them, in that order. Gives the section's size. */
  #placeVariables(btf: Buffer, at: number, count: number): number | undefined {
    const entries = Array.from({ length: count }, (_, i) =>
      Buffer.from(btf.subarray(at + 12 + 12 * i, at + 24 + 12 * i)),
    );
    const first = entries[0]?.readUInt32LE(0);
    for (const { valueTypeId, valueSize, origin } of this.#object.maps) {
      const type = origin === "data" && valueTypeId !== undefined ? this.#object.btf!.type(valueTypeId) : undefined;
      if (type?.kind !== "section" || !type.variables.some((it) => it.type === first)) continue;
      const places = new Map(type.variables.map((it) => [it.type, it.offset]));
      for (const entry of entries) entry.writeUInt32LE(places.get(entry.readUInt32LE(0))!, 4);
      entries.sort((a, b) => a.readUInt32LE(4) - b.readUInt32LE(4));
      for (const [i, entry] of entries.entries()) entry.copy(btf, at + 12 + 12 * i);
      return valueSize;
    }
    return undefined;
  }

  #create(map: ObjectMap): number {
    // The kernel only looks at what the maps inside are like.
    const inner = map.inner === undefined ? -1 : this.#create(map.inner);
    const entries = map.maxEntries === 0 && map.type === MAP_TYPE.perf_event_array ? cpus().length : map.maxEntries;
    const attributes = () =>
      new Attributes(this.#libc)
        .words(0, map.type, map.keySize, map.valueSize, entries, map.flags, Math.max(inner, 0))
        .text(28, map.name, OBJECT_NAME);
    let descriptor = -1;
    if (this.#btf >= 0 && map.origin !== "legacy" && map.valueTypeId !== undefined)
      descriptor = attributes()
        .words(48, this.#btf, map.keyTypeId ?? 0, map.valueTypeId)
        .call(MAP_CREATE);
    // Some types of maps take no types of keys and values.
    if (descriptor < 0) descriptor = attributes().call(MAP_CREATE);
    if (inner >= 0) this.#libc.close(inner);
    if (descriptor < 0) throw new Error(`the kernel refuses map '${map.name}' with errno ${-descriptor}`);
    if (map.contents !== undefined) {
      const update = new Attributes(this.#libc).words(0, descriptor).pointer(8, Buffer.alloc(4));
      update.pointer(16, map.contents).call(MAP_UPDATE);
      if (map.frozen) new Attributes(this.#libc).words(0, descriptor).call(MAP_FREEZE);
    }
    return descriptor;
  }
}
