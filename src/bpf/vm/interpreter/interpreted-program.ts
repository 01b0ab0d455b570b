import type { Instruction } from "../../isa/instruction.ts";
import type { Environment, Executable } from "../environment.ts";
import { linkProgram } from "../link.ts";
import { set, unsigned } from "./arithmetic64.ts";
import { type DenseCode, R0, R1 } from "./dense-code.ts";
import { densify } from "./densify.ts";
import { Execution, INTERPRETER, type InterpretedFunction } from "./execution.ts";

/** Instructions that a run may take unless the loader says otherwise: some seconds of work. */
export const DEFAULT_STEPS = 1_000_000_000;

export interface InterpreterOptions {
  /** Instructions after which a run is ended by a fault. */
  readonly steps?: number;
}

/**
 * A program loaded into the interpreter, the executable specification that other engines are compared with: it checks
 * every access and counts every instruction. `begin` gives a run that can be stepped and looked at.
 */
export class InterpretedProgram implements Executable {
  readonly slot: number;
  /** What the interpreter runs. */
  readonly code: DenseCode;
  private readonly environment: Environment;
  protected readonly steps: number;
  /** Numbers of this program's functions, by the slot where they begin. */
  private readonly functions = new Map<number, number>();
  /** An execution to use again, so that runs allocate nothing; absent while a run is under way. */
  private idle: Execution | undefined;

  /** Throws UnloadableProgram. */
  constructor(program: Uint8Array, environment: Environment, { steps = DEFAULT_STEPS }: InterpreterOptions = {}) {
    const linked = linkProgram(program, environment);
    this.environment = environment;
    this.steps = steps;
    this.slot = this.functionAt(0);
    this.code = densify(linked, environment, (entry) => this.functionAt(entry));
  }

  /** The instructions, one entry a slot. */
  get instructions(): readonly (Instruction | null)[] {
    return this.code.instructions;
  }

  readonly run = (context: number): number => {
    const execution = this.take();
    try {
      this.complete(this.begin(context, execution));
      return execution.values[R0]!;
    } finally {
      this.idle = execution;
    }
  };

  runWide(context: number): bigint {
    const execution = this.take();
    try {
      this.complete(this.begin(context, execution));
      return unsigned(execution.values, R0);
    } finally {
      this.idle = execution;
    }
  }

  readonly runBatch = (contexts: number, count: number, results: number): void => {
    const { memory } = this.environment.machine;
    for (let i = 0; i < count; i++) memory.setUint32(results + 4 * i, this.run(memory.uint32(contexts + 4 * i)));
  };

  /** A run before its first instruction: `resume` it step by step. The registers R1 and R10 are set. */
  begin(context: number, execution = new Execution(this.code)): Execution {
    execution.start(this.code, 0, context);
    execution.values[R1] = context;
    return execution;
  }

  release(): void {
    for (const slot of this.functions.values()) this.environment.machine.functions.remove(slot);
    this.functions.clear();
  }

  private take(): Execution {
    const execution = this.idle ?? new Execution(this.code);
    this.idle = undefined;
    return execution;
  }

  /** Runs to the end. Throws what `resume` throws, and InterpretedFault where the program takes too many instructions. */
  protected complete(execution: Execution): void {
    if (!execution.resume(this.steps)) throw execution.tooLong();
  }

  /** Number of the function that begins at a slot. */
  private functionAt(entry: number): number {
    let slot = this.functions.get(entry);
    if (slot === undefined) {
      slot = this.environment.machine.functions.add(new Entry(this, entry));
      this.functions.set(entry, slot);
    }
    return slot;
  }

  /** Runs the function that begins at a slot, its arguments in R1 to R5, within the run that is under way. */
  call(entry: number, registers: readonly [bigint, bigint, bigint, bigint, bigint]): bigint {
    const { memory, contextCell } = this.environment.machine;
    const execution = this.take();
    try {
      execution.start(this.code, entry, memory.uint32(contextCell));
      registers.forEach((value, i) => {
        set(execution.values, R1 + 2 * i, value);
      });
      this.complete(execution);
      return unsigned(execution.values, R0);
    } finally {
      this.idle = execution;
    }
  }
}

/** A function of the program, as function pointers and program arrays reach it. */
class Entry implements InterpretedFunction {
  readonly engine = INTERPRETER;
  readonly entry: number;
  private readonly program: InterpretedProgram;

  constructor(program: InterpretedProgram, entry: number) {
    this.program = program;
    this.entry = entry;
  }

  get code(): DenseCode {
    return this.program.code;
  }

  call(...registers: [bigint, bigint, bigint, bigint, bigint]): bigint {
    return this.program.call(this.entry, registers);
  }
}
