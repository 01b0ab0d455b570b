import { encodeClassic } from "../../bpf/classic/encode.ts";
import { fillProgramArrays } from "../../bpf/object/load/create-maps.ts";
import type { LoadedExtendedProgram, LoadedProgram, ObjectOrigin } from "../../programs/language.ts";
import type { MapTable } from "../../programs/map-table.ts";
import { siblingIn } from "../../programs/object-programs.ts";
import type { ProgramTable } from "../../programs/program-table.ts";
import type { Kernel } from "../kernel.ts";
import type { Code } from "./code.ts";
import { loadExtended } from "./load-extended.ts";

/** A topology's programs as traffic control and iptables take them: classic ones as they are, extended ones loaded. */
export class Codes {
  private readonly kernel: Kernel;
  private readonly programs: ProgramTable;
  private readonly maps: MapTable;
  /** Descriptors by program, and by type and attach type. */
  private readonly loaded = new Map<LoadedProgram, Map<string, number>>();

  /** Files of objects whose arrays of programs are filled. */
  private readonly filled = new Set<string>();

  constructor(kernel: Kernel, programs: ProgramTable, maps: MapTable) {
    this.kernel = kernel;
    this.programs = programs;
    this.maps = maps;
  }

  /** The topology's program of that name. Throws a NetsimError where the kernel refuses it. @param type `enum bpf_prog_type`. @param start where a classic program's data begins. */
  codeOf(program: string, type: number, start: "link" | "network" = "link"): Code {
    return this.code(this.programs.get(program).loaded, type, start);
  }

  code(loaded: LoadedProgram, type: number, start: "link" | "network" = "link"): Code {
    if (loaded.form === "classic")
      return { kind: "classic", instructions: encodeClassic((loaded.forDataStart?.(start) ?? loaded).instructions) };
    return { kind: "extended", descriptor: this.load(loaded, type, 0), name: loaded.name };
  }

  /** As `codeOf`, of a place that takes extended programs only. @param attachType `enum bpf_attach_type`. */
  descriptorOf(program: string, type: number, attachType = 0): number {
    return this.descriptor(this.programs.get(program).loaded, type, attachType);
  }

  descriptor(loaded: LoadedProgram, type: number, attachType = 0): number {
    if (loaded.form === "classic") throw new Error(`program '${loaded.name}' is classic`);
    return this.load(loaded, type, attachType);
  }

  close(): void {
    for (const types of this.loaded.values()) for (const one of types.values()) this.kernel.programs.close(one);
  }

  private load(loaded: LoadedExtendedProgram, type: number, attachType: number): number {
    const types = this.loaded.get(loaded) ?? new Map<string, number>();
    this.loaded.set(loaded, types);
    const key = `${type} ${attachType}`;
    const known = types.get(key);
    if (known !== undefined) return known;
    const descriptor = loadExtended(this.kernel, this.maps, loaded, type, attachType);
    types.set(key, descriptor);
    if (loaded.object !== undefined) this.fillArrays(loaded, loaded.object, type, attachType);
    return descriptor;
  }

  /** Puts an object's programs into its arrays of programs, when the first of them is loaded. */
  private fillArrays(loaded: LoadedExtendedProgram, origin: ObjectOrigin, type: number, attachType: number): void {
    if (this.filled.has(origin.file)) return;
    this.filled.add(origin.file);
    fillProgramArrays(origin.content, this.maps.mapsOf(origin), this.kernel.maps, (name) => {
      const program = siblingIn(loaded, name);
      return program && this.load(program, type, attachType);
    });
  }
}
