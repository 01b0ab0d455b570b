import { disassembleInstruction } from "../../isa/disassembler/disassemble.ts";
import type { Environment } from "../environment.ts";
import { type LinkedProgram, linkProgram } from "../link.ts";
import { type CompiledProgram, compileProgram, HOST_PREFIX } from "./compile.ts";
import type { LoadOptions } from "./jit.ts";
import { type ListingNames, listInstructions } from "./wasm/listing.ts";
import { type FunctionType, IMPORTS, type ModuleBuilder } from "./wasm/module-builder.ts";

/**
 * What a program is compiled to, in WebAssembly's text format: each BPF instruction as a comment before what became of
 * it. It is read back from the compiled bytes. Where a small program's main function is put in place of its calls, the
 * listing leaves the calls. Throws as Jit.load does.
 */
export function listCompiled(
  bytes: Uint8Array,
  environment: Environment,
  { checked = false, clearStacks = checked }: LoadOptions = {},
): string {
  const program = linkProgram(bytes, environment);
  return toText(compileProgram(program, environment, { checked, clearStacks, marks: true }), program);
}

function toText({ module, imports }: CompiledProgram, program: LinkedProgram): string {
  const hostNames = new Map(
    imports.hostCalls.map((instruction, i) => [`${HOST_PREFIX}${i}`, program.hosts.get(instruction)!.name]),
  );
  const names: ListingNames = {
    call: (index) => module.functionName(index),
    global: (index) => module.globals[index]!,
    type: (index) => signature(module.types[index]!),
  };
  return [
    "(module",
    ...importLines(module, hostNames),
    ...module.functions.flatMap((_, i) => functionLines(module, i, names, program)),
    ")",
    "",
  ].join("\n");
}

function importLines(module: ModuleBuilder, hostNames: ReadonlyMap<string, string>): string[] {
  const line = (name: string, what: string, comment?: string) =>
    `  (import "${IMPORTS}" "${name}" (${what}))${comment === undefined ? "" : ` ;; ${comment}`}`;
  return [
    line("memory", "memory 1"),
    ...(module.usesTable ? [line("table", "table 0 funcref")] : []),
    ...module.globals.map((name) => line(name, `global $${name} i32`)),
    ...module.imports.map(({ name, type }) =>
      line(name, `func $${name}${space(signature(module.types[type]!))}`, hostNames.get(name)),
    ),
  ];
}

function functionLines(
  module: ModuleBuilder,
  index: number,
  names: ListingNames,
  { instructions }: LinkedProgram,
): string[] {
  const { name, type, exported, code } = module.functions[index]!;
  const parameters = code!.parameters.map((local) => ` (param $${local.name} ${local.type})`).join("");
  const results = module.types[type]!.results.map((result) => ` (result ${result})`).join("");
  const lines = [`  (func $${name}${exported ? ` (export "${name}")` : ""}${parameters}${results}`];
  if (code!.locals.length > 0)
    lines.push(`    ${code!.locals.map((local) => `(local $${local.name} ${local.type})`).join(" ")}`);
  const marks = code!.marks.values();
  let mark = marks.next();
  for (const { offset, depth, text } of listInstructions(code!, names)) {
    const indent = "  ".repeat(depth + 2);
    for (; !mark.done && mark.value.offset <= offset; mark = marks.next()) {
      const slot = mark.value.number;
      lines.push(`${indent};; ${slot}: ${disassembleInstruction(instructions[slot]!, "kernel")}`);
    }
    lines.push(indent + text);
  }
  lines.push("  )");
  return lines;
}

/** `(param i64 i32) (result i64)` */
function signature({ parameters, results }: FunctionType): string {
  const part = (word: string, types: readonly string[]) => (types.length === 0 ? [] : [`(${word} ${types.join(" ")})`]);
  return [...part("param", parameters), ...part("result", results)].join(" ");
}

function space(text: string): string {
  return text === "" ? "" : ` ${text}`;
}
