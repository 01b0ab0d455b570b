import { generalHelpers } from "./helpers/general.ts";
import type { Surroundings } from "./helpers/surroundings.ts";
import { decodeProgram } from "./isa/decode.ts";
import { KernelFunctions } from "./kernel-functions/kernel-functions.ts";
import { nameFunctions } from "./kernel-functions/name-functions.ts";
import { ERRNO } from "./maps/errno.ts";
import type { KernelObjects } from "./maps/kernel-objects.ts";
import type { MapPlace } from "./maps/map-place.ts";
import { isOwned } from "./maps/program-owner.ts";
import { PROGRAM_TYPES } from "./program-type.ts";
import { expectedAttachType } from "./syscall/attach-types.ts";
import { LOAD_FLAG, loadErrno, type ProgramAttributes } from "./syscall/load-check.ts";
import type { MapObject, ProgramObject } from "./syscall/objects.ts";
import { programTag } from "./syscall/program-tag.ts";
import { verdictErrno } from "./syscall/verdict-errno.ts";
import { verifierMapOf } from "./syscall/verifier-map.ts";
import { BpfSyscall } from "./syscall.ts";
import { TEST_CONTEXTS } from "./test-run/context.ts";
import { type LentPacket, type PacketLender, surroundingsOf } from "./test-run/lent-packet.ts";
import { ProgramTestRun, type TestRunResult } from "./test-run/program-test-run.ts";
import { TEST_RUN_FLAG, type TestRunInput } from "./test-run/test-context.ts";
import { hardWired } from "./verifier/hard-wire.ts";
import type { VerifierMap } from "./verifier/map.ts";
import { narrowStores } from "./verifier/narrow-stores.ts";
import type { VerifierError } from "./verifier/verifier-result.ts";
import { verify } from "./verifier/verify.ts";
import type { ContextLayout, Environment, Executable } from "./vm/environment.ts";
import { InterpretedProgram } from "./vm/interpreter/interpreted-program.ts";
import { Jit } from "./vm/jit/jit.ts";
import { Machine } from "./vm/machine.ts";
import { LinearMemory } from "./vm/memory.ts";
import { UnloadableProgram } from "./vm/unloadable-program.ts";

/** How a simulated bpf(2) is set up. */
export interface BpfOptions {
  /** What runs programs; default `jit`. */
  readonly engine?: "interpreter" | "jit";
  /** Processors that per-CPU maps have values for; default 1. */
  readonly possibleCpus?: number;
  /** Number of the processor that runs programs; default 0. */
  readonly cpu?: () => number;
  /** Time, chance, tasks and what programs print. Without: time stands still at 0, and random numbers are the same each time. */
  readonly surroundings?: Partial<Surroundings>;
  /** Lends test runs their packets, and programs the helpers on them; without, there are none. */
  readonly packets?: PacketLender;
  /** Sockets, devices and the like that maps may hold. */
  readonly objects?: KernelObjects;
  /** Bytes that maps, packets and stacks may take together; default 1 GiB. */
  readonly memory?: number;
}

/** What BPF_PROG_LOAD gives. */
export interface ProgramLoad {
  /** The program's descriptor, or a negative error number. */
  readonly descriptor: number;
  /** The verifier's log; of a refused program the reason is the last line but one. */
  readonly log: string;
}

/** The processor that BPF_PROG_TEST_RUN asks for while a program runs on it. */
interface LentProcessor {
  processor: number | undefined;
}

/**
 * bpf(2) with programs: verified, compiled and run here. What netsim itself cannot do with a program that Linux might load -
 * a helper or a kernel function that is not simulated - is refused with EOPNOTSUPP, which Linux never gives there, and named in the log.
 */
export class Bpf extends BpfSyscall {
  private readonly surroundings: Surroundings;
  private readonly kernelFunctions: KernelFunctions;
  private readonly engine: "interpreter" | "jit";
  private readonly lent: LentProcessor;
  private readonly runs = new WeakMap<ProgramObject, ProgramTestRun>();
  private readonly packets: PacketLender | undefined;
  /** Programs of a type share what they are lent, as they may call one another in a packet's course. */
  private readonly lentPackets = new Map<string, LentPacket | undefined>();

  constructor(options: BpfOptions = {}) {
    const { engine = "jit", possibleCpus = 1, cpu = () => 0, surroundings, objects, memory, packets } = options;
    const machine = new Machine(new LinearMemory(memory));
    const lent: LentProcessor = { processor: undefined };
    const onProcessor = () => lent.processor ?? cpu();
    const place: MapPlace = { machine, possibleCpus, cpu: onProcessor, ...(objects === undefined ? {} : { objects }) };
    super(place);
    this.lent = lent;
    this.engine = engine;
    this.packets = packets;
    this.surroundings = { nanoseconds: () => 0n, random: sequence(), ...surroundings };
    this.kernelFunctions = new KernelFunctions(this);
  }

