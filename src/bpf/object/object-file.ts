import type { Btf, BtfLinkage } from "./btf/btf-type.ts";

/** What `readObject` makes of an ELF object from clang or gcc: programs linked and ready to load, and maps to create before. */
export interface ObjectFile {
  /** Byte order of the object's own words. Programs come out little-endian whichever it is. */
  readonly endianness: "little" | "big";
  /** In the order of the file. */
  readonly programs: readonly ObjectProgram[];
  /** Create them in this order: a program's references are indexes into it. */
  readonly maps: readonly ObjectMap[];
  /** Types of the object; absent where it was compiled without `-g`. */
  readonly btf?: Btf;
  /** Of the `license` section; "" where there is none. */
  readonly license: string;
  /** Of the `version` section, as LINUX_VERSION_CODE: old tracing programs have it. */
  readonly kernelVersion?: number;
}

/** A function in a section of its own kind, with every function that it calls. */
export interface ObjectProgram {
  /** The C function's name. */
  readonly name: string;
  /** The section's whole name, the `?` of sections that are not loaded by default removed: `xdp`, `cgroup/connect4`, `2/3`. */
  readonly section: string;
  /** False for `SEC("?...")`: not loaded unless asked for by name. */
  readonly autoload: boolean;
  /** As bpftool names it (`socket_filter`, `sched_cls`, `xdp`, ...); undefined for a section that libbpf does not know. */
  readonly type: string | undefined;
  /** Number of `enum bpf_attach_type` that the program expects; undefined where its section has none. */
  readonly attachType: number | undefined;
  /**
   * What follows the section's kind and slash: `syscalls/sys_enter_openat` of `tracepoint/...`; undefined where nothing does. Of programs
   * that a struct holds (`struct_ops`), the struct and its member: `tcp_congestion_ops/ssthresh`.
   */
  readonly attachTarget: string | undefined;
  /** BPF_F_SLEEPABLE (16) and BPF_F_XDP_HAS_FRAGS (32) as the section says. */
  readonly flags: number;
  /**
   * `struct bpf_insn`s, little-endian: the function, and behind it those that it calls. References are of these kinds:
   * - to a map: BPF_PSEUDO_MAP_IDX, `imm` an index of `maps`;
   * - to data: BPF_PSEUDO_MAP_IDX_VALUE, `imm` the index, the second slot's `imm` the offset in the only value;
   * - to a function: BPF_PSEUDO_FUNC, `imm` a distance in slots as in calls.
   * CO-RE relocations are applied; those in `absent` are calls of helper 195,896,080 as libbpf writes them.
   */
  readonly instructions: Uint8Array;
  /** The functions in `instructions`, in their order; the first is the program itself. */
  readonly functions: readonly ObjectFunction[];
  /** Where source lines begin, by slot; empty without line information. */
  readonly lines: readonly SourceLine[];
  /** Names that only a kernel knows; `instructions` call or load them with 0 in their place. Empty for most programs. */
  readonly unresolved: readonly UnresolvedSymbol[];
  /** What instructions ask of the kernel's types that these do not have, by slot: `struct task_struct.tgid`. */
  readonly absent: ReadonlyMap<number, string>;
}

export interface ObjectFunction {
  readonly name: string;
  /** Slot where it begins. */
  readonly instruction: number;
  /** Its BTF function; undefined without BTF. */
  readonly typeId: number | undefined;
  /** Global functions are verified by themselves; those of objects without BTF count as static. */
  readonly linkage: BtfLinkage;
}

/** A line of the C source. */
export interface SourceLine {
  /** Slot of the first instruction that it became. */
  readonly instruction: number;
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1; 0: not known. */
  readonly column: number;
  /** The line itself, as the compiler kept it. */
  readonly text: string;
}

/** A kernel function or variable that a program names with `extern ... __ksym`. */
export interface UnresolvedSymbol {
  readonly name: string;
  readonly kind: "function" | "variable";
  /** The program tests whether it is there and can do without it. */
  readonly weak: boolean;
  /** Slots of the instructions that name it. */
  readonly instructions: readonly number[];
}

