import type { Alu, Branch } from "../../isa/instruction.ts";
import type { ProgramType } from "../../program-type.ts";
import type { Insights } from "../insights.ts";
import type { LogMark, VerifierLog } from "../log/verifier-log.ts";
import type { WalkObserver } from "../observer.ts";
import type { Privileges } from "../privileges.ts";
import type { ControlFlow } from "../program/control-flow.ts";
import { argumentsOfGlobal, type FunctionArgument, type FunctionInfo } from "../program/function-types.ts";
import type { ProgramModel } from "../program/program-model.ts";
import { argumentsOfStatic } from "../program/static-arguments.ts";
import { ExploredStates } from "../pruning/explored-states.ts";
import { IdMap } from "../pruning/id-map.ts";
import { PrecisionDemand } from "../pruning/precision-demand.ts";
import type { StackLiveness } from "../pruning/stack-liveness.ts";
import { type Category, Refusal } from "../refusal.ts";
import { Frame, NO_CALLSITE } from "../state/frame.ts";
import { pointer, type Register, UNKNOWN_SCALAR } from "../state/register.ts";
import { TYPE } from "../state/register-type.ts";
import { type StructType, StructTypes } from "../state/struct-type.ts";
import { type HistoryEntry, type LinkedRegister, WalkState } from "../state/walk-state.ts";
import { type Refined, refine } from "../values/refinement.ts";
import type { Scalar } from "../values/scalar.ts";
import { contextNames } from "./context-names.ts";
import type { WalkSetup } from "./walk-setup.ts";

/** Instructions that a walk may come through, counted each time (BPF_COMPLEXITY_LIMIT_INSNS). */
export const MAX_INSTRUCTIONS = 1_000_000;
/** Paths that may wait to be walked (BPF_COMPLEXITY_LIMIT_JMP_SEQ). */
const MAX_PENDING = 8192;

/** The last result of an instruction, and what it was of. */
interface Kept<Result> {
  readonly a: Scalar;
  readonly b: Scalar;
  readonly result: Result;
}

/** A path that waits. */
interface Pending {
  readonly state: WalkState;
  readonly index: number;
  readonly previous: number;
  readonly logMark: LogMark;
}

/** The walk over all paths of the program: where it stands, and what it keeps (`struct bpf_verifier_env`). */
export class Walk {
  readonly model: ProgramModel;
  readonly flow: ControlFlow;
  readonly liveRegisters: Uint16Array;
  readonly liveness: StackLiveness;
  readonly programType: ProgramType;
  readonly privileges: Privileges;
  readonly setup: WalkSetup;
  readonly log: VerifierLog;
  readonly insights: Insights;
  readonly observer: WalkObserver | undefined;
  readonly explored: ExploredStates;
  readonly demand = new PrecisionDemand();
  readonly ids = new IdMap();
  /** The program's functions as BTF describes them, by number; empty without BTF. */
  readonly functions: readonly FunctionInfo[];
  /** Names of the kernel's functions, by the slots that call them. */
  readonly kernelFunctions: ReadonlyMap<number, string>;
  /** Global functions that some path calls. */
  readonly calledGlobals = new Set<number>();
  /** What static functions take, by number; no longer known of those that were called with something else. */
  readonly staticArguments = new Map<number, readonly FunctionArgument[] | "">();
  /** The structs that pointers point to. */
  readonly structs: StructTypes;
  /** Why what an argument points at cannot be what is asked for, where that is more than that it is not. */
  complaint: string | undefined;
  /** Functions that helpers call. */
  readonly callbacks = new Set<number>();
  /** Functions that run by themselves, some time later. */
  readonly asyncCallbacks = new Set<number>();
  /** The function that bpf_loop calls at a slot, where no flags are given. */
  readonly loopFunctions = new Map<number, number>();
  state: WalkState;
  /** The instruction at hand, and the one before it on the path. */
  index = 0;
  previousIndex = -1;
  instructionsProcessed = 0;
  jumpsProcessed = 0;
  /**
   * By slot, for users without CAP_PERFMON: what masks pointer arithmetic needs and how wide they are, whether a barrier before
   * the instruction keeps processors from running it ahead, and whether one behind it does.
   */
  readonly aluStates: Uint8Array;
  readonly aluLimits: Float64Array;
  readonly nospec: Uint8Array;
  readonly nospecResult: Uint8Array;
  /** States are alike only where scalars are the same, as masks may depend on them. */
  exploreAluLimits = false;
  /** Types of the pointers that loads and stores go by, by slot; 0 where no path came yet. */
  readonly accessTypes: Int32Array;
  /** Bytes of stack that each function uses. */
  readonly stackDepths: number[];
  readonly #pending: Pending[] = [];
  #lastId = 0;
  #entry: HistoryEntry | null = null;
  readonly #iteratorKinds = new Map<string, StructType>();
  /** Undefined where the walk never came, null where it came once: most instructions see no second time. */
  readonly #computed: (Kept<Scalar> | null | undefined)[];
  readonly #refined: (Kept<Refined> | null | undefined)[];

