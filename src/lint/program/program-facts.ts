import { decodeProgram } from "../../bpf/isa/decode.ts";
import type { Instruction } from "../../bpf/isa/instruction.ts";
import type { LoadedProgram } from "../../programs/language.ts";
import { classicFacts } from "./classic-facts.ts";
import { type KnownMap, mapsOf } from "./known-maps.ts";
import { type Registers, walk } from "./walk.ts";

/** What can be told of a program without running it. */
export interface ProgramFacts {
  /** Constants that it returns, signed 32 bits, each once. */
  readonly returns: readonly number[];
  /** It returns nothing else. */
  readonly isComplete: boolean;
  /** Numbers of the helpers that it calls. */
  readonly helpers: ReadonlySet<number>;
  /** Calls of helpers on maps that are known. */
  readonly mapCalls: readonly { readonly helper: number; readonly map: KnownMap }[];
  readonly writes: readonly PacketWrite[];
  /** Bytes of its context that it reads. */
  readonly contextReads: ReadonlySet<number>;
  /** Numbers that it compares something with, for being equal. */
  readonly comparedWith: ReadonlySet<number>;
  /** It loads from the packet in the way that ends it with 0 outside. */
  readonly endsOutside: boolean;
}

/** Bytes of the packet that a program changes; `at` counts from its beginning, absent where nobody knows. */
export interface PacketWrite {
  readonly at?: number;
  readonly bytes: number;
}

/** @param dataAt offset of the packet's address in its context. */
export function factsOf(loaded: LoadedProgram, dataAt: number | undefined): ProgramFacts {
  if (loaded.form === "classic") return classicFacts(loaded.instructions);
  const { instructions } = decodeProgram(loaded.bytes);
  const collector = new Collector();
  const maps = mapsOf(loaded);
  const places = { dataAt, mapAt: (instruction: Instruction) => maps(instruction) };
  walk(instructions, 0, places, (instruction, registers) => collector.see(instruction, registers, true));
  const functions = new Set(instructions.flatMap((it) => (it?.kind === "call-local" ? it.target : [])));
  for (const entry of functions)
    walk(instructions, entry, places, (instruction, registers) => collector.see(instruction, registers, false));
  return collector.facts;
}

/** Helpers that write into the packet: bpf_skb_store_bytes, bpf_l3_csum_replace, bpf_l4_csum_replace, bpf_xdp_store_bytes. */
const WRITING: readonly number[] = [9, 10, 11, 190];

class Collector {
  private readonly returned = new Set<number>();
  private isComplete = true;
  private readonly helpers = new Set<number>();
  private readonly mapCalls: { helper: number; map: KnownMap }[] = [];
  private readonly writes: PacketWrite[] = [];
  private readonly contextReads = new Set<number>();
  private readonly comparedWith = new Set<number>();
  private endsOutside = false;

  get facts(): ProgramFacts {
    const { returned, isComplete, helpers, mapCalls, writes, contextReads, comparedWith, endsOutside } = this;
    return { returns: [...returned], isComplete, helpers, mapCalls, writes, contextReads, comparedWith, endsOutside };
  }

  see(it: Instruction, registers: Registers, isMain: boolean): void {
    switch (it.kind) {
      case "exit": {
        if (!isMain) return;
        const { value } = registers[0]!;
        if (value === undefined || value.kind !== "numbers") this.isComplete = false;
        else for (const number of value.numbers) this.returned.add(number | 0);
        if (registers[0]!.isMore) this.isComplete = false;
        return;
      }
      case "call-helper": {
        this.helpers.add(it.helper);
        const first = registers[1]!.value;
        if (first?.kind === "map") this.mapCalls.push({ helper: it.helper, map: first.map });
        if (WRITING.includes(it.helper)) {
          const at = registers[2]!.value;
          const [only, ...others] = at?.kind === "numbers" ? at.numbers : [];
          this.writes.push({ bytes: 1, ...(only !== undefined && others.length === 0 && { at: only }) });
        }
        return;
      }
      case "load": {
        const from = registers[it.src]!.value;
        if (from?.kind === "context") this.contextReads.add(it.offset);
        return;
      }
      case "store":
      case "atomic":
      case "store-release": {
        const to = registers[it.dst]!.value;
        if (to?.kind === "packet")
          this.writes.push({ bytes: it.bytes, ...(to.at !== undefined && { at: to.at + it.offset }) });
        return;
      }
      case "branch":
        if (it.src === null && (it.condition === "eq" || it.condition === "ne")) this.comparedWith.add(it.imm);
        return;
      case "packet-load":
        this.endsOutside = true;
        return;
    }
  }
}
