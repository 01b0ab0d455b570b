import { TAIL_CALL } from "../../../helpers/tail-call.ts";
import type { Instruction } from "../../../isa/instruction.ts";
import { arithmetic, moveSigned, negate } from "./arithmetic.ts";
import { byteSwap } from "./byte-swap.ts";
import { callHost, callLocal, callRegister, functionPointer } from "./calls.ts";
import type { Frame } from "./frame.ts";
import { atomic, load, probe, store } from "./memory.ts";
import { packetLoad } from "./packet-load.ts";
import { tailCall } from "./tail-call.ts";

/** Writes what an instruction does; where control goes after branches, jumps and exits is the structure's business. */
export function translate(frame: Frame, instruction: Instruction): void {
  switch (instruction.kind) {
    case "alu":
      arithmetic(frame, instruction);
      break;
    case "negate":
      negate(frame, instruction);
      break;
    case "move-signed":
      moveSigned(frame, instruction);
      break;
    case "byte-swap":
      byteSwap(frame, instruction);
      break;
    case "address-space-cast":
      // An arena lies in the one memory: both kinds of pointer are addresses there.
      frame.getLow(instruction.src);
      frame.setLow(instruction.dst);
      break;
    case "percpu-address":
      // There is one processor.
      frame.get(instruction.src);
      frame.set(instruction.dst);
      break;
    case "constant":
      frame.code.i64Wide(instruction.value);
      frame.set(instruction.dst);
      break;
    case "reference":
      if (instruction.to === "function") functionPointer(frame, instruction);
      else {
        const address = frame.links.program.addresses.get(instruction.index)!;
        frame.code.i64Wide(address);
        frame.set(instruction.dst);
        frame.facts.setAddressIn(instruction.dst, Number(address));
      }
      break;
    case "load":
      if (instruction.probes === true) probe(frame, instruction);
      else load(frame, instruction);
      break;
    case "load-acquire":
      load(frame, instruction);
      break;
    case "store":
    case "store-release":
      store(frame, instruction);
      break;
    case "atomic":
      atomic(frame, instruction);
      break;
    case "packet-load":
      packetLoad(frame, instruction);
      break;
    case "call-helper":
      if (instruction.helper === TAIL_CALL) tailCall(frame, instruction);
      else callHost(frame, instruction);
      break;
    case "call-kernel":
      callHost(frame, instruction);
      break;
    case "call-local":
      callLocal(frame, instruction);
      break;
    case "call-register":
      callRegister(frame, instruction);
      break;
    case "jump":
    case "branch":
    case "may-goto":
    case "exit":
      break;
  }
}
