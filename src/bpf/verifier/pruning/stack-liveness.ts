import type { VerifierLog } from "../log/verifier-log.ts";
import type { ControlFlow } from "../program/control-flow.ts";
import type { ProgramModel } from "../program/program-model.ts";
import type { WalkState } from "../state/walk-state.ts";
import { ChainLiveness, type Link } from "./chain-liveness.ts";

/**
 * Which stack slots may still be read (kernel/bpf/liveness.c of Linux 6.18). The walk notes, for each chain of calls and
 * each instruction, the slots that the instruction may read and those that it writes whole whenever it runs; whenever a path
 * ends, the notes are carried back over the control-flow graph and into the callers. Slots that are not live are forgotten in
 * explored states, so that more states are alike.
 */
export class StackLiveness {
  readonly #model: ProgramModel;
  readonly #postorders: readonly Int32Array[];
  readonly #flow: ControlFlow;
  readonly #log: VerifierLog;
  readonly #instances = new Map<string, ChainLiveness>();
  #current: ChainLiveness | null = null;
  /** Slots written by the instruction at hand, by frame: low and high words. */
  readonly #written = new Int32Array(16);
  #writingIndex = 0;

  constructor(model: ProgramModel, postorders: readonly Int32Array[], flow: ControlFlow, log: VerifierLog) {
    this.#flow = flow;
    this.#log = log;
    this.#model = model;
    this.#postorders = postorders;
  }

  /** The walk goes on in another function. */
  leave(): void {
    this.#current = null;
  }

  beginInstruction(state: WalkState, index: number): void {
    this.#current ??= this.#lookUp(chainOf(state, state.frames.length - 1));
    this.#writingIndex = index;
    this.#written.fill(0, 0, this.#current.depth * 2);
  }

  noteRead(state: WalkState, index: number, frame: number, slot: number): void {
    this.#current ??= this.#lookUp(chainOf(state, state.frames.length - 1));
    this.#current.addRead(frame, index, slot < 32 ? 1 << slot : 0, slot < 32 ? 0 : 1 << (slot - 32));
  }

  noteWrite(frame: number, slot: number): void {
    this.#written[frame * 2 + (slot >> 5)]! |= 1 << (slot & 31);
  }

  endInstruction(): void {
    this.#current?.commitWrites(this.#writingIndex, this.#written);
  }

  /** Carries the notes of every function that the state is in to where they matter. */
  update(state: WalkState): void {
    this.#current = null;
    for (let frame = state.frames.length - 1; frame >= 0; frame--) {
      const instance = this.#lookUp(chainOf(state, frame));
      if (!instance.updated) continue;
      instance.solve(this.#model, this.#postorders[instance.subprogram]!, this.#flow, this.#log);
      if (instance.depth > 1) this.#tellCaller(instance);
      instance.updated = false;
      instance.dropped = false;
    }
  }

  #tellCaller(callee: ChainLiveness): void {
    const caller = this.#lookUp(callee.chain.slice(0, -1));
    const callsite = callee.chain[callee.chain.length - 2]!.callsite;
    const written = new Int32Array(16);
    for (let frame = 0; frame < callee.depth - 1; frame++) {
      const masks = callee.frames[frame];
      if (masks === undefined) continue;
      written[frame * 2] = masks.writtenLater[0]!;
      written[frame * 2 + 1] = masks.writtenLater[1]!;
      caller.addRead(frame, callsite, masks.liveBefore[0]!, masks.liveBefore[1]!);
    }
    caller.commitWrites(callsite, written);
  }

  /** Asks about one state at a time. */
  query(state: WalkState): (frame: number, slot: number) => boolean {
    const instances = state.frames.map((_, frame) => this.#lookUp(chainOf(state, frame)));
    const innermost = instances[instances.length - 1]!;
    return (frame, slot) => {
      if (innermost.isLive(frame, state.index, slot)) return true;
      for (let i = frame; i < instances.length - 1; i++)
        if (instances[i]!.isLive(frame, state.frames[i + 1]!.callsite + 1, slot)) return true;
      return false;
    };
  }

  #lookUp(chain: readonly Link[]): ChainLiveness {
    let key = "";
    for (let i = 0; i < chain.length - 1; i++) key += `${chain[i]!.callsite},`;
    key += this.#model.subprograms[chain[chain.length - 1]!.subprogram]!.start;
    let instance = this.#instances.get(key);
    if (instance === undefined) {
      const { start, end } = this.#model.subprograms[chain[chain.length - 1]!.subprogram]!;
      instance = new ChainLiveness(chain, start, end - start);
      this.#instances.set(key, instance);
    }
    return instance;
  }
}

function chainOf(state: WalkState, last: number): Link[] {
  const chain: Link[] = [];
  for (let i = 0; i <= last; i++)
    chain.push({ subprogram: state.frames[i]!.subprogram, callsite: i < last ? state.frames[i + 1]!.callsite : -1 });
  return chain;
}