  /** BPF_PROG_LOAD. */
  loadProgram(attributes: ProgramAttributes): ProgramLoad {
    const errno = loadErrno(attributes);
    if (errno !== 0) return { descriptor: errno, log: "" };
    const type = PROGRAM_TYPES.find(({ number }) => number === attributes.type);
    if (type === undefined)
      return { descriptor: -ERRNO.EOPNOTSUPP, log: `netsim does not verify programs of type ${attributes.type}.\n` };
    const { instructions, license, flags = 0, kernelFunctions = [], logLevel = 1 } = attributes;
    const attachType = expectedAttachType(attributes.type, attributes.attachType ?? 0);
    const types = attributes.types === undefined ? undefined : this.objects.ofKind(attributes.types.btf, "btf");
    if (typeof types === "number") return { descriptor: types, log: "" };
    const maps = this.mapsOf(instructions);
    const verdict = verify(instructions, {
      type,
      maps: new Map([...maps].map(([descriptor, map]) => [descriptor, this.describe(map)])),
      license,
      expectedAttachType: attachType,
      possibleCpus: this.place.possibleCpus,
      logLevel,
      sleepable: (flags & LOAD_FLAG.SLEEPABLE) !== 0,
      strictAlignment: (flags & LOAD_FLAG.STRICT_ALIGNMENT) !== 0,
      keepEveryState: (flags & LOAD_FLAG.TEST_STATE_FREQ) !== 0,
      kernelFunctions: new Map(
        kernelFunctions.flatMap(({ name, instructions: slots }) => slots.map((slot) => [slot, name] as const)),
      ),
      ...(types === undefined ? {} : { types: { btf: types.btf, functions: attributes.types!.functions } }),
    });
    const { error, log } = verdict;
    if (error !== undefined) return { descriptor: this.refusal(error), log };
    for (const { map } of maps.values())
      if (isOwned(map) && !map.owner.admits({ type: type.number, attachType, flags }))
        return { descriptor: -ERRNO.EINVAL, log };
    const narrowed = type.context.name === "__sk_buff" ? narrowStores(instructions, verdict) : instructions;
    const bytes = hardWired(narrowed, verdict.insight).slice();
    nameFunctions(bytes, kernelFunctions, this.kernelFunctions, verdict.insight, type);
    const context = TEST_CONTEXTS[type.name];
    const packets = this.packetsOf(type.name);
    const environment = {
      ...this.environment(context?.layout ?? { size: type.context.size }, packets),
      exceptionCallback: verdict.exceptionCallback,
    };
    let executable: Executable;
    try {
      executable =
        this.engine === "jit"
          ? new Jit().load(bytes, environment, { clearStacks: true })
          : new InterpretedProgram(bytes, environment);
    } catch (problem) {
      if (!(problem instanceof UnloadableProgram)) throw problem;
      const lines = problem.problems.map(({ message, hint }) => [message, hint ?? ""].join(" ").trim());
      return { descriptor: -ERRNO.EOPNOTSUPP, log: `${log}${lines.join("\n")}\n` };
    }
    const tested = { attachType, contextBytes: verdict.contextBytes, processors: this.place.possibleCpus };
    const run =
      context === undefined ? undefined : new ProgramTestRun(context, tested, executable, environment, packets);
    const descriptor = this.openProgram(executable.slot, {
      name: attributes.name ?? "",
      type: attributes.type,
      license,
      size: instructions.length,
      maps: [...maps.values()].map(({ id }) => id),
      attachType,
      flags,
      tag: programTag(instructions),
      verified: verdict.statistics.instructionsProcessed,
      release: () => (run ?? executable).release(),
    });
    const program = this.objects.ofKind(descriptor, "program");
    if (run !== undefined && typeof program !== "number") this.runs.set(program, run);
    return { descriptor, log };
  }

  /** BPF_PROG_TEST_RUN. Programs of types that netsim makes no context for give ENOTSUPP, as those that Linux makes none for. */
  testRun(descriptor: number, input: TestRunInput): TestRunResult | number {
    const program = this.objects.ofKind(descriptor, "program");
    if (typeof program === "number") return program;
    this.lent.processor = ((input.flags ?? 0) & TEST_RUN_FLAG.ON_CPU) === 0 ? undefined : input.cpu;
    try {
      return this.runs.get(program)?.run(input) ?? -ERRNO.ENOTSUPP;
    } finally {
      this.lent.processor = undefined;
    }
  }

  private refusal(error: VerifierError): number {
    if (error.category === "unsupported") return -ERRNO.EOPNOTSUPP;
    const descriptor = /^fd (-?\d+) is not pointing to valid bpf_map$/.exec(error.message)?.[1];
    const opened = descriptor === undefined ? undefined : this.objects.ofKind(Number(descriptor), "map");
    return typeof opened === "number" ? opened : verdictErrno(error);
  }

  /** Maps that a program names and that are open, by their descriptors. */
  private mapsOf(instructions: Uint8Array): ReadonlyMap<number, MapObject> {
    const maps = new Map<number, MapObject>();
    for (const instruction of decodeProgram(instructions).instructions) {
      if (instruction?.kind !== "reference" || (instruction.to !== "map-fd" && instruction.to !== "map-value"))
        continue;
      const opened = this.objects.ofKind(instruction.imm, "map");
      if (typeof opened !== "number") maps.set(instruction.imm, opened);
    }
    return maps;
  }

  private describe(opened: MapObject): VerifierMap {
    const { map } = opened;
    const at = map.directValue();
    const { bytes } = this.place.machine.memory;
    return verifierMapOf(opened, at === 0 ? undefined : bytes.slice(at, at + map.directSize));
  }

  private packetsOf(type: string): LentPacket | undefined {
    if (!this.lentPackets.has(type)) this.lentPackets.set(type, this.packets?.(type, this));
    return this.lentPackets.get(type);
  }

  private environment(context: ContextLayout, packets: LentPacket | undefined): Environment {
    const helpers = new Map([
      ...(packets?.helpers ?? []),
      ...generalHelpers(this, { ...this.surroundings, ...surroundingsOf(packets) }),
    ]);
    return {
      machine: this.place.machine,
      context,
      helper: (number) => helpers.get(number),
      helperNumbers: () => helpers.keys(),
      kernelFunction: (id) => this.kernelFunctions.byId(id),
      resolve: (reference) => this.resolve(reference),
    };
  }
}

/** Numbers that look random and are the same each time (Weyl's sequence, mixed). */
function sequence(): () => number {
  let state = 0;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    const mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    return (mixed ^ (mixed >>> 15)) >>> 0;
  };
}
