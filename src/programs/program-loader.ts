import type { DataStart } from "../bpf/filter/data-start.ts";
import { NOT_SIMULATED } from "../bpf/helpers/not-simulated.ts";
import { TAIL_CALL } from "../bpf/helpers/tail-call.ts";
import { decodeProgram } from "../bpf/isa/decode.ts";
import { HELPER_NAMES } from "../bpf/isa/helper-names.ts";
import type { CallHelper } from "../bpf/isa/instruction.ts";
import { KernelFunctions } from "../bpf/kernel-functions/kernel-functions.ts";
import { type NamedCall, nameFunctions } from "../bpf/kernel-functions/name-functions.ts";
import { fillProgramArrays } from "../bpf/object/load/create-maps.ts";
import { adviceOfLoader } from "../bpf/object/load/loader-advice.ts";
import { verifierOptions } from "../bpf/object/load/verifier-options.ts";
import type { BpfSyscall } from "../bpf/syscall.ts";
import { adviceFor } from "../bpf/verifier/explain/advice/advice.ts";
import { hardWired } from "../bpf/verifier/hard-wire.ts";
import { probingLoads } from "../bpf/verifier/probing-loads.ts";
import { verify } from "../bpf/verifier/verify.ts";
import type { Environment } from "../bpf/vm/environment.ts";
import type { Machine } from "../bpf/vm/machine.ts";
import { type Diagnostic, fail, NetsimError } from "../errors.ts";
import type { ExtendedContext } from "../hooks/program-context.ts";
import { ArrayUsers } from "./array-users.ts";
import type { ProgramRunner, VerifiedProgram } from "./engine.ts";
import type { LoadedClassicProgram, LoadedExtendedProgram, LoadedProgram, ObjectOrigin } from "./language.ts";
import { type MapTable, POSSIBLE_CPUS } from "./map-table.ts";
import { siblingIn } from "./object-programs.ts";
import type { RunnableProgram, RunPlace } from "./program-slot.ts";

function forStart(loaded: LoadedClassicProgram, start: DataStart): LoadedClassicProgram {
  return start === "link" ? loaded : (loaded.forDataStart?.(start) ?? loaded);
}

const namesBySlot = (calls: readonly NamedCall[]): Map<number, string> =>
  new Map(calls.flatMap(({ name, instructions }) => instructions.map((slot) => [slot, name])));

type AnyExtendedContext = ExtendedContext<unknown, unknown>;

/** A program that the verifier has accepted. */
interface Verified {
  /** As Linux would run it. */
  readonly runs: Uint8Array;
  /** Slot of the function that its exceptions go to. */
  readonly exceptionCallback: number | undefined;
  /** Slots of its loads that may find nothing. */
  readonly probes: ReadonlySet<number>;
  readonly given: VerifiedProgram;
}

/** Makes programs ready to run: verified for what they are given, linked with their maps, and loaded into the engine. */
export class ProgramLoader {
  private readonly engine: ProgramRunner;
  private readonly machine: Machine;
  private readonly maps: MapTable;
  private readonly syscall: BpfSyscall;
  private readonly kernelFunctions: KernelFunctions;
  /** Files of objects whose arrays of programs are filled. */
  private readonly filled = new Set<string>();
  private readonly arrayUsers = new ArrayUsers();
  /** What was verified, by program and context. */
  private readonly verified = new Map<LoadedProgram, Map<AnyExtendedContext, Verified>>();

  constructor(engine: ProgramRunner, machine: Machine, maps: MapTable, syscall: BpfSyscall) {
    this.engine = engine;
    this.machine = machine;
    this.maps = maps;
    this.syscall = syscall;
    this.kernelFunctions = new KernelFunctions(syscall);
  }

  /** Throws a NetsimError where the verifier refuses the program. */
  prepare(loaded: LoadedProgram, place: RunPlace): RunnableProgram {
    const { context, start, trims, attachType } = place;
    if (loaded.form === "classic" && context.kind === "classic")
      return this.engine.prepare(forStart(loaded, start), context.view, this.machine, trims);
    if (loaded.form !== "extended" || context.kind !== "extended")
      throw new Error(`program '${loaded.name}' cannot run in a ${context.kind} context`);
    if (loaded.kernelFunctions.length > 0 && this.engine.maps !== undefined)
      fail("unsupported", `Program '${loaded.name}' calls kernel functions, which this engine does not name yet.`, {
        place: loaded.placeOf(loaded.kernelFunctions[0]!.instructions[0]!),
        hint: "The engines interpreter and jit run it.",
      });
    const { runs, given, exceptionCallback, probes } = this.link(loaded, context, attachType);
    if (loaded.object !== undefined) this.fillArrays(loaded, loaded.object, place);
    return this.engine.load(runs, { ...this.environment(context), exceptionCallback, probes }, given);
  }

  /** Puts an object's programs into its arrays of programs, when the first of them is loaded. */
  private fillArrays(loaded: LoadedExtendedProgram, origin: ObjectOrigin, place: RunPlace): void {
    if (this.filled.has(origin.file)) return;
    this.filled.add(origin.file);
    const commands = this.engine.maps ?? this.syscall;
    fillProgramArrays(origin.content, this.maps.mapsOf(origin), commands, (name) => {
      const program = siblingIn(loaded, name);
      return program && commands.openProgram(this.prepare(program, place).slot!);
    });
  }