/** What is created, by BPF_MAP_CREATE, before programs are loaded. */
export interface ObjectMap {
  /** As in the source; data sections have their own: `.rodata`, `.bss`, `.data.config`, `.kconfig`. */
  readonly name: string;
  /** How the object declares it: in a `maps` section, in `.maps`, or as a section of data. */
  readonly origin: "legacy" | "btf" | "data";
  /** `enum bpf_map_type` */
  readonly type: number;
  /** Bytes. */
  readonly keySize: number;
  /** Bytes. */
  readonly valueSize: number;
  /** As declared; 0 where libbpf or the loader would choose (perf event arrays: the number of CPUs). */
  readonly maxEntries: number;
  /** BPF_F_* of BPF_MAP_CREATE. */
  readonly flags: number;
  readonly numaNode?: number;
  /** `map_extra`: of bloom filters the number of hash functions. */
  readonly extra?: bigint;
  /** BTF types of key and value; undefined where the object says none. Values of data maps are of kind `section`. */
  readonly keyTypeId?: number;
  readonly valueTypeId?: number;
  /** What the maps of a map of maps are like: its `maps` index where it is one of the object's, else a definition of its own. */
  readonly inner?: ObjectMap;
  /** The only value of a data map at the start. A copy: change it before creation to set constants. */
  readonly contents?: Uint8Array;
  /** Variables in it. */
  readonly variables?: readonly ObjectVariable[];
  /** Freeze it after it is filled (`.rodata`, `.kconfig`): its values are constants to the verifier. */
  readonly frozen: boolean;
  /** What the object puts into a map of maps or an array of programs at the start. */
  readonly slots: readonly MapSlot[];
  /** `by-name`: in the BPF file system, shared by all objects that name it (LIBBPF_PIN_BY_NAME, PIN_GLOBAL_NS). */
  readonly pinning: "none" | "object" | "by-name";
  /** iproute2's `id` of a map in a `maps` section: sections `ID/INDEX` are tail-call targets in it. */
  readonly id?: number;
}

export interface ObjectVariable {
  readonly name: string;
  /** Byte in the value. */
  readonly offset: number;
  readonly size: number;
  readonly typeId: number;
}

/** A key, its index, and what lies there: one of `maps`, or the name of one of `programs`. */
export type MapSlot =
  | { readonly key: number; readonly map: number }
  | { readonly key: number; readonly program: string };

/** How an object is read. */
export interface ObjectOptions {
  /** The types of the kernel that programs are to run on, for CO-RE; those that netsim simulates where it is absent. */
  readonly kernelTypes?: Btf;
  /** Section names that libbpf does not know: the type that their programs have, as `ObjectProgram.type`. */
  readonly sections?: Readonly<Record<string, string>>;
  /** Values of CONFIG_ externs, as in a kernel's .config: `y`, `m`, `n`, a number or a string in quotes. */
  readonly kconfig?: Readonly<Record<string, string>>;
  /** Functions that the kernel has: weak ones that are not among them count as missing. None where it is absent. */
  readonly kernelFunctions?: ReadonlySet<string>;
  /** LINUX_KERNEL_VERSION: 6.18.0 where it is absent. */
  readonly kernelVersion?: number;
}

/** One thing that is wrong with an object. */
export interface ObjectProblem {
  /** A full sentence. */
  readonly message: string;
  /** Name of the ELF section that it is in; undefined where it is in none. */
  readonly section?: string;
  /** Byte in the section; in the file where there is no section. */
  readonly offset: number;
  /** What to try; a full sentence. */
  readonly hint?: string;
}

/** An object cannot be read. Carries everything that is wrong with it, as far as it could be looked at. */
export class ObjectError extends Error {
  readonly problems: readonly ObjectProblem[];

  constructor(problems: readonly ObjectProblem[]) {
    super(problems.map(({ section, offset, message }) => `${section ?? ""}+${offset}: ${message}`).join("\n"));
    this.name = "ObjectError";
    this.problems = problems;
  }
}
