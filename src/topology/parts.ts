import type { Hook } from "../hooks/hook.ts";
import type { JsonSchema } from "../json-schema.ts";
import type { Grammar } from "./tc-command/grammar.ts";

/** What plugins bring to the format of topology files. Both are read several times, so neither may be a generator. */
export interface TopologyParts {
  readonly hooks: Iterable<Hook>;
  readonly languages: Iterable<LanguagePart>;
  readonly qdiscs: Iterable<QdiscPart>;
}

/** A kind of queueing discipline. */
export interface QdiscPart<Options = unknown> {
  /** As in `kind: htb`. */
  readonly name: string;
  readonly description: string;
  /** Schemas of its own keys. */
  readonly options: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  /** Schemas of the keys of one of its classes, which stand under `classes` by their ids; absent: it has no classes that are made. */
  readonly classOptions?: Readonly<Record<string, JsonSchema>>;
  readonly classRequired?: readonly string[];
  /** The words that tc has for its keys, and for those of its classes; absent: it is not made by commands. */
  readonly words?: Grammar;
  readonly classWords?: Grammar;
  /** The keys that stay as they were where a command changes the discipline and does not name them; `refused`: it cannot be changed. Default: all. */
  readonly changeKeeps?: readonly string[] | "refused";
  /** tc sends options for it even where the command names none. */
  readonly makesOptions?: boolean;
  /** The same of a class; default: none. */
  readonly classChangeKeeps?: readonly string[];
  /** Says in the discipline's keys what tc makes of the words of a command. */
  completeWords?(values: Readonly<Record<string, unknown>>): Record<string, unknown>;
  /** Says in the keys of a class what words of a command say in another way. */
  completeClassWords?(values: Readonly<Record<string, unknown>>): Record<string, unknown>;
  /** Keys that no command changes. */
  readonly fixed?: readonly string[];
  /** Filters may stand at the discipline; where it has `classOptions` they may in any case. */
  readonly filters?: boolean;
  /** And at each of its classes. */
  readonly classFilters?: boolean;
  /** It cannot stand in a class. */
  readonly rootOnly?: boolean;
  /** Says of values that a command names what tc itself refuses. Throws OptionError. */
  checkWords?(values: Readonly<Record<string, unknown>>): void;
  /**
   * Reads the values of its keys. Throws OptionError.
   * @param options as the file has them.
   * @param classes options of its classes by their ids, 32 bits.
   */
  parse(
    options: Readonly<Record<string, unknown>>,
    classes: ReadonlyMap<number, Readonly<Record<string, unknown>>>,
    handle: number,
  ): Options;
}

/** A language that programs are written in. */
export interface LanguagePart {
  /** The key under which a program is given in it. */
  readonly key: string;
  readonly schema: JsonSchema;
  /** One line for editors. */
  readonly description: string;
  /** The value is the program itself, that or a single word that names its file, or always a file's name. Default `text-or-file`. */
  readonly content?: "text" | "text-or-file" | "file";
  /** Schemas of the keys that may stand beside it. */
  readonly options?: Readonly<Record<string, JsonSchema>>;
}
