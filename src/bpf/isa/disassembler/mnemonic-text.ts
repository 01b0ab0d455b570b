import type { Instruction } from "../instruction.ts";
import { SIZE_LETTERS as SIZE } from "../signs.ts";
import type { ListingNames } from "./names.ts";
import { distanceTo, signed } from "./numbers.ts";
import { moduleText, referenceText } from "./reference-text.ts";

/** An instruction in the mnemonics of ubpf and the bpf_conformance suite. */
export function mnemonicText(instruction: Instruction, names: ListingNames): string {
  const it = instruction;
  switch (it.kind) {
    case "alu":
      return `${it.operation}${it.bits === 32 ? "32" : ""} %r${it.dst}, ${source(it)}`;
    case "negate":
      return `neg${it.bits === 32 ? "32" : ""} %r${it.dst}`;
    case "move-signed":
      return `movsx${it.from}${it.bits} %r${it.dst}, %r${it.src}`;
    case "byte-swap":
      return `${it.order}${it.bits} %r${it.dst}`;
    case "address-space-cast":
      return `addr_space_cast %r${it.dst}, %r${it.src}, ${it.to}, ${it.from}`;
    case "percpu-address":
      return `mov_percpu %r${it.dst}, %r${it.src}`;
    case "constant":
      return `lddw %r${it.dst}, 0x${it.value.toString(16)}`;
    case "reference":
      return `lddw %r${it.dst}, ${referenceText(it, names)}`;
    case "load":
      return `ldx${it.signed ? "s" : ""}${SIZE[it.bytes]} %r${it.dst}, ${address(it.src, it.offset)}`;
    case "store":
      return `${it.src === null ? "st" : "stx"}${SIZE[it.bytes]} ${address(it.dst, it.offset)}, ${source(it)}`;
    case "atomic": {
      const always = it.operation === "xchg" || it.operation === "cmpxchg";
      const name = `${it.fetch && !always ? "fetch " : ""}${it.operation}${it.bytes === 4 ? "32" : ""}`;
      return `lock ${name} ${address(it.dst, it.offset)}, %r${it.src}`;
    }
    case "load-acquire":
      return `ldacq${SIZE[it.bytes]} %r${it.dst}, ${address(it.src, it.offset)}`;
    case "store-release":
      return `strel${SIZE[it.bytes]} ${address(it.dst, it.offset)}, %r${it.src}`;
    case "packet-load":
      return it.src === null ? `ldabs${SIZE[it.bytes]} ${it.imm}` : `ldind${SIZE[it.bytes]} %r${it.src}, ${it.imm}`;
    case "jump":
      return `ja${it.far ? "32" : ""} ${signed(distanceTo(it, it.target))}`;
    case "branch":
      return `j${it.condition}${it.bits === 32 ? "32" : ""} %r${it.dst}, ${source(it)}, ${signed(distanceTo(it, it.target))}`;
    case "may-goto":
      return `may_goto ${signed(distanceTo(it, it.target))}`;
    case "call-helper":
      return it.helper < 0 ? `call helper ${it.helper}` : `call ${it.helper}`;
    case "call-local":
      return `call local ${signed(distanceTo(it, it.target))}`;
    case "call-kernel":
      return `call runtime ${names.kernelFunction?.(it) ?? it.btfId}${moduleText(it)}`;
    case "call-register":
      return `call %r${it.register}`;
    case "exit":
      return "exit";
  }
}

function source({ src, imm }: { readonly src: number | null; readonly imm: number }): string {
  return src === null ? String(imm) : `%r${src}`;
}

function address(register: number, offset: number): string {
  return offset === 0 ? `[%r${register}]` : `[%r${register}${signed(offset)}]`;
}
