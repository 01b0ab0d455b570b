import type { ErrorCode } from "../errors.ts";
import type { Explanation } from "./explanation.ts";

/** The codes of programs, captures, plugins, and of netsim itself. */
export const OF_PROGRAMS = {
  "bad-capture": {
    meaning: "A file is no capture, or is damaged.",
    cause: "It is neither pcap nor pcapng, is compressed, or was cut off while it was written.",
    remedy: "Look at the byte offset in the message; decompress the file, or capture again.",
  },
  "plugin-unloadable": {
    meaning: "A plugin could not be loaded.",
    cause: "Importing the module failed, or what it exports is not a plugin.",
    remedy: "Import the module with node by itself, and compare its export with the plugins' documentation.",
  },
  "plugin-failed": {
    meaning: "A plugin's function threw, or gave what it must not give.",
    cause: "There is a mistake in the plugin's code.",
    remedy: "Mend the plugin; the message says in which of its functions it happened.",
  },
  unsupported: {
    meaning: "What you ask for is right, and netsim does not do it yet.",
    cause: "A program calls a kernel function, or needs a feature, that is not simulated.",
    remedy: "Do without it, or use the running kernel where the command offers that.",
  },
  "bad-object": {
    meaning: "A file is no BPF object that can be loaded.",
    cause: "It was compiled for another machine than BPF, is damaged, or has no program in it.",
    remedy: "Compile with `clang -O2 -g -target bpf -c`, and put each program into a section such as `tc` or `xdp`.",
  },
  "compiler-missing": {
    meaning: "A program is C and no C compiler for BPF was found.",
    cause: "Neither clang nor gcc for BPF is installed, or it is not in PATH.",
    remedy: "Install clang, or compile elsewhere and name the object (.o) instead of the source.",
  },
  "program-syntax": {
    meaning: "The text of a program, filter or profile cannot be read.",
    cause: "An instruction, operand or keyword is mistyped, or the text is in another language than its key says.",
    remedy: "Mend the place that is shown, or name the language that the text is in.",
  },
  "program-rejected": {
    meaning: "Linux would refuse to load the program.",
    cause: "It may read outside the packet, jump out of itself, or use a helper that its type may not call.",
    remedy: "Ask `netsim bpf verify` for the reason, with the line and a packet that shows it.",
  },
  usage: {
    meaning: "The words of the command do not make sense together.",
    cause: "An option is mistyped, lacks its value, or does not go with another.",
    remedy: "Read the help of the command: put `--help` behind it.",
  },
  "kernel-unavailable": {
    meaning: "The command needs the running kernel and cannot use it.",
    cause: "The system is not Linux, the user is not root, or the optional package koffi is missing.",
    remedy: "Run it as root on Linux; the engines interpreter and jit need neither.",
  },
  internal: {
    meaning: "The mistake is netsim's own.",
    cause: "It is a bug: nothing in a user's files is to lead here.",
    remedy: "Report it with the files and the command that show it.",
  },
} as const satisfies Partial<Record<ErrorCode, Explanation>>;
