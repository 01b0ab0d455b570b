import type { Command, Option } from "commander";
import { EXPLANATIONS, FINDINGS } from "../../explanations/explanations.ts";

/** What can stand for an unfinished word. */
export interface Candidates {
  readonly values: readonly { readonly value: string; readonly description: string }[];
  /** Names of files and directories can. */
  readonly files: boolean;
}

const NONE: Candidates = { values: [], files: false };
const FILES: Candidates = { values: [], files: true };

/** Values of options and arguments that commander takes as they come, by the names in their help. */
const KNOWN: Readonly<Record<string, readonly string[]>> = {
  "--engine": ["interpreter", "jit", "kernel"],
  "--engines": ["interpreter,jit", "interpreter,jit,kernel"],
  "--arch": ["x86_64", "aarch64", "i386", "arm", "riscv64"],
  code: Object.keys({ ...EXPLANATIONS, ...FINDINGS }),
};

/** Placeholders of options, and arguments, that are no files. */
const NO_FILES =
  /^(?:code|object|shell|bridge|event|word|number|name|names|i\/n|pattern|duration|call|values|action|release|license)$/;

/** @param words those behind the command's name, the last one unfinished. */
export function candidates(program: Command, words: readonly string[]): Candidates {
  const [last = "", ...before] = [...joined(words)].reverse();
  const { command, option, positional, isEnded } = walk(program, before.reverse());
  if (option !== undefined) return starting(valuesOf(option), last);
  const equals = last.indexOf("=");
  if (!isEnded && last.startsWith("--") && equals > 0) {
    const named = command.options.find(({ long }) => long === last.slice(0, equals));
    if (named === undefined) return NONE;
    const { values, files } = starting(valuesOf(named), last.slice(equals + 1));
    return { values: values.map((one) => ({ ...one, value: `${last.slice(0, equals)}=${one.value}` })), files };
  }
  if (!isEnded && last.startsWith("-")) return starting({ values: optionsOf(command), files: false }, last);
  const argument = command.registeredArguments[Math.min(positional, command.registeredArguments.length - 1)];
  const isOver = positional >= command.registeredArguments.length && argument?.variadic !== true;
  const own = argument === undefined || isOver ? NONE : placed(argument.name(), argument.argChoices);
  const subcommands =
    positional > 0 || isEnded ? [] : visible(command).map((one) => word(one.name(), one.description()));
  return starting({ values: [...subcommands, ...own.values], files: own.files }, last);
}

/** Bash takes `--option=value` for three words. */
function joined(words: readonly string[]): string[] {
  const result: string[] = [];
  for (const one of words) {
    const isPart =
      result.length > 0 && (one === "=" || result.at(-1)!.endsWith("=")) && result.at(-1)!.startsWith("--");
    if (isPart) result.push(result.pop()! + one);
    else result.push(one);
  }
  return result;
}

/** Where the words lead to. `option`: the one whose value comes next. */
function walk(program: Command, words: readonly string[]) {
  let command = program;
  let option: Option | undefined;
  let positional = 0;
  let isEnded = false;
  for (const one of words) {
    if (option !== undefined) option = undefined;
    else if (isEnded) positional++;
    else if (one === "--") isEnded = true;
    else if (one.startsWith("-") && one !== "-") {
      const found = command.options.find(({ long, short }) => one === long || one === short);
      option = found?.required ? found : undefined;
    } else {
      const next = positional === 0 ? command.commands.find((sub) => sub.name() === one) : undefined;
      if (next === undefined) positional++;
      else command = next;
    }
  }
  return { command, option, positional, isEnded };
}

function valuesOf({ argChoices, long, flags }: Option): Candidates {
  const known = KNOWN[long ?? ""];
  if (known !== undefined) return { values: known.map((value) => word(value)), files: false };
  return placed(/[<[]([^>\].]+)/.exec(flags)?.[1] ?? "", argChoices);
}

function placed(name: string, choices: readonly string[] | undefined): Candidates {
  const known = choices ?? KNOWN[name];
  if (known !== undefined) return { values: known.map((value) => word(value)), files: false };
  return NO_FILES.test(name) ? NONE : FILES;
}

const word = (value: string, description = "") => ({ value, description: description.replace(/\s+/g, " ") });

const visible = (command: Command) => command.createHelp().visibleCommands(command);

function optionsOf(command: Command) {
  const options = command.createHelp().visibleOptions(command);
  return options.map(({ long, short, description }) => word(long ?? short!, description));
}

function starting({ values, files }: Candidates, last: string): Candidates {
  return { values: values.filter(({ value }) => value.startsWith(last)), files };
}
