/** A map as libbpf creates it. */
export interface LibbpfMap {
  readonly name: string;
  readonly type: number;
  readonly keySize: number;
  readonly valueSize: number;
  readonly maxEntries: number;
  readonly flags: number;
  readonly descriptor: number;
  /** Of data: the value that it has at the start. */
  readonly contents: Uint8Array | undefined;
}

/** A program as libbpf loads it. */
export interface LibbpfProgram {
  readonly name: string;
  readonly section: string;
  readonly type: number;
  readonly attachType: number;
  /** After relocation where the object was loaded. */
  readonly instructions: Uint8Array;
}

/** What libbpf makes of an object. */
export interface LibbpfObject {
  /** Negative errno of opening it; 0. */
  readonly opened: number;
  /** Negative errno of loading it into the kernel; 0. */
  readonly loaded: number;
  /** What libbpf printed. */
  readonly log: string;
  readonly maps: readonly LibbpfMap[];
  readonly programs: readonly LibbpfProgram[];
}

export interface Libbpf {
  readonly version: string;
  read(object: Uint8Array, load: boolean): LibbpfObject;
  /** Milliseconds that it takes to open an object and, where it is asked for, to load it. Throws where it is refused. */
  time(object: Uint8Array, load: boolean): number;
}

/** This machine's libbpf, or why it cannot be asked. */
export const libbpf: Libbpf | { readonly missing: string } = await open();

async function open(): Promise<Libbpf | { missing: string }> {
  if (process.platform !== "linux") return { missing: "not Linux" };
  const koffi = await import("koffi").catch(() => undefined);
  if (koffi === undefined) return { missing: "koffi is not installed" };
  let library: ReturnType<typeof koffi.load>;
  try {
    library = koffi.load("libbpf.so.1");
  } catch {
    return { missing: "there is no libbpf.so.1" };
  }
  koffi.proto("int netsim_print(int level, const char *format, void *arguments)");
  const call = {
    version: library.func("const char *libbpf_version_string()"),
    setPrint: library.func("void *libbpf_set_print(netsim_print *print)"),
    openMem: library.func("void *bpf_object__open_mem(void *bytes, size_t size, void *options)"),
    close: library.func("void bpf_object__close(void *object)"),
    load: library.func("int bpf_object__load(void *object)"),
    nextProgram: library.func("void *bpf_object__next_program(void *object, void *previous)"),
    programName: library.func("const char *bpf_program__name(void *program)"),
    sectionName: library.func("const char *bpf_program__section_name(void *program)"),
    programType: library.func("int bpf_program__type(void *program)"),
    attachType: library.func("int bpf_program__expected_attach_type(void *program)"),
    instructionCount: library.func("size_t bpf_program__insn_cnt(void *program)"),
    instructions: library.func("void *bpf_program__insns(void *program)"),
    nextMap: library.func("void *bpf_object__next_map(void *object, void *previous)"),
    mapName: library.func("const char *bpf_map__name(void *map)"),
    mapType: library.func("int bpf_map__type(void *map)"),
    keySize: library.func("uint32_t bpf_map__key_size(void *map)"),
    valueSize: library.func("uint32_t bpf_map__value_size(void *map)"),
    maxEntries: library.func("uint32_t bpf_map__max_entries(void *map)"),
    flags: library.func("uint32_t bpf_map__map_flags(void *map)"),
    descriptor: library.func("int bpf_map__fd(void *map)"),
    initialValue: library.func("void *bpf_map__initial_value(void *map, _Out_ size_t *size)"),
    error: library.func("long libbpf_get_error(void *pointer)"),
  };
  const vsnprintf = koffi
    .load("libc.so.6")
    .func("int vsnprintf(void *to, size_t size, const char *format, void *arguments)");
  let log = "";
  const line = Buffer.alloc(4096);
  const print = koffi.register((level: number, format: string, args: unknown): number => {
    if (level > 1) return 0;
    const length = vsnprintf(line, line.length, format, args) as number;
    log += line.toString("utf8", 0, Math.min(Math.max(length, 0), line.length - 1));
    return 0;
  }, "netsim_print *");
  call.setPrint(print);
  const bytesAt = (pointer: unknown, length: number): Uint8Array =>
    length === 0
      ? new Uint8Array()
      : Uint8Array.from(koffi.decode(pointer, koffi.array("uint8_t", length)) as number[]);

  return {
    time(object, load) {
      const bytes = Buffer.from(object);
      const begun = process.hrtime.bigint();
      const handle = call.openMem(bytes, bytes.length, null) as unknown;
      const errno = Number(call.error(handle)) || (load ? (call.load(handle) as number) : 0);
      const elapsed = Number(process.hrtime.bigint() - begun) / 1e6;
      if (errno !== 0) throw new Error(`libbpf refuses the object with ${errno}: ${log.slice(0, 2000)}`);
      call.close(handle);
      return elapsed;
    },
    version: call.version() as string,
    read(object, load) {
      log = "";
      const handle = call.openMem(Buffer.from(object), object.length, null) as unknown;
      const opened = Number(call.error(handle));
      if (opened !== 0) return { opened, loaded: opened, log, maps: [], programs: [] };
      const loaded = load ? (call.load(handle) as number) : 0;
      const maps: LibbpfMap[] = [];
      for (let map = call.nextMap(handle, null); map !== null; map = call.nextMap(handle, map)) {
        const size = [0];
        const value = call.initialValue(map, size) as unknown;
        maps.push({
          name: call.mapName(map),
          type: call.mapType(map),
          keySize: call.keySize(map),
          valueSize: call.valueSize(map),
          maxEntries: call.maxEntries(map),
          flags: call.flags(map),
          descriptor: call.descriptor(map),
          contents: value === null ? undefined : bytesAt(value, size[0]!),
        });
      }
      const programs: LibbpfProgram[] = [];
      for (let it = call.nextProgram(handle, null); it !== null; it = call.nextProgram(handle, it))
        programs.push({
          name: call.programName(it),
          section: call.sectionName(it),
          type: call.programType(it),
          attachType: call.attachType(it),
          instructions: bytesAt(call.instructions(it), Number(call.instructionCount(it)) * 8),
        });
      call.close(handle);
      return { opened, loaded, log, maps, programs };
    },
  };
}
