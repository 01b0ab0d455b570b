import type { InstructionInsight } from "./insights.ts";
import type { Category } from "./refusal.ts";

/** The kernel's counters of a walk. */
export interface VerifierStatistics {
  /** Instructions walked, each time that one was. */
  readonly instructionsProcessed: number;
  readonly maxStatesPerInstruction: number;
  readonly totalStates: number;
  readonly peakStates: number;
  /** Bytes of stack of each function. */
  readonly stackDepths: readonly number[];
}

/** Why a program is refused. */
export interface VerifierError {
  /** Slot of the instruction; -1 where no one instruction is to blame. */
  readonly instruction: number;
  /** The last line of the kernel's words. */
  readonly message: string;
  /** All of them. */
  readonly lines: readonly string[];
  readonly category: Category;
  /** Slots of the instructions that led there, the refused one last; empty where the program was refused before it was walked. */
  readonly path: readonly number[];
}

export interface VerifierResult {
  readonly accepted: boolean;
  /** Present where the program is not accepted. */
  readonly error?: VerifierError;
  readonly log: string;
  readonly statistics: VerifierStatistics;
  /** Slot of the function that exceptions of the program go to; undefined where it says none. */
  readonly exceptionCallback?: number;
  /** Bytes of the context from its beginning on that it may touch. */
  readonly contextBytes: number;
  /** What was learnt about the instruction in a slot; says something only of accepted programs. */
  insight(index: number): InstructionInsight;
}
