import type { Instruction } from "../../isa/instruction.ts";
import { arithmetic, byteSwap, constant, moveRegister, moveSigned, negate } from "./arithmetic.ts";
import { atomic, load, store } from "./memory.ts";
import { type NativeCode, native, notOneToOne } from "./native-code.ts";
import { nativeRegister } from "./registers.ts";

/** What the kernel's JIT makes of the instruction, where that does not depend on where it and others lie. */
export function translateInPlace(instruction: Instruction, bmi2: boolean): NativeCode {
  switch (instruction.kind) {
    case "alu":
      return arithmetic(instruction, bmi2);
    case "negate":
      return negate(instruction);
    case "move-signed":
      return moveSigned(instruction);
    case "byte-swap":
      return byteSwap(instruction);
    case "constant":
      return constant(instruction);
    case "load":
    case "load-acquire":
      return load(instruction);
    case "store":
    case "store-release":
      return store(instruction);
    case "atomic":
      return atomic(instruction);
    case "address-space-cast":
      if (instruction.to === 0)
        return native(moveRegister(nativeRegister(instruction.dst), nativeRegister(instruction.src), 32));
      return notOneToOne("the upper half of the arena's address in user space is put in, unless the pointer is null");
    case "percpu-address":
      return notOneToOne("the address of the processor's own data is added, which only the running kernel knows");
    case "reference":
      return notOneToOne("it loads an address that only the running kernel knows");
    case "packet-load":
      return notOneToOne(
        "the verifier replaces it by a test of the packet's length, a load, and a call where that does not do",
      );
    case "call-helper":
      return notOneToOne(
        "it calls an address that only the running kernel knows, or the verifier puts the helper's code here",
      );
    case "call-kernel":
      return notOneToOne("it calls an address that only the running kernel knows");
    case "call-local":
      return notOneToOne("each function is compiled by itself, and lies where the kernel puts it");
    case "call-register":
      return notOneToOne("Linux refuses it");
    case "may-goto":
      return notOneToOne("the verifier replaces it by a counter on the stack");
    case "jump":
    case "branch":
    case "exit":
      throw new Error(`Instruction ${instruction.index} depends on where it lies.`);
  }
}
