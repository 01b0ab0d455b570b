import { decodeProgram } from "../../../isa/decode.ts";
import { INSTRUCTION_BYTES, type Reference } from "../../../isa/instruction.ts";
import type { BpfSyscall } from "../../../syscall.ts";
import type { TestContext, TestPacket } from "../../../test-run/context.ts";
import { ExtendedTestProgram, testMaps } from "../../../test-run/test-program.ts";
import { BPF_ENGINES } from "../../../vm/engine.ts";
import { ProgramFault } from "../../../vm/program-fault.ts";
import { UnloadableProgram } from "../../../vm/unloadable-program.ts";
import type { VerifierMap } from "../../map.ts";

/** The refused program on the checked interpreter. */
export class Trial {
  readonly #program: ExtendedTestProgram;
  readonly #instruction: number;
  #random: readonly number[] = [];
  #given = 0;

  private constructor(bytes: Uint8Array, context: TestContext, maps: BpfSyscall, instruction: number) {
    this.#instruction = instruction;
    const surroundings = { nanoseconds: () => 0n, random: () => this.#random[this.#given++] ?? 0 };
    this.#program = new ExtendedTestProgram(bytes, context, BPF_ENGINES[0]!, surroundings, maps);
  }

  /**
   * Undefined where the program cannot be run here: it names a map or a helper that the interpreter has not.
   * @param filled maps with keys hold a value for the key of zeros; else they are as they were created.
   */
  static of(
    program: Uint8Array,
    context: TestContext,
    maps: ReadonlyMap<number, VerifierMap>,
    instruction: number,
    filled: boolean,
  ): Trial | undefined {
    const bytes = program.slice();
    const syscall = testMaps();
    if (!createMaps(bytes, maps, syscall, filled)) return undefined;
    try {
      return new Trial(bytes, context, syscall, instruction);
    } catch (error) {
      if (error instanceof UnloadableProgram) return undefined;
      throw error;
    }
  }

  /** Runs it. Returns what the refused instruction does wrong, undefined where it does not. */
  run(packet: TestPacket, random: readonly number[]): string | undefined {
    this.#random = random;
    this.#given = 0;
    this.#program.give(packet);
    try {
      this.#program.run();
    } catch (error) {
      if (!(error instanceof ProgramFault)) throw error;
      if (error.reason === "address" && error.instruction === this.#instruction) return error.message;
    }
    return undefined;
  }
}

/** Creates the maps that the program names and puts their descriptors in; false where one cannot be created. */
function createMaps(
  bytes: Uint8Array,
  maps: ReadonlyMap<number, VerifierMap>,
  syscall: BpfSyscall,
  filled: boolean,
): boolean {
  const references = decodeProgram(bytes).instructions.filter(
    (it) => it?.kind === "reference" && it.to.startsWith("map"),
  );
  const named = references as readonly Reference[];
  // Indexes count all maps, in the order of their descriptors.
  const all = named.some(({ to }) => to.startsWith("map-index"));
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const descriptors = new Map<number, number>();
  for (const [number, map] of [...maps].sort(([a], [b]) => a - b)) {
    if (!all && !named.some(({ imm }) => imm === number)) continue;
    const innerMap = map.inner === undefined ? undefined : create(map.inner, syscall);
    const descriptor = create(map, syscall, innerMap);
    if (descriptor < 0) return false;
    descriptors.set(number, descriptor);
    // A map that takes no such element stays as it is.
    if (filled) syscall.update(descriptor, new Uint8Array(map.keySize), new Uint8Array(map.valueSize));
    if (map.constants !== undefined) syscall.update(descriptor, new Uint8Array(map.keySize), map.constants);
  }
  for (const { to, imm, index } of named) {
    if (to !== "map-fd" && to !== "map-value") continue;
    const descriptor = descriptors.get(imm);
    if (descriptor === undefined) return false;
    view.setInt32(index * INSTRUCTION_BYTES + 4, descriptor, true);
  }
  return true;
}

function create(
  { type, keySize, valueSize, maxEntries, flags = 0 }: VerifierMap,
  syscall: BpfSyscall,
  innerMap?: number,
): number {
  return syscall.createMap({
    type,
    keySize,
    valueSize,
    maxEntries,
    flags,
    ...(innerMap === undefined ? {} : { innerMap }),
  });
}
