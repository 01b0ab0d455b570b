import { ByteWriter } from "./byte-writer.ts";
import type { CodeWriter } from "./code-writer.ts";
import { CORE, TYPE, type ValueType } from "./instructions.ts";

export interface FunctionType {
  readonly parameters: readonly ValueType[];
  readonly results: readonly ValueType[];
}

/** A function's name and type in the import section. */
interface ImportedFunction {
  readonly name: string;
  readonly type: number;
}

/** A function of the module; its code may be written after others already call it. */
interface OwnFunction {
  readonly name: string;
  readonly type: number;
  readonly exported: boolean;
  code?: CodeWriter;
}

/** Name of the module that everything is imported from. */
export const IMPORTS = "netsim";

const MAGIC = Uint8Array.of(0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00);
const END = Uint8Array.of(CORE.end);
const SECTION = { type: 1, import: 2, function: 3, export: 7, code: 10 } as const;
const KIND = { function: 0, table: 1, memory: 2, global: 3 } as const;

/** Largest body of a function that V8 takes (kV8MaxWasmFunctionSize). */
export const MAX_FUNCTION_BYTES = 7_654_321;

/**
 * A module that imports its memory (`memory`), its table (`table`, on demand), constants (i32 globals) and functions, and
 * exports functions. Import everything before declaring the first function.
 */
export class ModuleBuilder {
  readonly types: FunctionType[] = [];
  readonly imports: ImportedFunction[] = [];
  readonly functions: OwnFunction[] = [];
  /** Names of the imported i32 globals. */
  readonly globals: string[] = [];
  usesTable = false;
  private readonly typeKeys = new Map<string, number>();

  /** Index of the type, the same for equal types. */
  type(parameters: readonly ValueType[], results: readonly ValueType[]): number {
    const key = `${parameters.join()}>${results.join()}`;
    let index = this.typeKeys.get(key);
    if (index === undefined) {
      index = this.types.length;
      this.types.push({ parameters, results });
      this.typeKeys.set(key, index);
    }
    return index;
  }

  /** Index of the imported function, for `call`. */
  importFunction(name: string, parameters: readonly ValueType[], results: readonly ValueType[]): number {
    this.imports.push({ name, type: this.type(parameters, results) });
    return this.imports.length - 1;
  }

  /** Index of an imported constant. */
  importGlobal(name: string): number {
    this.globals.push(name);
    return this.globals.length - 1;
  }

  /** Index of a function of this module, for `call`. */
  declare(
    name: string,
    parameters: readonly ValueType[],
    results: readonly ValueType[],
    more: { exported?: boolean } = {},
  ): number {
    this.functions.push({ name, type: this.type(parameters, results), exported: more.exported ?? false });
    return this.imports.length + this.functions.length - 1;
  }

  /** Name of an imported function or one of this module, by its index for `call`. */
  functionName(index: number): string {
    return (this.imports[index] ?? this.functions[index - this.imports.length])!.name;
  }

  define(index: number, code: CodeWriter): void {
    this.functions[index - this.imports.length]!.code = code;
  }

  /** The module. Throws RangeError where a function is larger than V8 takes. */
  build(): Uint8Array {
    const module = new Pieces();
    module.add(MAGIC);
    module.section(SECTION.type, (body) => this.writeTypes(body.writer()));
    module.section(SECTION.import, (body) => this.writeImports(body.writer()));
    module.section(SECTION.function, (body) => {
      const out = body.writer();
      out.unsigned(this.functions.length);
      for (const { type } of this.functions) out.unsigned(type);
    });
    module.section(SECTION.export, (body) => this.writeExports(body.writer()));
    module.section(SECTION.code, (body) => {
      body.writer().unsigned(this.functions.length);
      for (const { name, code } of this.functions) addFunction(body, name, code!);
    });
    return module.join();
  }

  private writeTypes(body: ByteWriter): void {
    body.unsigned(this.types.length);
    for (const { parameters, results } of this.types) {
      body.byte(TYPE.function);
      for (const list of [parameters, results]) {
        body.unsigned(list.length);
        for (const type of list) body.byte(TYPE[type]);
      }
    }
  }

  private writeImports(body: ByteWriter): void {
    body.unsigned(1 + (this.usesTable ? 1 : 0) + this.globals.length + this.imports.length);
    const head = (name: string, kind: number) => {
      body.name(IMPORTS);
      body.name(name);
      body.byte(kind);
    };
    head("memory", KIND.memory);
    body.byte(0);
    body.unsigned(1);
    if (this.usesTable) {
      head("table", KIND.table);
      body.byte(TYPE.functionReference);
      body.byte(0);
      body.unsigned(0);
    }
    for (const name of this.globals) {
      head(name, KIND.global);
      body.byte(TYPE.i32);
      body.byte(0);
    }
    for (const { name, type } of this.imports) {
      head(name, KIND.function);
      body.unsigned(type);
    }
  }

  private writeExports(body: ByteWriter): void {
    const exported = this.functions.map((f, i) => [f, i] as const).filter(([f]) => f.exported);
    body.unsigned(exported.length);
    for (const [{ name }, i] of exported) {
      body.name(name);
      body.byte(KIND.function);
      body.unsigned(this.imports.length + i);
    }
  }
}

/** Runs of bytes one after the other, put together once their lengths are known. */
class Pieces {
  private readonly list: (Uint8Array | ByteWriter)[] = [];

  add(bytes: Uint8Array): void {
    this.list.push(bytes);
  }

  /** A piece that is written now. */
  writer(): ByteWriter {
    const writer = new ByteWriter();
    this.list.push(writer);
    return writer;
  }

  /** Section number, length, content. */
  section(id: number, write: (body: Pieces) => void): void {
    const head = this.writer();
    const body = new Pieces();
    write(body);
    head.byte(id);
    head.unsigned(body.length);
    for (const piece of body.list) this.list.push(piece);
  }

  get length(): number {
    return this.list.reduce((sum, { length }) => sum + length, 0);
  }

  join(): Uint8Array {
    const joined = new Uint8Array(this.length);
    let at = 0;
    for (const piece of this.list) {
      joined.set(piece instanceof ByteWriter ? piece.bytes : piece, at);
      at += piece.length;
    }
    return joined;
  }
}

/** Length, locals in runs of one type, instructions, end. */
function addFunction(body: Pieces, name: string, code: CodeWriter): void {
  const out = body.writer();
  const locals = new ByteWriter();
  const runs: { type: ValueType; count: number }[] = [];
  for (const { type } of code.locals) {
    const last = runs.at(-1);
    if (last?.type === type) last.count++;
    else runs.push({ type, count: 1 });
  }
  locals.unsigned(runs.length);
  for (const { type, count } of runs) {
    locals.unsigned(count);
    locals.byte(TYPE[type]);
  }
  const bytes = locals.length + code.length + 1;
  if (bytes > MAX_FUNCTION_BYTES)
    throw new RangeError(
      `Function ${name} takes ${bytes} bytes of WebAssembly; V8 takes at most ${MAX_FUNCTION_BYTES}.`,
    );
  out.unsigned(bytes);
  body.add(locals.bytes);
  body.add(code.bytes);
  body.add(END);
}
