import { INSTRUCTION_BYTES } from "../../isa/instruction.ts";
import type { CodeInformation, LineInformation } from "../btf/btf-ext.ts";
import type { ParsedBtf } from "../btf/parse-btf.ts";
import type { AbsentTypes } from "../core/apply-relocations.ts";
import type { ObjectFunction, ObjectProgram, SourceLine, UnresolvedSymbol } from "../object-file.ts";
import type { SectionMeaning } from "../section/find-section-kind.ts";
import type { CodeFunction } from "./code.ts";
import type { LinkedCode, LinkedFunction } from "./link-program.ts";

/** Source lines longer than this are shown without their text. */
const LONGEST_LINE = 16 << 10;

/** What BTF knows of code. */
export interface CodeDescription {
  readonly btf: ParsedBtf;
  readonly information: ReadonlyMap<string, CodeInformation>;
  readonly absent: AbsentTypes;
}

/** A linked program. What is known of its functions and lines is put together when it is asked for. */
export class LinkedProgram implements ObjectProgram {
  readonly name: string;
  readonly section: string;
  readonly autoload: boolean;
  readonly type: string | undefined;
  readonly attachType: number | undefined;
  readonly attachTarget: string | undefined;
  readonly flags: number;
  readonly instructions: Uint8Array;
  readonly unresolved: readonly UnresolvedSymbol[];
  readonly #linked: readonly LinkedFunction[];
  readonly #description: CodeDescription | undefined;
  #functions: readonly ObjectFunction[] | undefined;
  #lines: readonly SourceLine[] | undefined;

  constructor(
    main: CodeFunction,
    { bytes, functions }: LinkedCode,
    meaning: SectionMeaning,
    description: CodeDescription | undefined,
  ) {
    this.name = main.name;
    this.section = meaning.autoload ? main.section.name : main.section.name.slice(1);
    this.autoload = meaning.autoload;
    this.type = meaning.type;
    this.attachType = meaning.attachType;
    this.attachTarget = meaning.attachTarget;
    this.flags = meaning.flags;
    this.instructions = bytes;
    this.unresolved = unresolvedOf(functions);
    this.#linked = functions;
    this.#description = description;
  }

  get functions(): readonly ObjectFunction[] {
    this.#functions ??= this.#linked.map((it) => this.#describe(it));
    return this.#functions;
  }

  get lines(): readonly SourceLine[] {
    this.#lines ??= this.#linked.flatMap((it) => this.#linesOf(it));
    return this.#lines;
  }

  get absent(): ReadonlyMap<number, string> {
    const found = new Map<number, string>();
    for (const { code, slot } of this.#linked) {
      const [first, end] = [code.offset / INSTRUCTION_BYTES, (code.offset + code.size) / INSTRUCTION_BYTES];
      for (const [inSection, what] of this.#description?.absent.get(code.section.name) ?? [])
        if (inSection >= first && inSection < end) found.set(slot + inSection - first, what);
    }
    return found;
  }

  #describe({ code, slot }: LinkedFunction): ObjectFunction {
    const { btf, information } = this.#description ?? {};
    const typeId = information?.get(code.section.name)?.functions.find(({ offset }) => offset === code.offset)?.typeId;
    const type = typeId === undefined ? undefined : btf!.type(typeId);
    const linkage = type?.kind === "function" && !code.hidden && !code.isStatic ? type.linkage : "static";
    return { name: code.name, instruction: slot, typeId, linkage };
  }

  #linesOf({ code, slot }: LinkedFunction): SourceLine[] {
    const lines = this.#description?.information.get(code.section.name)?.lines;
    if (lines === undefined) return [];
    const { strings } = this.#description!.btf;
    const found: SourceLine[] = [];
    const end = code.offset + code.size;
    for (let i = firstFrom(lines, code.offset); i < lines.length && lines[i]!.offset < end; i++) {
      const it = lines[i]!;
      found.push({
        instruction: slot + Math.floor((it.offset - code.offset) / INSTRUCTION_BYTES),
        file: strings.at(it.file, LONGEST_LINE) ?? "",
        line: it.line,
        column: it.column,
        text: strings.at(it.text, LONGEST_LINE) ?? "",
      });
    }
    return found;
  }
}

/** Index of the first line at or behind a byte of the section. */
function firstFrom(lines: readonly LineInformation[], offset: number): number {
  let low = 0;
  let high = lines.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (lines[middle]!.offset < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}

function unresolvedOf(functions: readonly LinkedFunction[]): UnresolvedSymbol[] {
  const found = new Map<string, UnresolvedSymbol & { readonly instructions: number[] }>();
  for (const { code, slot } of functions)
    for (const { name, kind, weak, slot: inside } of code.unresolved) {
      const known = found.get(name);
      if (known === undefined) found.set(name, { name, kind, weak, instructions: [slot + inside] });
      else known.instructions.push(slot + inside);
    }
  return [...found.values()];
}
