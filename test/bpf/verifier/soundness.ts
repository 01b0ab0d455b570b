import { assembleExtended } from "../../../src/bpf/isa/assembler/assemble.ts";
import { SK_BUFF_CONTEXT, TEST_CONTEXTS } from "../../../src/bpf/test-run/context.ts";
import { ExtendedTestProgram, testMaps } from "../../../src/bpf/test-run/test-program.ts";
import { hardWired } from "../../../src/bpf/verifier/hard-wire.ts";
import { verify } from "../../../src/bpf/verifier/verify.ts";
import { BPF_ENGINES } from "../../../src/bpf/vm/engine.ts";
import { UnloadableProgram } from "../../../src/bpf/vm/unloadable-program.ts";
import { randomNumbers, randomProgram } from "./random-program.ts";

const PACKETS = 8;
/** Programs made from one that was accepted, by changing an instruction or two. */
const MUTANTS = 40;

export const SOUNDNESS_KINDS = [
  { type: "sched_cls", context: { number: 8, packet: [76, 80] as const }, functions: 0.3, mayGoto: 0.02 },
  { type: "xdp", context: { number: 16, packet: [0, 4] as const }, functions: 0.3, mayGoto: 0.02 },
] as const;

/** What trying programs came to. */
export interface SoundnessTally {
  verified: number;
  /** Accepted, and run on random packets by the checked interpreter. */
  executed: number;
  /** What was accepted and faulted all the same. */
  readonly faults: string[];
}

/** Tries the random program of a seed and programs like it. The same seed tries the same ones. */
export function trySeed(seed: number, tally: SoundnessTally, mutants = MUTANTS): void {
  for (const { type, ...options } of SOUNDNESS_KINDS) {
    const { bytes } = assembleExtended(randomProgram({ ...options, plain: true, seed }));
    const random = randomNumbers(seed);
    const maps = testMaps();
    let [accepted, tries] = [bytes, mutants];
    if (!tryProgram(bytes, type, `${type}, seed ${seed}`, random, tally, maps)) tries = 0;
    for (let i = 0; i < tries; i++) {
      const mutant = mutate(accepted, random);
      if (tryProgram(mutant, type, `${type}, seed ${seed}, mutant ${i}`, random, tally, maps)) accepted = mutant;
    }
  }
}

function tryProgram(
  bytes: Uint8Array,
  type: string,
  name: string,
  random: () => number,
  tally: SoundnessTally,
  maps: ReturnType<typeof testMaps>,
): boolean {
  tally.verified++;
  const { accepted, insight } = verify(bytes, { type });
  if (!accepted) return false;
  let program: ExtendedTestProgram;
  try {
    const surroundings = {
      nanoseconds: () => BigInt(Math.floor(random() * 2 ** 40)),
      random: () => Math.floor(random() * 2 ** 32),
    };
    program = new ExtendedTestProgram(
      hardWired(bytes, insight),
      TEST_CONTEXTS[type] ?? SK_BUFF_CONTEXT,
      BPF_ENGINES[0]!,
      surroundings,
      maps,
    );
  } catch (reason) {
    // Engines look at instructions that no path comes to as well.
    if (reason instanceof UnloadableProgram) return false;
    throw reason;
  }
  tally.executed++;
  for (let i = 0; i < PACKETS; i++) {
    const packet = Uint8Array.from({ length: Math.floor(random() * 80) }, () => Math.floor(random() * 256));
    program.give({ bytes: packet, protocol: 0x0800, networkOffset: 14 });
    try {
      program.run();
    } catch (reason) {
      tally.faults.push(`${name}, packet of ${packet.length} bytes: ${String(reason)}`);
      break;
    }
  }
  // The next program shares the memory, but may not touch this one's packet.
  program.give({ bytes: new Uint8Array(), protocol: 0, networkOffset: 0 });
  return true;
}

/** Helpers that the programs may call: those that need only time and chance. */
const CALL = 0x85;

/** A program with the fields of one or two instructions changed; calls stay what they are. */
function mutate(bytes: Uint8Array, random: () => number): Uint8Array {
  const mutant = Uint8Array.from(bytes);
  const view = new DataView(mutant.buffer);
  const below = (limit: number): number => Math.floor(random() * limit);
  for (let i = 0; i < 1 + below(2); i++) {
    const at = below(bytes.length / 8) * 8;
    if (mutant[at] === CALL) continue;
    switch (below(5)) {
      case 0:
        mutant[at] = mutant[below(bytes.length / 8) * 8]!;
        if (mutant[at] === CALL) mutant[at] = bytes[at]!;
        break;
      case 1:
        mutant[at + 1] = (below(11) << 4) | below(10);
        break;
      case 2:
        view.setInt16(at + 2, view.getInt16(at + 2, true) + below(17) - 8, true);
        break;
      case 3:
        view.setInt32(at + 4, [0, 1, -1, 7, 8, 64, 255, 65_535, 0x7fff_ffff, -0x8000_0000][below(10)]!, true);
        break;
      default:
        view.setInt32(at + 4, view.getInt32(at + 4, true) ^ (1 << below(32)), true);
    }
  }
  return mutant;
}
