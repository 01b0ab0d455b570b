import { Composer, type Document, Lexer, type ParsedNode, Parser, type YAMLError } from "yaml";
import type { Diagnostic } from "../../errors.ts";
import { convert, DEEPEST } from "./convert.ts";
import type { SourceText, Span } from "./source-text.ts";
import type { YamlValue } from "./value.ts";

type YamlDocument = Document.Parsed<ParsedNode, true>;

/**
 * Reads YAML 1.2 (core schema, merge keys). `problems` gets every syntax error; the value is undefined where the text
 * is too broken, or empty.
 */
export function parseYaml(source: SourceText, problems: Diagnostic[]): YamlValue | undefined {
  const error = (span: Span, message: string, hint?: string) =>
    problems.push({
      code: "yaml-syntax",
      severity: "error",
      message,
      place: source.place(span),
      ...(hint === undefined ? {} : { hint }),
    });
  const documents = compose(source, error);
  if (documents === undefined) return undefined;
  const errors = documents.flatMap((document) => document.errors);
  // Once the document has broken off, every further token is one more error of that kind.
  const cut = errors.find(isLeftover);
  for (const problem of errors) if (!isLeftover(problem) || problem === cut) report(problem, source, error);
  const [first, second] = documents;
  if (second !== undefined) {
    const start = second.contents?.range[0] ?? second.range[0];
    error(
      { start, end: start + 1 },
      "The file holds more than one YAML document.",
      "A topology is one document; remove the `---`.",
    );
  }
  if (first === undefined) return undefined;
  const { yaml } = first.directives;
  if (yaml.explicit && yaml.version !== "1.2")
    error(
      { start: 0, end: "%YAML".length },
      `The file asks for YAML ${yaml.version}; topologies are YAML 1.2.`,
      "Remove the %YAML line.",
    );
  for (const warning of first.warnings)
    error(
      span(warning),
      sentence(warning.message),
      comparisonHint(source, warning.pos[0]) ?? "Topologies use no tags of their own.",
    );
  if (problems.length > 0 || first.contents === null) return undefined;
  return convert(first.contents, source, problems);
}

/** The stream's documents; undefined when they are nested too deep to be composed. */
function compose(source: SourceText, error: (span: Span, message: string) => void): YamlDocument[] | undefined {
  const composer = new Composer({
    intAsBigInt: true,
    logLevel: "silent",
    prettyErrors: false,
    schema: "core",
    // Found in `convert`, which knows the place of the first of the two keys.
    uniqueKeys: false,
    version: "1.2",
  });
  const parser = new Parser();
  const documents: YamlDocument[] = [];
  for (const lexeme of new Lexer().lex(source.text)) {
    for (const token of parser.next(lexeme)) documents.push(...(composer.next(token) as Iterable<YamlDocument>));
    if (parser.stack.length > DEEPEST) {
      error(
        { start: parser.offset - lexeme.length, end: parser.offset },
        `The file is nested more than ${DEEPEST} levels deep here.`,
      );
      return undefined;
    }
  }
  for (const token of parser.end()) documents.push(...(composer.next(token) as Iterable<YamlDocument>));
  documents.push(...(composer.end() as Iterable<YamlDocument>));
  return documents;
}

/** A token after the document's end. */
function isLeftover({ message }: YAMLError): boolean {
  return /^Unexpected .* in YAML stream/.test(message);
}

function report(
  problem: YAMLError,
  source: SourceText,
  error: (span: Span, message: string, hint?: string) => void,
): void {
  error(span(problem), sentence(problem.message), comparisonHint(source, problem.pos[0]) ?? HINTS[problem.code]);
}

function span({ pos: [start, end] }: YAMLError): Span {
  return { start, end };
}

function sentence(message: string): string {
  return /[.!?]$/.test(message) ? message : `${message}.`;
}

/** `>` begins a folded block and `!` a tag, which people meet when they write a comparison without quotes. */
function comparisonHint(source: SourceText, at: number): string | undefined {
  const { text } = source;
  const start = text.lastIndexOf("\n", at - 1) + 1;
  const end = text.indexOf("\n", at);
  const comparison = /[:,[{]\s*((?:[<>!]=?|==?)\s*\d+)/.exec(text.slice(start, end < 0 ? text.length : end));
  return comparison === null ? undefined : `Write the comparison in quotes: "${comparison[1]}".`;
}

const HINTS: { readonly [code in YAMLError["code"]]?: string } = {
  TAB_AS_INDENT: "Indent with spaces.",
  BLOCK_AS_IMPLICIT_KEY: "Put text that contains ': ' in quotes, and check the indentation.",
  BAD_SCALAR_START: "Put the text in quotes.",
  MISSING_CHAR: "Look for a bracket, brace or quote that is not closed, or for a key without its ':'.",
  BAD_INDENT: "Check the indentation, and brackets that are not closed.",
};
