import { argumentWord } from "../../hooks/seccomp/seccomp-data.ts";
import type { Architecture } from "../architecture/architecture.ts";
import { type Condition, LOW_HALF } from "../profile/profile.ts";
import { type Decision, type Decisions, follow } from "./decision.ts";

/**
 * A condition on a 64-bit argument as tests of its two words, the upper one first: `yes` where it holds, else `no`. On 32-bit architectures
 * arguments have no upper word: it is taken as 0, or as all ones of a constant that is a negative 32-bit number.
 */
export function conditionTest(
  condition: Condition,
  architecture: Architecture,
  decisions: Decisions,
  yes: Decision,
  no: Decision,
): Decision {
  switch (condition.operator) {
    case "ne":
      return conditionTest({ ...condition, operator: "eq" }, architecture, decisions, no, yes);
    case "lt":
      return conditionTest({ ...condition, operator: "ge" }, architecture, decisions, no, yes);
    case "le":
      return conditionTest({ ...condition, operator: "gt" }, architecture, decisions, no, yes);
  }
  const { argument, operator } = condition;
  const littleEndian = architecture.endian === "little";
  const low = argumentWord(argument, "low", littleEndian);
  const high = argumentWord(argument, "high", littleEndian);
  const [valueHigh, value] = halves(condition.value);
  const [maskHigh, mask] = halves(condition.mask);
  if (architecture.bits === 32) {
    const lower = decisions.test(low, mask, operator, value, yes, no);
    const isNegative = valueHigh === 0xffff_ffff && value >= 0x8000_0000;
    // Where the constant's upper word is anything else, the argument is neither equal nor greater.
    return valueHigh === 0 || isNegative ? lower : no;
  }
  if (operator !== "eq" && condition.mask === LOW_HALF) return decisions.test(low, ALL, operator, value, yes, no);
  // Where the lower word is asked, the upper one is known: other conditions on the argument need not ask again.
  const upperMask = operator === "eq" ? maskHigh : ALL;
  const [known, unknown] = [yes, no].map((next) => follow(next, high, upperMask, "eq", valueHigh, true));
  const lower = decisions.test(low, mask, operator, value, known!, unknown!);
  if (operator === "eq") return decisions.test(high, maskHigh, "eq", valueHigh, lower, no);
  const same = decisions.test(high, ALL, "eq", valueHigh, lower, no);
  return decisions.test(high, ALL, "gt", valueHigh, yes, same);
}

const ALL = 0xffff_ffff;

function halves(value: bigint): [high: number, low: number] {
  return [Number(value >> 32n), Number(value & LOW_HALF)];
}
