import type { CallHelper, CallKernel, CallLocal, CallRegister, Reference } from "../../../isa/instruction.ts";
import type { HostFunction, IndexedValues } from "../../host-function.ts";
import { FRAME_BYTES, MAX_RUN_FRAMES } from "../../limits.ts";
import { I32, I32_MEMORY, I64 } from "../wasm/instructions.ts";
import { checkDepth, faultIf } from "./checks.ts";
import type { Frame } from "./frame.ts";
import { keepPacket } from "./packet-load.ts";

export function callHost(frame: Frame, { index }: CallHelper | CallKernel): void {
  const host = frame.links.program.hosts.get(index)!;
  const values = indexedValues(frame, host);
  if (values !== undefined) lookUpIndex(frame, values);
  else if (host.reenters === true) belowFrame(frame, index, () => call(frame, host));
  else call(frame, host);
  forgetArguments(frame);
  keepPacket(frame);
}

function call(frame: Frame, host: HostFunction): void {
  const { code } = frame;
  for (const [i, kind] of host.parameters.entries())
    if (kind === "i32") frame.getLow(i + 1);
    else frame.get(i + 1);
  code.call(frame.links.host(host));
  switch (host.result) {
    case "signed":
      code.op(I64.extendI32S);
      break;
    case "unsigned":
      code.extend();
      break;
    case "none":
      code.i64(0);
      break;
    case "i64":
      break;
  }
  frame.set(0);
  if (host.result === "unsigned") frame.facts.setFits(0, 32);
}

/** Where the values of R1's map are, if the call only finds one by its index. */
function indexedValues({ facts, links }: Frame, { indexed }: HostFunction): IndexedValues | undefined {
  const map = facts.addressIn(1);
  return indexed === undefined || map === undefined || links.checked ? undefined : links.program.indexed.get(map);
}

/** R0 becomes the address of the value of the index that R2 points at, or 0. */
function lookUpIndex(frame: Frame, { address, stride, entries }: IndexedValues): void {
  const { code } = frame;
  const index = frame.temporary("i32");
  frame.getLow(2);
  code.memory(I32_MEMORY.load);
  code.tee(index);
  code.i32(stride);
  code.op(I32.mul);
  code.i32(address);
  code.op(I32.add);
  code.i32(0);
  code.get(index);
  code.i32(entries);
  code.op(I32.ltU);
  code.select();
  frame.setLow(0);
}

/** While the call lasts, what else is run has its stack below this function's. */
function belowFrame(frame: Frame, index: number, call: () => void): void {
  const { code } = frame;
  const { stack } = frame.links.environment.machine;
  const top = frame.temporary("i32");
  code.get(frame.base);
  code.i32(stack.base + MAX_RUN_FRAMES * FRAME_BYTES);
  code.op(I32.ltU);
  faultIf(frame, "stack", index);
  code.i32(stack.topCell);
  code.memory(I32_MEMORY.load);
  code.set(top);
  code.i32(stack.topCell);
  code.get(frame.base);
  code.memory(I32_MEMORY.store);
  call();
  code.i32(stack.topCell);
  code.get(top);
  code.memory(I32_MEMORY.store);
}

export function callLocal(frame: Frame, { index, target }: CallLocal): void {
  const { code, links } = frame;
  if (links.checked) checkDepth(frame, index);
  const callee = links.local(target);
  for (const register of callee.parameters) frame.get(register);
  nextBase(frame);
  code.call(callee.index);
  frame.set(0);
  forgetArguments(frame);
  keepPacket(frame);
}

export function callRegister(frame: Frame, { index, register }: CallRegister): void {
  const { code, links } = frame;
  if (links.checked) {
    frame.get(register);
    code.i32(index);
    code.call(links.service("isCompiled"));
    code.if();
    checkDepth(frame, index);
    callCompiled(frame, register);
    code.else();
    frame.getLow(register);
    allArguments(frame);
    code.call(links.service("callHost"));
    frame.set(0);
    code.end();
  } else callCompiled(frame, register);
  forgetArguments(frame);
  keepPacket(frame);
}

function callCompiled(frame: Frame, register: number): void {
  allArguments(frame);
  nextBase(frame);
  frame.getLow(register);
  frame.code.callIndirect(frame.links.callbackType());
  frame.set(0);
}

function allArguments(frame: Frame): void {
  for (let argument = 1; argument <= 5; argument++) frame.get(argument);
}

/** Base of the stack of a function that is called. */
function nextBase({ code, base }: Frame): void {
  code.get(base);
  code.i32(FRAME_BYTES);
  code.op(I32.sub);
}

function forgetArguments({ facts }: Frame): void {
  for (let register = 1; register <= 5; register++) facts.forget(register);
}

export function functionPointer(frame: Frame, { index, dst, imm }: Reference): void {
  frame.code.global(frame.links.pointerTo(index + 1 + imm));
  frame.setLow(dst);
}
