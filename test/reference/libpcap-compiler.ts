import { Buffer } from "node:buffer";
import koffi, { type LibraryHandle } from "koffi";
import type { ClassicInstruction } from "../../src/bpf/classic/instruction.ts";

/** What libpcap makes of an expression: a program, or its words of refusal. */
export type Compiled =
  | { readonly instructions: ClassicInstruction[]; readonly refusal?: undefined }
  | { readonly instructions?: undefined; readonly refusal: string };

export interface CompilerSettings {
  /** LINKTYPE_ value. */
  readonly linkType: number;
  readonly snapLength?: number;
  readonly optimize?: boolean;
  readonly netmask?: number;
}

const INSTRUCTION_SIZE = 8;
const PROGRAM_SIZE = 16;
const ERROR_BUFFER_SIZE = 256;
const NETMASK_UNKNOWN = 0xffff_ffff;

/** libpcap's compiler and its interpreter, called in this process. */
export class LibpcapCompiler {
  readonly version: string;
  readonly #openDead: (linkType: number, snapLength: number) => unknown;
  readonly #openOffline: (file: string, error: Buffer) => unknown;
  readonly #compile: (pcap: unknown, program: Buffer, text: string, optimize: number, netmask: number) => number;
  readonly #free: (program: Buffer) => void;
  readonly #run: (program: Buffer, packet: Buffer, wireLength: number, length: number) => number;
  readonly #error: (pcap: unknown) => string;
  readonly #close: (pcap: unknown) => void;

  private constructor(library: LibraryHandle) {
    this.version = library.func("str pcap_lib_version()")() as string;
    this.#openDead = library.func("void *pcap_open_dead(int, int)");
    this.#openOffline = library.func("void *pcap_open_offline(str, void *)");
    this.#compile = library.func("int pcap_compile(void *, void *, str, int, uint32)");
    this.#free = library.func("void pcap_freecode(void *)");
    this.#run = library.func("uint bpf_filter(void *, void *, uint, uint)");
    this.#error = library.func("str pcap_geterr(void *)");
    this.#close = library.func("void pcap_close(void *)");
  }

  /** Undefined where it is not installed. */
  static load(): LibpcapCompiler | undefined {
    if (process.platform !== "linux") return undefined;
    try {
      return new LibpcapCompiler(koffi.load("libpcap.so.0.8"));
    } catch {
      return undefined;
    }
  }

  /** Compiles for a link type, without a capture. */
  compile(text: string, settings: CompilerSettings): Compiled {
    const pcap = this.#openDead(dltOf(settings.linkType), settings.snapLength ?? 262_144);
    return this.#compiled(pcap, text, settings);
  }

  /** Compiles for a capture file, of whose link type the packets are. */
  compileFor(file: string, text: string, settings: Omit<CompilerSettings, "linkType"> = {}): Compiled {
    const message = Buffer.alloc(ERROR_BUFFER_SIZE);
    const pcap = this.#openOffline(file, message);
    if (pcap === null) throw new Error(message.toString("utf8", 0, message.indexOf(0)));
    return this.#compiled(pcap, text, settings);
  }

  #compiled(pcap: unknown, text: string, { optimize, netmask }: Omit<CompilerSettings, "linkType">): Compiled {
    const program = Buffer.alloc(PROGRAM_SIZE);
    const result = this.#compile(pcap, program, text, optimize === false ? 0 : 1, netmask ?? NETMASK_UNKNOWN);
    const compiled: Compiled = result === 0 ? { instructions: decode(program) } : { refusal: this.#error(pcap) };
    if (result === 0) this.#free(program);
    this.#close(pcap);
    return compiled;
  }

  /** What libpcap's interpreter returns for a packet. */
  run(instructions: readonly ClassicInstruction[], packet: Uint8Array, wireLength = packet.length): number {
    return this.#run(encode(instructions), Buffer.from(packet), wireLength, packet.length) >>> 0;
  }
}

function decode(program: Buffer): ClassicInstruction[] {
  const count = program.readUInt32LE(0);
  const address = program.readBigUInt64LE(8);
  const bytes = Buffer.from(koffi.decode(address, "uint8_t", count * INSTRUCTION_SIZE) as Uint8Array);
  return Array.from({ length: count }, (_, i) => {
    const at = i * INSTRUCTION_SIZE;
    return {
      code: bytes.readUInt16LE(at),
      jt: bytes[at + 2]!,
      jf: bytes[at + 3]!,
      k: bytes.readUInt32LE(at + 4),
    };
  });
}

function encode(instructions: readonly ClassicInstruction[]): Buffer {
  const bytes = Buffer.alloc(instructions.length * INSTRUCTION_SIZE);
  for (const [i, { code, jt, jf, k }] of instructions.entries()) {
    bytes.writeUInt16LE(code, i * INSTRUCTION_SIZE);
    bytes.writeUInt8(jt, i * INSTRUCTION_SIZE + 2);
    bytes.writeUInt8(jf, i * INSTRUCTION_SIZE + 3);
    bytes.writeUInt32LE(k, i * INSTRUCTION_SIZE + 4);
  }
  return bytes;
}

/** DLT_ for the LINKTYPE_ values that differ on Linux (pcap/dlt.h). */
function dltOf(linkType: number): number {
  return { 100: 11, 101: 12, 102: 15, 103: 16, 106: 19 }[linkType] ?? linkType;
}
