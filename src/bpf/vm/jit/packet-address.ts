import type { PacketFields } from "../environment.ts";
import { LINK_BASE, NETWORK_BASE } from "../packet-load.ts";
import { CodeWriter } from "./wasm/code-writer.ts";
import { CORE, I32, I32_MEMORY, I64 } from "./wasm/instructions.ts";

/**
 * The service `packetAddress` (context, offset, size: i32) -> i32: packetLoadAddress in WebAssembly. Each module has its own, as a
 * function that is imported costs a small module more time than all the rest.
 */
export function writePacketAddress(fields: PacketFields): CodeWriter {
  const code = new CodeWriter([
    { name: "context", type: "i32" },
    { name: "offset", type: "i32" },
    { name: "size", type: "i32" },
  ]);
  const [context, offset, size] = [0, 1, 2];
  const address = code.local("i64", "address");
  /** Leaves a u32 of the context as an i64, so that sums cannot wrap. */
  const field = (at: number) => {
    code.get(context);
    code.memory(I32_MEMORY.load, at);
    code.extend();
  };
  const setAddress = (header: number, base: number) => {
    field(header);
    code.get(offset);
    code.i32(base);
    code.op(I32.sub);
    code.extend();
    code.op(I64.add);
    code.set(address);
  };
  const ifOffsetFrom = (base: number) => {
    code.get(offset);
    code.i32(base);
    code.op(I32.geS);
    code.if();
  };
  const returnZero = () => {
    code.i32(0);
    code.op(CORE.return);
  };

  ifOffsetFrom(0);
  setAddress(fields.data, 0);
  code.else();
  ifOffsetFrom(NETWORK_BASE);
  setAddress(fields.networkHeader, NETWORK_BASE);
  code.else();
  ifOffsetFrom(LINK_BASE);
  code.get(context);
  code.memory(I32_MEMORY.load, fields.macHeader);
  code.op(I32.eqz);
  code.if();
  returnZero();
  code.end();
  setAddress(fields.macHeader, LINK_BASE);
  code.else();
  returnZero();
  code.end();
  code.end();
  code.end();

  code.get(address);
  field(fields.head);
  code.op(I64.ltU);
  code.if();
  returnZero();
  code.end();
  code.get(address);
  code.get(size);
  code.extend();
  code.op(I64.add);
  field(fields.data);
  field(fields.length);
  code.op(I64.add);
  code.op(I64.leU);
  code.if();
  code.get(address);
  code.wrap();
  code.op(CORE.return);
  code.end();
  code.i32(0);
  return code;
}
