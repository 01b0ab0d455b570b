import type { Environment } from "../environment.ts";
import type { HostFunction } from "../host-function.ts";
import type { LinkedProgram } from "../link.ts";

/** How the code of one function finds what lies outside it. */
export interface ModuleLinks {
  readonly program: LinkedProgram;
  readonly environment: Environment;
  /** Tests every access against what the environment permits; else the program is trusted to keep to it. */
  readonly checked: boolean;
  /** A function's stack begins as zeroes. */
  readonly clearStacks: boolean;
  /** The code remembers where each instruction begins. */
  readonly marks: boolean;
  /** Index of the imported function. */
  host(host: HostFunction): number;
  /** Index of the function that begins at a slot, and the registers that it takes, ascending. */
  local(entry: number): { readonly index: number; readonly parameters: readonly number[] };
  /** Index of the imported constant that holds the function's number in the machine's table. */
  pointerTo(entry: number): number;
  /** Index of the type of main functions: (R1, base of the stack) -> R0. Asking makes the module import the table. */
  mainType(): number;
  /** Index of the type of functions that pointers point at: (R1 to R5, base of the stack) -> R0. Imports the table likewise. */
  callbackType(): number;
  /** Index of a function of the engine itself. */
  service(name: Service): number;
}

/**
 * - `access` (address i64, bytes, write, instruction, base: i32) -> address i32: throws where it is not permitted;
 * - `fault` (reason, instruction: i32): throws ProgramFault; the reason is an index into FAULTS;
 * - `isCompiled` (pointer i64, instruction i32) -> i32: does it point at compiled code? 0: at a host function; throws where it is
 *   neither;
 * - `callHost` (pointer i32, R1 to R5: i64) -> R0 i64: calls the host function that is pointed at;
 * - `tailCallCheck` (slot, instruction: i32): throws where the slot holds no function of this engine;
 * - `packetAddress` (context, offset, size: i32) -> i32: packetLoadAddress; part of the module itself, as `access` is.
 */
export type Service = "access" | "fault" | "isCompiled" | "callHost" | "tailCallCheck" | "packetAddress";
