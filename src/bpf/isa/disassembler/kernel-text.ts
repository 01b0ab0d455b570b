import { HELPER_NAMES } from "../helper-names.ts";
import type { Atomic, CallKernel, Instruction } from "../instruction.ts";
import { ASSIGNMENT, COMPARISON, registerName as reg } from "../signs.ts";
import type { ListingNames } from "./names.ts";
import { distanceTo, hex32, signed } from "./numbers.ts";
import { moduleText, referenceText } from "./reference-text.ts";

/**
 * An instruction as Linux prints it in verifier logs and bpftool prints it (print_bpf_insn of kernel/bpf/disasm.c,
 * Linux 6.18), without the opcode in parentheses before it. Only three instructions differ, because the kernel's text
 * would leave something out: references (see `referenceText`), kernel functions of modules, and calls by register,
 * which Linux does not know.
 *
 * `alone` says that no opcode will stand before the text: then a 64-bit immediate ends in `ll`, as it would read like a
 * move.
 */
export function kernelText(instruction: Instruction, names: ListingNames, alone: boolean): string {
  const it = instruction;
  switch (it.kind) {
    case "alu":
      return `${reg(it.bits, it.dst)} ${ASSIGNMENT[it.operation]} ${it.src === null ? it.imm : reg(it.bits, it.src)}`;
    case "negate":
      return `${reg(it.bits, it.dst)} = -${reg(it.bits, it.dst)}`;
    case "move-signed":
      return `${reg(it.bits, it.dst)} = (s${it.from})${reg(it.bits, it.src)}`;
    case "byte-swap":
      return `r${it.dst} = ${it.order === "swap" ? "bswap" : it.order}${it.bits} r${it.dst}`;
    case "address-space-cast":
      return `r${it.dst} = addr_space_cast(r${it.src}, ${it.to}, ${it.from})`;
    case "percpu-address":
      return `r${it.dst} = &(void __percpu *)(r${it.src})`;
    case "constant":
      return `r${it.dst} = 0x${it.value.toString(16)}${alone ? " ll" : ""}`;
    case "reference":
      return `r${it.dst} = ${referenceText(it, names)}`;
    case "load":
      return `r${it.dst} = *(${it.signed ? "s" : "u"}${it.bytes * 8} *)(r${it.src} ${signed(it.offset)})`;
    case "store":
      return `*(u${it.bytes * 8} *)(r${it.dst} ${signed(it.offset)}) = ${it.src === null ? it.imm : `r${it.src}`}`;
    case "atomic":
      return atomicText(it);
    case "load-acquire":
      return `r${it.dst} = load_acquire((u${it.bytes * 8} *)(r${it.src} ${signed(it.offset)}))`;
    case "store-release":
      return `store_release((u${it.bytes * 8} *)(r${it.dst} ${signed(it.offset)}), r${it.src})`;
    case "packet-load":
      return `r0 = *(u${it.bytes * 8} *)skb[${it.src === null ? it.imm : `r${it.src} + ${it.imm}`}]`;
    case "jump":
      return `${it.far ? "gotol" : "goto"} pc${signed(distanceTo(it, it.target))}`;
    case "branch": {
      const source = it.src === null ? hex32(it.imm) : reg(it.bits, it.src);
      const target = signed(distanceTo(it, it.target));
      return `if ${reg(it.bits, it.dst)} ${COMPARISON[it.condition]} ${source} goto pc${target}`;
    }
    case "may-goto":
      return `may_goto pc${signed(distanceTo(it, it.target))}`;
    case "call-helper":
      return `call ${HELPER_NAMES[it.helper] ?? "unknown"}#${it.helper}`;
    case "call-local":
      return `call pc${signed(distanceTo(it, it.target))}`;
    case "call-kernel":
      return kernelCallText(it, names);
    case "call-register":
      return `callx r${it.register}`;
    case "exit":
      return "exit";
  }
}

/** A call of a kernel function as the kernel prints it. */
export function kernelCallText(call: CallKernel, names: ListingNames): string {
  return `call ${names.kernelFunction?.(call) ?? "kernel-function"}#${call.btfId}${moduleText(call)}`;
}

function atomicText(it: Atomic): string {
  const address = `(u${it.bytes * 8} *)(r${it.dst} ${signed(it.offset)})`;
  const name = it.bytes === 8 ? "atomic64" : "atomic";
  switch (it.operation) {
    case "cmpxchg":
      return `r0 = ${name}_cmpxchg(${address}, r0, r${it.src})`;
    case "xchg":
      return `r${it.src} = ${name}_xchg(${address}, r${it.src})`;
    default:
      return it.fetch
        ? `r${it.src} = ${name}_fetch_${it.operation}(${address}, r${it.src})`
        : `lock *${address} ${ASSIGNMENT[it.operation]} r${it.src}`;
  }
}
