import { suggestion } from "../../packet/describe/did-you-mean.ts";
import {
  tcDecimal,
  tcFineTime,
  tcHexadecimal,
  tcInteger,
  tcPercent,
  tcRate,
  tcShare,
  tcShortRate,
  tcSize,
  tcSizeAndCell,
  tcTicks,
  tcTime,
} from "./units.ts";
import { WordError, type Words } from "./words.ts";

export type ValueType =
  | "integer"
  | "decimal"
  | "size"
  | "size and cell"
  | "rate"
  | "short rate"
  | "time"
  | "fine time"
  | "ticks"
  | "percent"
  | "share"
  | "seconds"
  | "hexadecimal"
  | "text"
  | "flag"
  | "off";

/** How values are read. `flag` and `off` have none: the keyword alone says true or false. */
const READERS: Readonly<Record<ValueType, (text: string) => unknown>> = {
  integer: tcInteger,
  decimal: tcDecimal,
  size: tcSize,
  "size and cell": tcSizeAndCell,
  rate: tcRate,
  "short rate": tcShortRate,
  time: tcTime,
  "fine time": tcFineTime,
  ticks: tcTicks,
  percent: tcPercent,
  share: tcShare,
  seconds: (text: string) => `${tcInteger(text)}s`,
  hexadecimal: tcHexadecimal,
  text: (text: string) => text,
  flag: () => true,
  off: () => false,
};

/** What follows a keyword of tc, and the key of the topology's format that it stands for; a dot leads into a mapping. */
export interface Keyword {
  readonly key: string;
  readonly type: ValueType;
  /** Values that may follow, numbers each. */
  readonly more?: readonly { readonly key: string; readonly type: ValueType }[];
  /** Numbers that all belong to the key. Where fewer than these follow, the rest of them stay. */
  readonly list?: readonly number[];
  /** 0 says nothing, as if the keyword were not there. */
  readonly zeroIsAbsent?: boolean;
  /** What the kernel or tc makes of the number. */
  readonly means?: (value: number) => number;
  /** It may be said only once. */
  readonly once?: boolean;
  /** It has no effect any more. */
  readonly ignored?: boolean;
  /** Words that may stand before the value and change its meaning. */
  readonly or?: Readonly<Record<string, Keyword>>;
}

/** The words of a kind of qdisc or class, by keyword; keywords that mean the same stand for themselves. */
export type Grammar = Readonly<Record<string, Keyword>>;

/** Reads option words until the end. */
export function readOptions(words: Words, grammar: Grammar, what: string): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (let word = words.peek; word !== undefined; word = words.peek) {
    const keyword = Object.hasOwn(grammar, word.text) ? grammar[word.text]! : undefined;
    if (keyword === undefined) {
      const hint = suggestion(word.text, Object.keys(grammar)) ?? describe(grammar, what);
      throw new WordError(`'${word.text}' is no option of ${what} that is simulated.`, word, hint);
    }
    words.take("an option");
    readValue(words, keyword, word.text, values);
  }
  return values;
}

function readValue(words: Words, keyword: Keyword, name: string, values: Record<string, unknown>): void {
  for (const [variant, other] of Object.entries(keyword.or ?? {}))
    if (words.accept(variant) !== undefined) {
      readValue(words, other, `${name} ${variant}`, values);
      return;
    }
  if (keyword.list !== undefined) {
    const list = [...keyword.list];
    let i = 0;
    while (i < list.length && (i === 0 || /^\d/.test(words.peek?.text ?? "")))
      list[i++] = words.read(`a value of ${name}`, READERS[keyword.type]) as number;
    put(values, keyword.key, list);
    return;
  }
  const hasValue = keyword.type !== "flag" && keyword.type !== "off";
  const word = words.peek;
  let value = hasValue ? words.read(`the value of ${name}`, READERS[keyword.type]) : READERS[keyword.type]("");
  if (keyword.once === true && keyword.key in values) throw new WordError(`\`${name}\` is said twice.`, word);
  if (typeof value === "number" && keyword.means !== undefined) value = keyword.means(value);
  if (keyword.ignored === true) return;
  if (keyword.zeroIsAbsent === true && /^0([a-z%]*)$/.test(String(value))) delete values[keyword.key];
  else put(values, keyword.key, value);
  for (const { key, type } of keyword.more ?? []) {
    if (!/^-?[\d.]/.test(words.peek?.text ?? "")) return;
    put(values, key, words.read(`a value of ${name}`, READERS[type]));
  }
}

function put(values: Record<string, unknown>, path: string, value: unknown): void {
  const [key, inner] = path.split(".") as [string, string?];
  if (inner === undefined) values[key] = value;
  else values[key] = { ...(values[key] as object | undefined), [inner]: value };
}

function describe(grammar: Grammar, what: string): string {
  const names = Object.keys(grammar);
  if (names.length === 0) return `There are none for ${what}.`;
  return `There are: ${names.join(", ")}.`;
}
