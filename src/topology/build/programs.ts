import { NetsimError } from "../../errors.ts";
import { namesHint } from "../check/hints.ts";
import { besideFile, readTextFile } from "../document.ts";
import type { ProgramSource } from "../model.ts";
import type { LanguagePart } from "../parts.ts";
import type { Span } from "../yaml/source-text.ts";
import { exact, type YamlScalar, type YamlValue } from "../yaml/value.ts";
import type { BuildContext, LocatedText } from "./context.ts";
import type { Fields } from "./fields.ts";

/** Bytes of the largest program as text and as an object. */
const LARGEST = { text: 4 << 20, file: 64 << 20 };

/** The programs of a topology: those under `programs`, and those written in place as they are met. */
export class Programs {
  readonly sources = new Map<string, ProgramSource>();
  private readonly context: BuildContext;
  private readonly languages: readonly LanguagePart[];
  /** Also of programs that could not be read, so that a reference to them is no second problem. */
  private readonly names: string[];

  constructor(root: Fields, languages: readonly LanguagePart[]) {
    this.context = root.context;
    this.languages = languages;
    const programs = root.named("programs");
    this.names = programs.map(({ name }) => name);
    for (const { name, value } of programs) {
      const source = this.read(value, name);
      if (source !== undefined) this.sources.set(name, source);
    }
  }

  /** Name of the program that a value refers to or holds in place; undefined where that is wrong. */
  refer(value: YamlValue): string | undefined {
    if (value.kind !== "map") {
      const name = this.context.text(value);
      return name && this.named(name);
    }
    const source = this.read(value, this.nameInPlace(value.span));
    if (source === undefined) return undefined;
    this.sources.set(source.name, source);
    return source.name;
  }

  /** The program that a value refers to or holds in place, which does not become one to attach. */
  source(value: YamlValue): ProgramSource | undefined {
    if (value.kind === "map") return this.read(value, this.nameInPlace(value.span));
    const name = this.context.text(value);
    return name === undefined || this.named(name) === undefined ? undefined : this.sources.get(name.text);
  }

  /** Name of a program that stands within a command: `content` is a file's name or the program itself, as for the language's key. */
  inCommand(key: string, content: string, options: Readonly<Record<string, unknown>>, span: Span): string | undefined {
    const language = this.languages.find((one) => one.key === key);
    if (language === undefined) return undefined;
    const scalar: YamlScalar = {
      kind: "scalar",
      span,
      plain: content,
      value: content,
      source: content,
      isBlock: false,
    };
    const text = this.contentOf(scalar, language);
    if (text === undefined) return undefined;
    const name = this.nameInPlace(span);
    this.sources.set(name, { name, language: key, place: this.context.place(span), options, ...text });
    return name;
  }

  /** The name, where there is such a program. */
  named({ text, span }: LocatedText): string | undefined {
    if (this.names.includes(text)) return text;
    return this.context.problem(
      "unknown-reference",
      span,
      `There is no program '${text}'.`,
      namesHint(text, this.names),
    );
  }

  private nameInPlace(span: Span): string {
    const { file, line, column } = this.context.place(span);
    return `${file}:${line}:${column}`;
  }

  private read(value: YamlValue, name: string): ProgramSource | undefined {
    if (value.kind !== "map") return this.context.mismatch(value.span);
    const language = this.languages.find(({ key }) => value.entries.has(key));
    if (language === undefined) return undefined;
    const content = value.entries.get(language.key)!.value;
    if (content.kind !== "scalar" || typeof content.value !== "string") return this.context.mismatch(content.span);
    const place = this.context.place(content.span);
    const text = this.contentOf(content, language);
    const options: Record<string, unknown> = {};
    for (const [key, entry] of value.entries) if (key !== language.key) options[key] = exact(entry.value);
    return text && { name, language: language.key, place, options, ...text };
  }

  /** A single word is a file's name where the language has files, anything else the program itself. */
  private contentOf(
    content: YamlScalar,
    { content: kind = "text-or-file" }: LanguagePart,
  ): Pick<ProgramSource, "text" | "bytes" | "file" | "lineOffset"> | undefined {
    const { source } = this.context;
    const text = content.value as string;
    if (kind === "text" || (kind === "text-or-file" && /\s/.test(text))) {
      const line = source.lineAt(content.span.start);
      return { text, file: source.file, lineOffset: content.isBlock ? line : line - 1 };
    }
    const file = besideFile(source.file, text);
    try {
      const bytes = readTextFile(file, kind === "file" ? LARGEST.file : LARGEST.text, this.context.place(content.span));
      if (kind === "file") return { text: "", bytes, file, lineOffset: 0 };
      return { text: bytes.toString("utf8"), file, lineOffset: 0 };
    } catch (error) {
      if (!(error instanceof NetsimError)) throw error;
      for (const diagnostic of error.diagnostics) this.context.problems.addAt(content.span, diagnostic);
      return undefined;
    }
  }
}
