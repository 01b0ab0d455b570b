import type { Atomic, Instruction } from "../instruction.ts";
import { ASSIGNMENT, COMPARISON, registerName as reg } from "../signs.ts";
import { kernelCallText } from "./kernel-text.ts";
import type { ListingNames } from "./names.ts";
import { distanceTo } from "./numbers.ts";
import { referenceText } from "./reference-text.ts";

/**
 * An instruction as `llvm-objdump -d --mcpu=v4` prints it (LLVM 19; LLVM's BPFInstrInfo.td): hexadecimal, and w
 * registers wherever at most 32 bits move. What LLVM's text would leave open is in the kernel's: calls that are no
 * helper's, references, and packet loads with both a register and an offset.
 */
export function llvmText(instruction: Instruction, names: ListingNames): string {
  const it = instruction;
  switch (it.kind) {
    case "alu":
      return `${reg(it.bits, it.dst)} ${ASSIGNMENT[it.operation]} ${it.src === null ? hex(it.imm) : reg(it.bits, it.src)}`;
    case "negate":
      return `${reg(it.bits, it.dst)} = -${reg(it.bits, it.dst)}`;
    case "move-signed":
      return `${reg(it.bits, it.dst)} = (s${it.from})${reg(it.bits, it.src)}`;
    case "byte-swap":
      return `r${it.dst} = ${it.order === "swap" ? "bswap" : it.order}${it.bits} r${it.dst}`;
    case "address-space-cast":
      return `r${it.dst} = addr_space_cast(r${it.src}, ${hex(it.to)}, ${hex(it.from)})`;
    case "percpu-address":
      return `r${it.dst} = &(void __percpu *)(r${it.src})`;
    case "constant":
      return `r${it.dst} = ${hex(BigInt.asIntN(64, it.value))} ll`;
    case "reference":
      return `r${it.dst} = ${referenceText(it, names)}`;
    case "load": {
      const dst = it.signed ? `r${it.dst}` : value(it.bytes, it.dst);
      return `${dst} = *(${it.signed ? "s" : "u"}${it.bytes * 8} *)(${address(it.src, it.offset)})`;
    }
    case "store":
      return `*(u${it.bytes * 8} *)(${address(it.dst, it.offset)}) = ${it.src === null ? hex(it.imm) : value(it.bytes, it.src)}`;
    case "atomic":
      return atomicText(it);
    case "load-acquire":
      return `${value(it.bytes, it.dst)} = load_acquire((u${it.bytes * 8} *)(${address(it.src, it.offset)}))`;
    case "store-release":
      return `store_release((u${it.bytes * 8} *)(${address(it.dst, it.offset)}), ${value(it.bytes, it.src)})`;
    case "packet-load": {
      const at = it.src === null ? hex(it.imm) : it.imm === 0 ? `r${it.src}` : address(it.src, it.imm);
      return `r0 = *(u${it.bytes * 8} *)skb[${at}]`;
    }
    case "jump":
      return `${it.far ? "gotol" : "goto"} ${signedHex(distanceTo(it, it.target))}`;
    case "branch": {
      const source = it.src === null ? hex(it.imm) : reg(it.bits, it.src);
      const target = signedHex(distanceTo(it, it.target));
      return `if ${reg(it.bits, it.dst)} ${COMPARISON[it.condition]} ${source} goto ${target}`;
    }
    case "may-goto":
      return `may_goto ${signedHex(distanceTo(it, it.target))}`;
    case "call-helper":
      return `call ${it.helper < 0 ? `unknown#${it.helper}` : hex(it.helper)}`;
    case "call-local":
      return `call pc${signedHex(distanceTo(it, it.target))}`;
    case "call-kernel":
      return kernelCallText(it, names);
    case "call-register":
      return `callx r${it.register}`;
    case "exit":
      return "exit";
  }
}

function atomicText(it: Atomic): string {
  const at = address(it.dst, it.offset);
  const typed = `(u${it.bytes * 8} *)(${at})`;
  const src = value(it.bytes, it.src);
  switch (it.operation) {
    case "cmpxchg":
      return `${value(it.bytes, 0)} = cmpxchg${it.bytes === 8 ? "_64" : "32_32"}(${at}, ${value(it.bytes, 0)}, ${src})`;
    case "xchg":
      return `${src} = xchg${it.bytes === 8 ? "_64" : "32_32"}(${at}, ${src})`;
    default:
      return it.fetch
        ? `${src} = atomic_fetch_${it.operation}(${typed}, ${src})`
        : `lock *${typed} ${ASSIGNMENT[it.operation]} ${src}`;
  }
}

/** The register of something that is `bytes` long. */
function value(bytes: number, number: number): string {
  return reg(bytes === 8 ? 64 : 32, number);
}

function hex(number: number | bigint): string {
  return number < 0 ? `-0x${(-number).toString(16)}` : `0x${number.toString(16)}`;
}

function signedHex(number: number): string {
  return number < 0 ? hex(number) : `+${hex(number)}`;
}

function address(register: number, offset: number): string {
  return offset < 0 ? `r${register} - ${hex(-offset)}` : `r${register} + ${hex(offset)}`;
}
