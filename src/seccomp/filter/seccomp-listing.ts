import { type ClassicInstruction, isBranch, JUMP_ALWAYS } from "../../bpf/classic/instruction.ts";
import { ACTION, describeAction } from "../../hooks/seccomp/action.ts";
import { ARCHITECTURES, type Architecture, architectureNamed, X32_BIT } from "../architecture/architecture.ts";
import { syscallName } from "../architecture/syscalls.ts";

/** What A holds, as far as one can tell by reading downwards: which is enough for names of calls and architectures. */
type Held = "arch" | "number" | undefined;

/**
 * A filter as seccomp-tools prints it: numbers of the instruction, then what it does, with the names of calls and architectures where
 * A holds one.
 */
export function seccompListing(program: readonly ClassicInstruction[]): string {
  const lines = [" line  CODE  JT   JF      K", "=".repeat(33)];
  for (const [i, text] of instructionTexts(program).entries()) {
    const { code, jt, jf, k } = program[i]!;
    const numbers = `0x${hex(code, 2)} 0x${hex(jt, 2)} 0x${hex(jf, 2)} 0x${hex(k, 8)}`;
    lines.push(` ${lineNumber(i)}: ${numbers}  ${text}`);
  }
  return `${lines.join("\n")}\n`;
}

/** What each instruction does, in words. */
export function instructionTexts(program: readonly ClassicInstruction[]): string[] {
  const states = heldBefore(program);
  return program.map((instruction, i) => instructionText(instruction, i, states[i]!));
}

interface State {
  readonly held: Held;
  /** The architecture that was asked for on the way. */
  readonly architecture: Architecture | undefined;
}

const UNKNOWN: State = { held: undefined, architecture: undefined };

/** What is known before each instruction; jumps only go forward, so that one pass does. */
function heldBefore(program: readonly ClassicInstruction[]): State[] {
  const states: (State | undefined)[] = [UNKNOWN];
  const join = (at: number, state: State) => {
    const known = states[at];
    states[at] =
      known === undefined
        ? state
        : {
            held: known.held === state.held ? known.held : undefined,
            architecture: known.architecture === state.architecture ? known.architecture : undefined,
          };
  };
  for (const [i, { code, jt, jf, k }] of program.entries()) {
    const state = states[i] ?? UNKNOWN;
    if (isBranch(code)) {
      const isArch = state.held === "arch" && code === 0x15;
      const found = isArch
        ? (ARCHITECTURES.find(({ audit }) => audit === k) ?? state.architecture)
        : state.architecture;
      const isX32 = state.held === "number" && code === 0x35 && k === X32_BIT;
      const x32 = state.architecture?.name === "x86_64" ? architectureNamed("x32") : state.architecture;
      join(i + 1 + jt, { held: state.held, architecture: isX32 ? x32 : found });
      join(i + 1 + jf, state);
    } else if (code === JUMP_ALWAYS) join(i + 1 + k, state);
    else if ((code & 0x07) !== 0x06) join(i + 1, { ...state, held: heldAfter(code, k, state.held) });
  }
  return program.map((_, i) => states[i] ?? UNKNOWN);
}

function heldAfter(code: number, k: number, held: Held): Held {
  if (code === 0x20) return k === 0 ? "number" : k === 4 ? "arch" : undefined;
  const changesA = (code & 0x07) === 0x00 || (code & 0x07) === 0x04 || code === 0x87;
  return changesA ? undefined : held;
}

const SIGNS: Readonly<Record<number, readonly [holds: string, fails: string]>> = {
  16: ["==", "!="],
  32: [">", "<="],
  48: [">=", "<"],
};

const ARITHMETIC: Readonly<Record<number, string>> = {
  0: "+=",
  16: "-=",
  32: "*=",
  48: "/=",
  64: "|=",
  80: "&=",
  96: "<<=",
  112: ">>=",
  144: "%=",
  160: "^=",
};

function instructionText(instruction: ClassicInstruction, index: number, { held, architecture }: State): string {
  const { code, jt, jf, k } = instruction;
  const operand = (code & 0x08) === 0 ? `0x${k.toString(16)}` : "X";
  if (isBranch(code)) return branchText(instruction, index, named(code, k, held, architecture) ?? operand);
  switch (code) {
    case JUMP_ALWAYS:
      return `goto ${lineNumber(index + 1 + k)}`;
    case 0x20:
      return `A = ${dataName(k, architecture)}`;
    case 0x00:
      return `A = 0x${k.toString(16)}`;
    case 0x01:
      return `X = 0x${k.toString(16)}`;
    case 0x80:
      return "A = sizeof(seccomp_data)";
    case 0x81:
      return "X = sizeof(seccomp_data)";
    case 0x60:
      return `A = mem[${k}]`;
    case 0x61:
      return `X = mem[${k}]`;
    case 0x02:
      return `mem[${k}] = A`;
    case 0x03:
      return `mem[${k}] = X`;
    case 0x07:
      return "X = A";
    case 0x87:
      return "A = X";
    case 0x84:
      return "A = -A";
    case 0x06:
      return `return ${returnText(k)}`;
    case 0x16:
      return "return A";
  }
  const sign = (code & 0x07) === 0x04 ? ARITHMETIC[code & 0xf0] : undefined;
  return sign === undefined ? `invalid: 0x${hex(code, 2)} 0x${hex(jt, 2)} 0x${hex(jf, 2)}` : `A ${sign} ${operand}`;
}

function branchText({ code, jt, jf }: ClassicInstruction, index: number, operand: string): string {
  const [yes, no] = [jt, jf].map((distance) => lineNumber(index + 1 + distance));
  const isSet = (code & 0xf0) === 0x40;
  const [holds, fails] = isSet
    ? [`A & ${operand}`, `!(A & ${operand})`]
    : SIGNS[code & 0xf0]!.map((sign) => `A ${sign} ${operand}`);
  if (jt === jf) return `goto ${yes}`;
  if (jf === 0) return `if (${holds}) goto ${yes}`;
  if (jt === 0) return `if (${fails}) goto ${no}`;
  return `if (${holds}) goto ${yes} else goto ${no}`;
}

function named(code: number, k: number, held: Held, architecture: Architecture | undefined): string | undefined {
  if ((code & 0x08) !== 0) return undefined;
  if (held === "arch") {
    const found = ARCHITECTURES.find(({ audit }) => audit === k);
    return found === undefined ? undefined : `ARCH_${found.name === "x86" ? "I386" : found.name.toUpperCase()}`;
  }
  if (held !== "number" || (code & 0xf0) === 0x40) return undefined;
  const isX32 = architecture?.name === "x86_64" && (k & X32_BIT) !== 0;
  const name = syscallName(k, isX32 ? architectureNamed("x32") : (architecture ?? architectureNamed("x86_64")));
  return name === undefined ? undefined : isX32 ? `x32_${name}` : name;
}

function dataName(offset: number, architecture: Architecture | undefined): string {
  if (offset === 0) return "sys_number";
  if (offset === 4) return "arch";
  const isBig = architecture?.endian === "big";
  const name = offset < 16 ? "instruction_pointer" : `args[${(offset - 16) >> 3}]`;
  return ((offset & 4) === 0) === !isBig ? name : `${name} >> 32`;
}

/** seccomp-tools says KILL of a thread. */
function returnText(value: number): string {
  return value === ACTION.KILL_THREAD ? "KILL" : describeAction(value);
}

function lineNumber(index: number): string {
  return `${index}`.padStart(4, "0");
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, "0");
}
