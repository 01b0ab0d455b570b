/*
 * The part of the WebAssembly JavaScript interface that the engine uses. TypeScript has these declarations only
 * in its browser library, whose other globals do not exist in Node.
 */
declare namespace WebAssembly {
  class Memory {
    constructor(descriptor: { initial: number; maximum?: number; shared?: boolean });
    readonly buffer: ArrayBuffer;
    /** Returns the old size in pages; throws RangeError past the maximum. */
    grow(pages: number): number;
  }

  /** A function that compiled code exports: i32 values are signed numbers, i64 values are bigints. */
  type ExportedFunction = (...values: never[]) => unknown;

  class Table {
    constructor(descriptor: { element: "anyfunc"; initial: number; maximum?: number });
    readonly length: number;
    get(index: number): ExportedFunction | null;
    /** Throws TypeError where `value` is not an exported function or null. */
    set(index: number, value: ExportedFunction | null): void;
    grow(by: number): number;
  }

  /** Compiled code without imports; compiling is synchronous, and throws CompileError where the bytes are no valid module. */
  class Module {
    constructor(bytes: Uint8Array);
  }

  type Imports = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

  class Instance {
    constructor(module: Module, imports?: Imports);
    readonly exports: Readonly<Record<string, ExportedFunction>>;
  }

  class RuntimeError extends Error {}
}
