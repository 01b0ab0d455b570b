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
  /** True: the value is always the program itself. Else a single word is the name of the file that holds it. */
  readonly isInline?: boolean;
}
