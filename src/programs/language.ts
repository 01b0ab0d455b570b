import type { ClassicInstruction } from "../bpf/classic/instruction.ts";
import type { DataStart } from "../bpf/filter/data-start.ts";
import type { NamedCall } from "../bpf/kernel-functions/name-functions.ts";
import type { ObjectFile, ObjectProgram } from "../bpf/object/object-file.ts";
import type { Place } from "../errors.ts";
import type { JsonSchema } from "../json-schema.ts";
import type { ProgramSource, Topology } from "../topology/model.ts";

/**
 * A language that programs are written in, as a plugin. Its name is the key under which a topology gives the
 * program: `programs: { ssh-only: { classic: ... } }`.
 */
export interface ProgramLanguage {
  readonly name: string;
  /** Schema of the key's value. */
  readonly schema: JsonSchema;
  /** Schemas of further keys that a program in this language may have, as `section`. */
  readonly options?: Readonly<Record<string, JsonSchema>>;
  /** One line for editors and `netsim schema`. */
  readonly description: string;
  /**
   * What the key's value is: the program itself; that, or a single word that names the file which holds it; or always the name of a
   * file. Default `text-or-file`.
   */
  readonly content?: "text" | "text-or-file" | "file";
  /**
   * Reads and checks the program. Throws a NetsimError with every problem: `program-syntax` or `program-rejected`.
   * @param topology what the program is part of, for languages that refer to other parts of it.
   */
  load(source: ProgramSource, topology: Topology): LoadedProgram;
}

/** A program that was read. Classic ones have passed the kernel's checks; extended ones are verified for the hooks that they are attached to. */
export type LoadedProgram = LoadedClassicProgram | LoadedExtendedProgram;

export interface LoadedClassicProgram {
  readonly form: "classic";
  /** `seccomp`: a filter of system calls, which reads struct seccomp_data and no packet. */
  readonly type: "classic" | "seccomp";
  readonly name: string;
  readonly instructions: readonly ClassicInstruction[];
  /** The same program for a place where data begins elsewhere than at the link-layer header; absent: it is as it is. */
  forDataStart?(start: DataStart): LoadedClassicProgram;
}

export interface LoadedExtendedProgram {
  readonly form: "extended";
  /** As bpftool names it; undefined: that of the hook which it is attached to. */
  readonly type: string | undefined;
  readonly name: string;
  /** 8-byte instructions, little-endian; references to maps are as `maps` says. */
  readonly bytes: Uint8Array;
  /** 64-bit immediates that name maps of the topology. */
  readonly maps: readonly MapUse[];
  /** The object that it is from, whose maps `bytes` name by their indexes. */
  readonly object?: ObjectOrigin;
  /** Kernel functions that it calls by name. */
  readonly kernelFunctions: readonly NamedCall[];
  /** As the program declares it. */
  readonly license: string;
  /** `enum bpf_attach_type` that the program is for, where it says one. */
  readonly attachType?: number;
  /** Where the instruction in a slot was written. */
  placeOf(slot: number): Place;
}

/** A program's place in an object. */
export interface ObjectOrigin {
  /** Programs of one file share its maps. */
  readonly file: string;
  readonly content: ObjectFile;
  readonly program: ObjectProgram;
}

/** An instruction that names a map. */
export interface MapUse {
  readonly map: string;
  /** Slot of the instruction. */
  readonly slot: number;
  readonly place: Place;
}
