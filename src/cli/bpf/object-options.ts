import type { Command } from "commander";

/** What of an object is meant, and what it is read for; as commander gives it. */
export interface ObjectFlags {
  readonly section?: string;
  readonly program?: string;
  readonly btf?: string;
  readonly kconfig?: string;
}

/** The options of every command that takes a program, for when that is an ELF object or a C source. */
export function objectOptions(command: Command): Command {
  return command
    .option("--program <name>", "of an object or C source: the program of that name")
    .option("--section <name>", "of an object or C source: the programs in that section")
    .option("--btf <file>", "the kernel's types for CO-RE: BTF or a vmlinux (default: those that netsim simulates)")
    .option("--kconfig <file>", "the kernel's configuration for CONFIG_ externs, as in /boot/config-*");
}