  constructor(setup: WalkSetup) {
    this.setup = setup;
    this.model = setup.model;
    this.flow = setup.flow;
    this.liveRegisters = setup.liveRegisters;
    this.liveness = setup.liveness;
    this.programType = setup.programType;
    this.functions = setup.types?.functions ?? [];
    this.kernelFunctions = setup.kernelFunctions;
    this.structs = new StructTypes(setup.kernelTypes, setup.types?.btf);
    this.privileges = setup.privileges;
    const guarded = setup.privileges.perfmon ? 0 : setup.model.instructions.length;
    this.aluStates = new Uint8Array(guarded);
    this.aluLimits = new Float64Array(guarded);
    this.nospec = new Uint8Array(guarded);
    this.nospecResult = new Uint8Array(guarded);
    this.accessTypes = new Int32Array(setup.model.instructions.length);
    this.log = setup.log;
    this.insights = setup.insights;
    this.observer = setup.observer;
    this.explored = new ExploredStates(setup.cycles, setup.log);
    this.#computed = new Array(setup.model.instructions.length);
    this.#refined = new Array(setup.model.instructions.length);
    this.stackDepths = setup.model.subprograms.map(() => 0);
    const frame = Frame.enter(NO_CALLSITE, 0, 0);
    frame.registers[1] = pointer(TYPE.context);
    if (!this.privileges.bpf) frame.markAllPrecise();
    this.state = new WalkState([frame]);
    this.state.branches = 1;
  }

  get frame(): Frame {
    return this.state.frame;
  }

  get lastId(): number {
    return this.#lastId;
  }

  newId(): number {
    return ++this.#lastId;
  }

  refuse(category: Category, ...lines: string[]): never {
    throw new Refusal(category, this.index, lines);
  }

  /** The register, which must have been set (check_reg_arg of a source). */
  read(number: number): Register {
    const register = this.frame.registers[number]!;
    this.log.touch(number);
    if (register.type === TYPE.notInit) this.refuse("uninitialized", `R${number} !read_ok`);
    return register;
  }

  /** The register holds an address, which the user may not see (is_pointer_value). */
  isSecret(number: number): boolean {
    return !this.privileges.perfmon && this.frame.registers[number]!.type !== TYPE.scalar;
  }

  /** Checks that the register may be set (check_reg_arg of a destination). */
  checkWritable(number: number): void {
    this.log.touch(number);
    if (number === 10) this.refuse("memory-access", "frame pointer is read only");
  }

  write(number: number, value: Register): void {
    this.frame.registers[number] = value;
  }

  /** Sets a register to what nothing is known of. */
  writeUnknown(number: number): void {
    this.checkWritable(number);
    this.write(number, UNKNOWN_SCALAR);
  }

  /** What an ALU instruction makes of two scalars; kept, as walks come by often with the same ones. */
  compute(
    it: Alu,
    a: Scalar,
    b: Scalar,
    by: (operation: Alu["operation"], width: 32 | 64, a: Scalar, b: Scalar) => Scalar,
  ): Scalar {
    const kept = this.#computed[it.index];
    if (kept && kept.a === a && kept.b === b) return kept.result;
    const result = by(it.operation, it.bits, a, b);
    this.#computed[it.index] = kept === undefined ? null : { a, b, result };
    return result;
  }

  /** What a comparison tells of two scalars; kept likewise. */
  refine(it: Branch, a: Scalar, b: Scalar): Refined {
    const kept = this.#refined[it.index];
    if (kept && kept.a === a && kept.b === b) return kept.result;
    const result = refine(it.condition, it.bits, a, b, it.src === it.dst);
    this.#refined[it.index] = kept === undefined ? null : { a, b, result };
    return result;
  }

  /** The program is about to end or to be left: it must have given back what it acquired (check_reference_leak). */
  checkReferencesReturned(by: string, locksToo = true, everyFrame = false): void {
    const { lock, references, frames, irqId, rcuLocked, preemptLocks } = this.state;
    if (locksToo && lock !== null) this.refuse("lock", `${by} cannot be used inside bpf_spin_lock-ed region`);
    const held = everyFrame || frames.length === 1 ? references.filter(({ isIrq }) => isIrq !== true) : [];
    if (held.length > 0) {
      const leaks = held.map(({ id, index }) => `Unreleased reference id=${id} alloc_insn=${index}`);
      this.refuse("reference", ...leaks, `${by} would lead to reference leak`);
    }
    if (locksToo && irqId !== 0) this.refuse("lock", `${by} cannot be used inside bpf_local_irq_save-ed region`);
    if (locksToo && rcuLocked) this.refuse("lock", `${by} cannot be used inside bpf_rcu_read_lock-ed region`);
    if (locksToo && preemptLocks > 0) this.refuse("lock", `${by} cannot be used inside bpf_preempt_disable-ed region`);
  }