  /** `prepare` without loading: throws what it would throw. */
  check(loaded: LoadedProgram, { context, start, attachType }: RunPlace): void {
    if (loaded.form === "classic") forStart(loaded, start);
    if (loaded.form === "extended" && context.kind === "extended") this.link(loaded, context, attachType);
  }

  /** The program with its maps' descriptors, once the verifier has accepted it. */
  private link(loaded: LoadedExtendedProgram, context: AnyExtendedContext, attachType: number): Verified {
    let byContext = this.verified.get(loaded);
    if (byContext === undefined) {
      byContext = new Map();
      this.verified.set(loaded, byContext);
    }
    let verified = byContext.get(context);
    if (verified === undefined) {
      verified = this.verify(loaded, this.maps.link(loaded), context, loaded.attachType ?? attachType);
      byContext.set(context, verified);
    }
    return verified;
  }

  private verify(
    loaded: LoadedExtendedProgram,
    bytes: Uint8Array,
    context: AnyExtendedContext,
    attachType: number,
  ): Verified {
    const { programType, helpers } = context;
    const { object, kernelFunctions } = loaded;
    const decoded = decodeProgram(bytes);
    const result = verify(bytes, {
      ...(object !== undefined && verifierOptions(object.content, object.program, POSSIBLE_CPUS)),
      type: programType,
      maps: this.maps.verifierMaps,
      indexedMaps: false,
      license: loaded.license,
      expectedAttachType: attachType,
      kernelFunctions: namesBySlot(kernelFunctions),
      ...(context.kernelTypes !== undefined && { kernelTypes: context.kernelTypes }),
      ...(context.attachTarget !== undefined && { attachTarget: context.attachTarget }),
    });
    if (result.error !== undefined) {
      const { category, message, instruction } = result.error;
      if (category === "unsupported")
        fail("unsupported", `Program '${loaded.name}' needs what netsim's verifier does not know: ${message}.`, {
          place: loaded.placeOf(Math.max(instruction, 0)),
        });
      const advice = adviceOfLoader(message, instruction, object?.program.absent ?? new Map());
      const reason = advice === undefined ? "" : ` ${advice.meaning}`;
      fail(
        "program-rejected",
        `The kernel would refuse program '${loaded.name}' as ${programType.name}: ${message}.${reason}`,
        {
          place: loaded.placeOf(Math.max(instruction, 0)),
          hint: (advice ?? adviceFor(category, message)).suggestion,
        },
      );
    }
    this.arrayUsers.check(loaded, programType.name, decoded, this.maps.verifierMaps);
    nameFunctions(bytes, kernelFunctions, this.kernelFunctions, result.insight, programType);
    const missing = decoded.instructions.filter(
      (it) =>
        it?.kind === "call-helper" &&
        it.helper !== TAIL_CALL &&
        !helpers.has(it.helper) &&
        !result.insight(it.index).dead,
    );
    const simulated = [...helpers.values()].map(({ name }) => name.replace(/^bpf_/, ""));
    const problems: Diagnostic[] = missing.map((it) => {
      const { helper, index } = it as CallHelper;
      const reason = NOT_SIMULATED.get(helper);
      return {
        code: "unsupported",
        severity: "error",
        message: `Program '${loaded.name}' calls ${HELPER_NAMES[helper]}, which is not simulated for ${programType.name} programs${reason === undefined ? "" : `: ${reason}`}.`,
        place: loaded.placeOf(index),
        hint: `Simulated are ${simulated.join(", ")}.`,
      };
    });
    for (const { name, instructions } of kernelFunctions) {
      const slot = instructions.find((one) => !result.insight(one).dead);
      if (slot === undefined) continue;
      if (this.kernelFunctions.idOf(name, result.insight(slot).allocates, programType) !== undefined) continue;
      problems.push({
        code: "unsupported",
        severity: "error",
        message: `Program '${loaded.name}' calls the kernel function ${name}, which is not simulated yet.`,
        place: loaded.placeOf(slot),
        hint: `Simulated are ${this.kernelFunctions.names().join(", ")}.`,
      });
    }
    if (problems.length > 0) throw new NetsimError(problems);
    const { name, license } = loaded;
    return {
      runs: hardWired(context.adapt?.(bytes, result) ?? bytes, result.insight),
      exceptionCallback: result.exceptionCallback,
      probes: probingLoads(decoded, result.insight),
      given: {
        name,
        license,
        type: programType,
        attachType,
        bytes,
        ...(object === undefined ? {} : { functions: object.program.functions }),
        insight: result.insight,
        maps: this.maps.verifierMaps,
        placeOf: loaded.placeOf,
      },
    };
  }

  private environment({ layout, helpers }: AnyExtendedContext): Environment {
    return {
      machine: this.machine,
      context: layout,
      helper: (number) => helpers.get(number),
      helperNumbers: () => helpers.keys(),
      kernelFunction: (id) => this.kernelFunctions.byId(id),
      resolve: (reference) => this.syscall.resolve(reference),
    };
  }
}
