import type { Hook } from "../hooks/hook.ts";
import type { JsonSchema } from "../json-schema.ts";

/** What plugins bring to the format of topology files. Both are read several times, so neither may be a generator. */
export interface TopologyParts {
  readonly hooks: Iterable<Hook>;
  readonly languages: Iterable<LanguagePart>;
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
