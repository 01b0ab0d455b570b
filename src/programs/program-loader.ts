import type { DataStart } from "../bpf/filter/data-start.ts";
import { TAIL_CALL } from "../bpf/helpers/tail-call.ts";
import { decodeProgram } from "../bpf/isa/decode.ts";
import { HELPER_NAMES } from "../bpf/isa/helper-names.ts";
import { fillProgramArrays } from "../bpf/object/load/create-maps.ts";
import type { BpfSyscall } from "../bpf/syscall.ts";
import { adviceFor } from "../bpf/verifier/explain/advice/advice.ts";
import { hardWired } from "../bpf/verifier/hard-wire.ts";
import { verify } from "../bpf/verifier/verify.ts";
import type { Environment } from "../bpf/vm/environment.ts";
import type { Machine } from "../bpf/vm/machine.ts";
import { fail, NetsimError } from "../errors.ts";
import type { ExtendedContext } from "../hooks/program-context.ts";
import type { Engine } from "./engine.ts";
import type { LoadedClassicProgram, LoadedExtendedProgram, LoadedProgram, ObjectOrigin } from "./language.ts";
import type { MapTable } from "./map-table.ts";
import type { RunnableProgram, RunPlace } from "./program-slot.ts";

function forStart(loaded: LoadedClassicProgram, start: DataStart): LoadedClassicProgram {
  return start === "link" ? loaded : (loaded.forDataStart?.(start) ?? loaded);
}

type AnyExtendedContext = ExtendedContext<unknown, unknown>;

/** Makes programs ready to run: verified for what they are given, linked with their maps, and loaded into the engine. */
export class ProgramLoader {
  private readonly engine: Engine;
  private readonly machine: Machine;
  private readonly maps: MapTable;
  private readonly syscall: BpfSyscall;
  /** Files of objects whose arrays of programs are filled. */
  private readonly filled = new Set<string>();
  /** What was verified, by program and context. */
  private readonly verified = new Map<LoadedProgram, Map<AnyExtendedContext, Uint8Array>>();

  constructor(engine: Engine, machine: Machine, maps: MapTable, syscall: BpfSyscall) {
    this.engine = engine;
    this.machine = machine;
    this.maps = maps;
    this.syscall = syscall;
  }

  /** Throws a NetsimError where the verifier refuses the program. @param attachType what it is verified for where it does not say. */
  prepare(loaded: LoadedProgram, { context, start }: RunPlace, attachType = 0): RunnableProgram {
    if (loaded.form === "classic" && context.kind === "classic")
      return this.engine.prepare(forStart(loaded, start), context.view, this.machine);
    if (loaded.form !== "extended" || context.kind !== "extended")
      throw new Error(`program '${loaded.name}' cannot run in a ${context.kind} context`);
    const bytes = this.link(loaded, context, attachType);
    if (loaded.object !== undefined) this.fillArrays(loaded, loaded.object, { context, start });
    const executable = this.engine.load(bytes, this.environment(context));
    return { run: executable.run, slot: executable.slot, release: () => executable.release() };
  }

  /** Puts an object's programs into its arrays of programs, when the first of them is loaded. */
  private fillArrays(loaded: LoadedExtendedProgram, origin: ObjectOrigin, place: RunPlace): void {
    if (this.filled.has(origin.file)) return;
    this.filled.add(origin.file);
    fillProgramArrays(origin.content, this.maps.mapsOf(origin), this.syscall, (name) => {
      const program = origin.content.programs.find((one) => one.name === name);
      if (program === undefined) return undefined;
      const bytes = program.instructions;
      const prepared = this.prepare({ ...loaded, bytes, object: { ...origin, program } }, place);
      return this.syscall.openProgram(prepared.slot!);
    });
  }

  /** `prepare` without loading: throws what it would throw. */
  check(loaded: LoadedProgram, { context, start }: RunPlace, attachType = 0): void {
    if (loaded.form === "classic") forStart(loaded, start);
    if (loaded.form === "extended" && context.kind === "extended") this.link(loaded, context, attachType);
  }

  /** The program with its maps' descriptors, once the verifier has accepted it. */
  private link(loaded: LoadedExtendedProgram, context: AnyExtendedContext, attachType: number): Uint8Array {
    let byContext = this.verified.get(loaded);
    if (byContext === undefined) {
      byContext = new Map();
      this.verified.set(loaded, byContext);
    }
    let bytes = byContext.get(context);
    if (bytes === undefined) {
      bytes = this.maps.link(loaded);
      bytes = this.verify(loaded, bytes, context, attachType);
      byContext.set(context, bytes);
    }
    return bytes;
  }

  /** The program as Linux would run it. */
  private verify(
    loaded: LoadedExtendedProgram,
    bytes: Uint8Array,
    context: AnyExtendedContext,
    attachType: number,
  ): Uint8Array {
    const { programType, helpers } = context;
    const decoded = decodeProgram(bytes);
    const result = verify(bytes, {
      type: programType,
      maps: this.maps.verifierMaps,
      ...(loaded.object?.content.btf && {
        types: { btf: loaded.object.content.btf, functions: loaded.object.program.functions },
      }),
      license: loaded.license,
      expectedAttachType: loaded.attachType ?? attachType,
    });
    if (result.error !== undefined) {
      const { category, message, instruction } = result.error;
      fail("program-rejected", `The kernel would refuse program '${loaded.name}' as ${programType.name}: ${message}.`, {
        place: loaded.placeOf(Math.max(instruction, 0)),
        hint: adviceFor(category, message).suggestion,
      });
    }
    const missing = decoded.instructions.filter(
      (it) =>
        it?.kind === "call-helper" &&
        it.helper !== TAIL_CALL &&
        !helpers.has(it.helper) &&
        !result.insight(it.index).dead,
    );
    if (missing.length > 0)
      throw new NetsimError(
        missing.map((it) => ({
          code: "unsupported",
          severity: "error",
          message: `Program '${loaded.name}' calls ${HELPER_NAMES[(it as { helper: number }).helper]}, which is not simulated for ${programType.name} programs yet.`,
          place: loaded.placeOf(it!.index),
          hint: `Simulated are ${[...helpers.values()].map(({ name }) => name.replace(/^bpf_/, "")).join(", ")}.`,
        })),
      );
    return hardWired(context.adapt?.(bytes, result) ?? bytes, result.insight);
  }

  private environment({ layout, helpers }: AnyExtendedContext): Environment {
    return {
      machine: this.machine,
      context: layout,
      helper: (number) => helpers.get(number),
      helperNumbers: () => helpers.keys(),
      kernelFunction: () => undefined,
      resolve: (reference) => this.syscall.resolve(reference),
    };
  }
}