  /** acquire_reference_state */
  acquireReference(isIrq = false): number {
    const id = this.newId();
    this.state.references = [...this.state.references, { id, index: this.index, ...(isIrq && { isIrq }) }];
    return id;
  }

  /** What stands for a kind of iterators; the same object every time. */
  iteratorKind(name: string): StructType {
    let kind = this.#iteratorKinds.get(name);
    if (kind === undefined) {
      kind = { name, btf: null, id: 0, isLocal: false };
      this.#iteratorKinds.set(name, kind);
    }
    return kind;
  }

  get hasExceptionCallback(): boolean {
    return this.setup.exceptionCallback !== undefined;
  }

  /** The function at hand was called to compare two nodes of a tree (in_rbtree_lock_required_cb). */
  get inTreeOrder(): boolean {
    return this.frame.callback?.ordersTree === true;
  }

  /** Kernel objects under RCU stay alive (in_rcu_cs). */
  get inCriticalSection(): boolean {
    return this.state.rcuLocked || this.state.lock !== null || !this.setup.sleepable;
  }

  /** Notes what backtracking will ask about the instruction at hand (push_jmp_history). */
  noteHistory(flags: number, linked: readonly LinkedRegister[] | null): void {
    if (this.#entry !== null) {
      // States share the entries of their history, but never the one of the instruction at hand.
      this.#entry.flags |= flags;
      this.#entry.linked = linked;
      return;
    }
    this.#entry = { index: this.index, previous: this.previousIndex, flags, linked };
    this.state.history.push(this.#entry);
  }

  beginInstruction(): void {
    this.#entry = null;
  }

  /** Lets a path wait that begins at `index`; returns its state, to be changed (push_stack). */
  fork(index: number, previous: number, speculative = false): WalkState {
    const state = this.state.copy();
    if (speculative) state.speculative = true;
    state.branches = 1;
    this.#pending.push({ state, index, previous, logMark: this.log.mark() });
    if (this.#pending.length > MAX_PENDING)
      this.refuse("complexity", `The sequence of ${this.#pending.length} jumps is too complex.`);
    if (state.parent !== null) state.parent.branches++;
    this.observer?.forked?.(this);
    return state;
  }

  /** The last state that stood at an instruction, of those on the way to `from` (find_prev_entry). */
  previousVisit(from: WalkState | null, index: number): WalkState | undefined {
    for (let state = from; state !== null; state = state.parent)
      if (state.index === index && sameCalls(state, this.state)) return state;
    return undefined;
  }

  isGlobal(subprogram: number): boolean {
    return this.functions[subprogram]?.linkage === "global";
  }

  /** Arguments of a global function. Throws where its types do not fit. */
  argumentsOf(subprogram: number): readonly FunctionArgument[] {
    return argumentsOfGlobal(
      this.setup.types!,
      this.functions[subprogram]!,
      contextNames(this.programType),
      this.setup.kernelTypes,
    );
  }

  /** Arguments of a function that is walked with what callers give, or why they are not looked at. */
  argumentsOfStatic(subprogram: number): readonly FunctionArgument[] | string {
    const known = this.staticArguments.get(subprogram);
    if (known !== undefined) return known;
    const { types } = this.setup;
    const found =
      types === undefined ? "" : argumentsOfStatic(types, this.functions[subprogram]!, contextNames(this.programType));
    this.staticArguments.set(subprogram, typeof found === "string" ? "" : found);
    return found;
  }

  /** Whether a function, or one that it calls, makes void what is known of the packet. */
  changesPacket(subprogram: number): boolean {
    return this.setup.packetChangers.has(subprogram);
  }

  /** The walk begins at a function, with nothing explored. */
  begin(subprogram: number): void {
    const { start } = this.model.subprograms[subprogram]!;
    const frame = Frame.enter(NO_CALLSITE, 0, subprogram);
    if (!this.privileges.bpf) frame.markAllPrecise();
    this.state = new WalkState([frame]);
    this.state.branches = 1;
    this.state.firstIndex = start;
    this.index = start;
    this.previousIndex = -1;
    this.explored.forgetAll();
    this.liveness.leave();
  }

  /** Goes on with the path that was put off last; false where there is none (pop_stack). */
  resume(): boolean {
    const next = this.#pending.pop();
    if (next === undefined) return false;
    this.state = next.state;
    this.index = next.index;
    this.previousIndex = next.previous;
    this.log.backTo(next.logMark);
    this.observer?.resumed?.(this);
    return true;
  }
}

function sameCalls(a: WalkState, b: WalkState): boolean {
  return a.frames.length === b.frames.length && a.frames.every((frame, i) => frame.callsite === b.frames[i]!.callsite);
}
