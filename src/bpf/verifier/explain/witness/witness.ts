import { decodeProgram } from "../../../isa/decode.ts";
import { swap16 } from "../../../network-order.ts";
import { findProgramType } from "../../../program-type.ts";
import { TEST_CONTEXTS, type TestPacket } from "../../../test-run/context.ts";
import type { VerifierOptions } from "../../verifier-options.ts";
import type { ExplainedRefusal } from "../explain.ts";
import { holds, keyOfInput } from "./expression.ts";
import { type PacketPlace, PathConditions } from "./path-conditions.ts";
import { type Choice, solve } from "./solve.ts";
import { Trial } from "./trial.ts";

/** What makes the refused instruction do what the verifier is there to prevent. It was tried: the fault is real. */
export interface Witness {
  /** The packet, in hexadecimal; empty for an empty one. */
  readonly packet: string;
  /** Bytes of the packet. */
  readonly length: number;
  /** What bpf_get_prandom_u32 gives in turn, where the path depends on it. */
  readonly random?: readonly number[];
  /** Maps with keys hold a value of zeros for the key of zeros; else they are empty. */
  readonly filledMaps?: boolean;
  /** What happens: a sentence. */
  readonly fault: string;
}

/** Packets that are tried at most. */
const MAX_TRIALS = 256;
/** Real packets have an Ethernet header; shorter ones are shown only where nothing else does it. */
const ETHERNET_BYTES = 14;
const MAX_LENGTH = 1518;

/**
 * Looks for a packet that makes the refused instruction access what it may not: solves the conditions of the path as far as
 * they are simple, and tries the packets on the checked interpreter. Undefined where none was found, which says nothing.
 */
export function findWitness(
  bytes: Uint8Array,
  options: VerifierOptions,
  refusal: ExplainedRefusal,
): Witness | undefined {
  const type = typeof options.type === "object" ? options.type : findProgramType(options.type);
  const context = type === undefined ? undefined : TEST_CONTEXTS[type.name];
  const { error, steps } = refusal;
  if (
    context === undefined ||
    context.dataStart === "no packet" ||
    steps[steps.length - 1]?.index !== error.instruction
  )
    return undefined;
  const { instructions } = decodeProgram(bytes);
  const refused = instructions[error.instruction];
  const touches =
    refused !== null && refused !== undefined && "bytes" in refused && refused.kind !== "packet-load"
      ? refused.bytes
      : 0;
  if (touches === 0) return undefined;
  const conditions = new PathConditions(steps, instructions, type!.context.name);
  const choices = solve(conditions);
  if (choices === undefined) return undefined;
  const maps = options.maps ?? new Map();
  for (const filled of maps.size === 0 ? [false] : [false, true]) {
    const trial = Trial.of(bytes, context, maps, error.instruction, filled);
    if (trial === undefined) return undefined;
    const found = tryAll(trial, conditions, choices, touches);
    if (found !== undefined) return filled ? { ...found, filledMaps: true } : found;
  }
  return undefined;
}

function tryAll(
  trial: Trial,
  conditions: PathConditions,
  choices: readonly Choice[],
  touches: number,
): Witness | undefined {
  let trials = 0;
  for (const chosen of combinations(choices))
    for (const length of lengths(conditions, chosen, touches)) {
      if (++trials > MAX_TRIALS) return undefined;
      const { packet, random } = inputsFor(chosen, length);
      const fault = trial.run(packet, random);
      if (fault === undefined) continue;
      return {
        packet: Buffer.from(packet.bytes).toString("hex"),
        length,
        ...(random.length === 0 ? {} : { random }),
        fault,
      };
    }
  return undefined;
}

type Chosen = readonly { readonly input: Choice["input"]; readonly value: bigint }[];

/** Every combination of the inputs' values, the first ones of all first. */
function* combinations(choices: readonly Choice[]): Generator<Chosen> {
  const [first, ...others] = choices;
  if (first === undefined) {
    yield [];
    return;
  }
  for (const value of first.values)
    for (const rest of combinations(others)) yield [{ input: first.input, value }, ...rest];
}

/** Lengths that take the path, those that end just before the refused access first, then the shortest and the longest. */
function lengths({ tests, lengths, refused }: PathConditions, chosen: Chosen, touches: number): readonly number[] {
  const placed = ({ offset, plus }: PacketPlace, length: number): number => {
    if (plus === undefined) return offset;
    if (typeof plus === "bigint") return offset + signed(plus);
    const { kind } = plus.input;
    const found = chosen.find(({ input }) => keyOfInput(input) === keyOfInput(plus.input));
    return offset + signed(plus.evaluate(kind === "length" ? BigInt(length) : (found?.value ?? 0n)));
  };
  const ofLength = tests.filter(({ expression }) => expression.input.kind === "length");
  const fits = (length: number): boolean =>
    ofLength.every((test) => test.holds(test.expression.evaluate(BigInt(length)))) &&
    lengths.every(({ place, condition, outcome }) => {
      const at = placed(place, length);
      return at < 0 || holds(condition, 64, BigInt(at), BigInt(length)) === outcome;
    });
  const fitting = Array.from({ length: MAX_LENGTH + 1 }, (_, length) => length).filter(fits);
  const before = fitting.filter((length) => refused !== undefined && length < placed(refused, length) + touches);
  const isWhole = (length: number): boolean => length >= ETHERNET_BYTES;
  const wanted = [before.at(-1), before.find(isWhole), fitting.find(isWhole), fitting[0], fitting.at(-1)];
  return [...new Set(wanted.filter((length) => length !== undefined))].sort(
    (a, b) => Number(isWhole(b)) - Number(isWhole(a)),
  );
}

const signed = (value: bigint): number => Number(BigInt.asIntN(64, value));

function inputsFor(chosen: Chosen, length: number): { packet: TestPacket; random: readonly number[] } {
  const bytes = new Uint8Array(length);
  const random: number[] = [];
  let protocol: number | undefined;
  for (const { input, value } of chosen) {
    if (input.kind === "random") random[input.at] = Number(value);
    if (input.kind === "protocol") protocol = swap16(Number(value));
    if (input.kind !== "packet") continue;
    for (let i = 0; i < input.bytes; i++) {
      const shift = BigInt(8 * (input.bigEndian ? input.bytes - 1 - i : i));
      if (input.at + i < length) bytes[input.at + i] = Number((value >> shift) & 0xffn);
    }
  }
  const ethertype = length >= ETHERNET_BYTES ? (bytes[12]! << 8) | bytes[13]! : 0;
  const packet = { bytes, protocol: protocol ?? ethertype, networkOffset: Math.min(length, ETHERNET_BYTES) };
  return { packet, random: Array.from(random, (value) => value ?? 0) };
}
