import { decodeProgram } from "../../../isa/decode.ts";
import { findProgramType } from "../../../program-type.ts";
import { TEST_CONTEXTS, type TestPacket } from "../../../test-run/context.ts";
import type { VerifierOptions } from "../../verify.ts";
import type { ExplainedRefusal } from "../explain.ts";
import { holds, keyOfInput } from "./expression.ts";
import { type LengthTest, PathConditions } from "./path-conditions.ts";
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
  if (context === undefined || steps[steps.length - 1]?.index !== error.instruction) return undefined;
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
  const trial = Trial.of(bytes, context, options.maps ?? new Map(), error.instruction);
  if (trial === undefined) return undefined;
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
function lengths(conditions: PathConditions, chosen: Chosen, touches: number): readonly number[] {
  const value = (plus: LengthTest["place"]["plus"]): number => {
    if (typeof plus === "bigint") return Number(BigInt.asIntN(64, plus));
    if (plus === undefined) return 0;
    const input = chosen.find(({ input: one }) => keyOfInput(one) === keyOfInput(plus.input));
    return Number(BigInt.asIntN(64, plus.evaluate(input?.value ?? 0n)));
  };
  const fixed = chosen.find(({ input }) => input.kind === "length");
  const fits = (length: number): boolean =>
    (fixed === undefined || fixed.value === BigInt(length)) &&
    conditions.lengths.every(({ place, condition, outcome }) => {
      const at = place.offset + value(place.plus);
      return at < 0 || holds(condition, 64, BigInt(at), BigInt(length)) === outcome;
    });
  const fitting = Array.from({ length: MAX_LENGTH + 1 }, (_, length) => length).filter(fits);
  const { refused } = conditions;
  const end = refused === undefined ? 0 : refused.offset + value(refused.plus) + touches;
  const before = fitting.filter((length) => length < end);
  const wanted = [
    before.at(-1),
    before.find((length) => length >= ETHERNET_BYTES),
    fitting.find((length) => length >= ETHERNET_BYTES),
    fitting[0],
    fitting.at(-1),
  ];
  return [...new Set(wanted.filter((length) => length !== undefined))].sort(
    (a, b) => Number(a < ETHERNET_BYTES) - Number(b < ETHERNET_BYTES),
  );
}

function inputsFor(chosen: Chosen, length: number): { packet: TestPacket; random: readonly number[] } {
  const bytes = new Uint8Array(length);
  const random: number[] = [];
  let protocol: number | undefined;
  for (const { input, value } of chosen) {
    if (input.kind === "random") random[input.at] = Number(value);
    if (input.kind === "protocol") protocol = ((Number(value) & 0xff) << 8) | (Number(value) >>> 8);
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
