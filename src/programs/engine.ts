import type { ClassicPacket } from "../bpf/classic/packet.ts";
import type { ObjectFunction } from "../bpf/object/object-file.ts";
import type { ProgramType } from "../bpf/program-type.ts";
import type { InstructionInsight } from "../bpf/verifier/insights.ts";
import type { VerifierMap } from "../bpf/verifier/map.ts";
import type { Environment } from "../bpf/vm/environment.ts";
import type { Machine } from "../bpf/vm/machine.ts";
import type { Place } from "../errors.ts";
import type { FilterWitness } from "../hooks/seccomp/seen.ts";
import type { LoadedClassicProgram } from "./language.ts";
import type { MapCommands } from "./map-commands.ts";
import type { RunnableProgram } from "./program-slot.ts";

/** An extended program that netsim's verifier has accepted, as it was given. */
export interface VerifiedProgram {
  readonly name: string;
  readonly type: ProgramType;
  /** `enum bpf_attach_type` that it was verified for. */
  readonly attachType: number;
  readonly license: string;
  /** 8-byte instructions with the descriptors of maps. */
  readonly bytes: Uint8Array;
  /** The object's functions, where it is of one. */
  readonly functions?: readonly ObjectFunction[];
  /** The maps that its descriptors are. */
  readonly maps: ReadonlyMap<number, VerifierMap>;
  /** Where the instruction in a slot was written. */
  placeOf(slot: number): Place;
  /** What was learnt of the instruction in a slot. */
  insight(slot: number): InstructionInsight;
}

/** What runs the programs of a topology. */
export interface ProgramRunner {
  /**
   * Makes a checked classic program ready to run on the packets that `view` shows, whose bytes lie in the machine's memory.
   * @param trims what it returns is a number of bytes, so that all numbers from the packet's length on are one.
   */
  prepare(program: LoadedClassicProgram, view: ClassicPacket, machine: Machine, trims: boolean): RunnableProgram;
  /**
   * Loads a verified extended program. Throws UnloadableProgram.
   * @param program without branches that are never taken.
   */
  load(program: Uint8Array, environment: Environment, verified: VerifiedProgram): RunnableProgram;
  /** Where maps are made; absent: in the simulated machine. */
  readonly maps?: MapCommands;
  /** Who is asked what filters of system calls do; absent: the simulation alone. */
  readonly filters?: FilterWitness;
  /** Gives back what it holds beside the machine's memory, once the run is over. */
  close?(): void;
}

interface EngineName {
  /** Unique among engines. */
  readonly name: string;
  /** What it is, in one line for people. */
  readonly description: string;
}

/** A way to run programs, as a plugin: what `--engine` chooses between. One that needs something from outside is opened for each run. */
export type Engine = EngineName & (ProgramRunner | OpenedForRuns);

export interface OpenedForRuns {
  /** Rejects with a NetsimError where what it needs is not there. */
  open(): Promise<ProgramRunner>;
}

/** What runs the programs of one run. */
export async function openEngine(engine: Engine): Promise<ProgramRunner> {
  return "open" in engine ? engine.open() : engine;
}
