import { closeSync, mkdirSync, openSync, rmdirSync } from "node:fs";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { Bpf } from "../../src/bpf/bpf.ts";
import { assembleExtended } from "../../src/bpf/isa/assembler/assemble.ts";
import { MAP_TYPES } from "../../src/bpf/maps/map-type.ts";
import { ControlGroup } from "../../src/bpf/syscall/control-group.ts";
import { Attributes } from "../../src/kernel/bpf/attributes.ts";
import { openKernel } from "../../src/kernel/kernel.ts";

const kernel = await openKernel();
const missing = "missing" in kernel ? kernel.missing : undefined;
const { libc, maps, programs } = kernel as Exclude<typeof kernel, { missing: string }>;
const [ATTACH, DETACH, INFO, QUERY] = [8, 9, 15, 16];
const [SOCKET_FILTER, SCHED_CLS, XDP, CGROUP_SKB, CGROUP_SOCK] = [1, 3, 6, 8, 9];
const CGROUPS = "/sys/fs/cgroup/unified";

/** Also of what is no whole program. */
const assemble = (text: string): Uint8Array =>
  text === "" ? new Uint8Array() : assembleExtended(text, { complete: false }).bytes;

interface Load {
  readonly type: number;
  readonly text: string;
  readonly license?: string;
  readonly name?: string;
  readonly flags?: number;
  readonly attachType?: number;
}

const RETURN = "r0 = 1\nexit";

describe.skipIf(missing !== undefined)(`programs of bpf(2)${missing ? ` (${missing})` : ""}`, () => {
  const opened: number[] = [];
  afterAll(() => {
    for (const descriptor of opened) libc.close(descriptor);
  });

  /** The same program here and there, with the map of `map[fd:MAP]`. */
  function loadBoth({ type, text, license = "GPL", name = "", flags = 0, attachType = 0 }: Load) {
    const bpf = new Bpf();
    const map = { type: MAP_TYPES.array, keySize: 4, valueSize: 8, maxEntries: 1, flags: 0 };
    const ourMap = bpf.createMap(map);
    const theirMap = maps.createMap({ ...map, innerMap: 0 });
    const bytes = (descriptor: number) => assemble(text.replaceAll("MAP", String(descriptor)));
    const ours = bpf.loadProgram({ type, instructions: bytes(ourMap), license, name, flags, attachType });
    const options = { type, license, name, flags, expectedAttachType: attachType };
    const theirs = programs.load(bytes(theirMap), options).descriptor;
    opened.push(theirMap);
    if (theirs >= 0) opened.push(theirs);
    return { bpf, ours: ours.descriptor, theirs };
  }

  it.each<Load & { name: string; title: string }>([
    { title: "a program", name: "", type: SOCKET_FILTER, text: RETURN },
    { title: "no instruction", name: "", type: SOCKET_FILTER, text: "" },
    { title: "a flag that there is not", name: "", type: SOCKET_FILTER, text: RETURN, flags: 1 << 20 },
    { title: "no type", name: "", type: 0, text: RETURN },
    { title: "a type that there is not", name: "", type: 77, text: RETURN },
    { title: "a name", name: "count.2_x", type: SOCKET_FILTER, text: RETURN },
    { title: "a name with a blank", name: "not this", type: SOCKET_FILTER, text: RETURN },
    { title: "no descriptor", name: "", type: SOCKET_FILTER, text: "r1 = map[fd:77777]\nr0 = 0\nexit" },
    { title: "a descriptor of standard input", name: "", type: SOCKET_FILTER, text: "r1 = map[fd:0]\nr0 = 0\nexit" },
    { title: "an unread register", name: "", type: SOCKET_FILTER, text: "r0 = r3\nexit" },
    { title: "a loop", name: "", type: SOCKET_FILTER, text: "r0 = 0\nagain: goto again" },
    { title: "no exit", name: "", type: SOCKET_FILTER, text: "r0 = 0" },
    {
      title: "a helper that needs a licence",
      name: "",
      type: SCHED_CLS,
      license: "proprietary",
      text: "r1 = 0\nr2 = 4\ncall bpf_trace_printk\nr0 = 0\nexit",
    },
    { title: "the packet in a socket's filter", name: "", type: SOCKET_FILTER, text: "r0 = *(u32 *)(r1 +76)\nexit" },
    { title: "an attach type that it is not for", name: "", type: CGROUP_SKB, text: RETURN, attachType: 8 },
    { title: "the attach type of what leaves", name: "", type: CGROUP_SKB, text: RETURN, attachType: 1 },
    { title: "a socket's control group", name: "", type: CGROUP_SOCK, text: RETURN },
    { title: "strict alignment", name: "", type: SOCKET_FILTER, text: "*(u64 *)(r10 -12) = 1\nr0 = 0\nexit", flags: 1 },
    { title: "any alignment", name: "", type: SOCKET_FILTER, text: "*(u64 *)(r10 -12) = 1\nr0 = 0\nexit" },
    { title: "a pointer given away", name: "", type: CGROUP_SKB, text: "r0 = r10\nexit" },
  ])("load, or refuse, $title with the same error number", ({ title: _, ...load }) => {
    const { ours, theirs } = loadBoth(load);
    expect(Math.min(ours, 0)).toBe(Math.min(theirs, 0));
  });

  it("tell the same of a program", () => {
    const text = `r1 = map[fd:MAP]\nr2 = r10\nr2 += -4\n*(u32 *)(r10 -4) = 0\ncall bpf_map_lookup_elem\nr0 = 0\nexit`;
    const { bpf, ours, theirs } = loadBoth({ type: SCHED_CLS, text, name: "teller", license: "MIT" });
    const info = Buffer.alloc(232);
    expect(new Attributes(libc).words(0, theirs, info.length).pointer(8, info).call(INFO)).toBe(0);
    const mine = bpf.programInfo(ours);
    expect(mine).toMatchObject({ type: info.readUInt32LE(0), name: "teller", license: "MIT", verified: 7 });
    expect(mine).toMatchObject({ name: info.toString("latin1", 64, 70), tag: info.toString("hex", 8, 16) });
    expect((mine as { maps: readonly number[] }).maps).toHaveLength(info.readUInt32LE(52));
  });

  const frame = (bytes: number, type = 0x0800) => {
    const data = Buffer.alloc(bytes, 0x5a);
    if (bytes >= 14) data.writeUInt16BE(type, 12);
    return data;
  };
  it.each<{ title: string; type: number; text: string; data: Uint8Array; repeat?: number }>([
    { title: "no frame", type: SCHED_CLS, text: RETURN, data: frame(13) },
    { title: "the shortest frame", type: SCHED_CLS, text: RETURN, data: frame(14) },
    { title: "the longest packet", type: SCHED_CLS, text: "r0 = *(u32 *)(r1 +0)\nexit", data: frame(3712) },
    { title: "the longest frame for XDP", type: XDP, text: RETURN, data: frame(3520) },
    { title: "the length of a packet", type: SCHED_CLS, text: "r0 = *(u32 *)(r1 +0)\nexit", data: frame(100) },
    {
      title: "the length that a socket's filter sees",
      type: SOCKET_FILTER,
      text: "r0 = *(u32 *)(r1 +0)\nexit",
      data: frame(100),
    },
    {
      title: "what a socket's filter loads",
      type: SOCKET_FILTER,
      text: "r6 = r1\nr0 = *(u16 *)skb[2]\nexit",
      data: frame(60),
    },
    { title: "the protocol", type: SCHED_CLS, text: "r0 = *(u32 *)(r1 +16)\nexit", data: frame(60, 0x86dd) },
    { title: "the protocol of a length", type: SCHED_CLS, text: "r0 = *(u32 *)(r1 +16)\nexit", data: frame(60, 46) },
    {
      title: "a packet that is written, three times",
      type: SCHED_CLS,
      text: `r2 = *(u32 *)(r1 +76)
        r3 = *(u32 *)(r1 +80)
        r4 = r2
        r4 += 20
        r0 = 0
        if r4 > r3 goto out
        r0 = *(u8 *)(r2 +19)
        r0 += 1
        *(u8 *)(r2 +19) = r0
        out: exit`,
      data: frame(60),
      repeat: 3,
    },
    { title: "a type without runs", type: CGROUP_SOCK, text: RETURN, data: frame(60) },
  ])("run a program on $title", ({ type, text, data, repeat = 1 }) => {
    const { bpf, ours, theirs } = loadBoth({ type, text });
    const want = programs.testRun(theirs, { data, repeat });
    const have = bpf.testRun(ours, { data, repeat });
    if (typeof want === "number") expect(have).toBe(want);
    else expect(have).toEqual({ returnValue: want.returnValue, data: want.data, context: want.context });
  });

  const SHARED = 1;
  const page = 4096;
  it.each<{ title: string; map?: object; length?: number; offset?: number; writable?: boolean; freeze?: boolean }>([
    { title: "an array" },
    { title: "an array, to be written", writable: true },
    { title: "an array that was not made for it", map: { flags: 0 } },
    { title: "a hash", map: { type: MAP_TYPES.hash, flags: 0 } },
    { title: "no bytes", length: 0 },
    { title: "a byte", length: 1 },
    { title: "two pages of one", length: page + 1 },
    { title: "the second page of two", map: { maxEntries: 513 }, offset: page },
    { title: "the second page and a third", map: { maxEntries: 513 }, offset: page, length: page + 1 },
    { title: "from the middle of a page", map: { maxEntries: 1024 }, offset: 8 },
    { title: "a frozen array", freeze: true },
    { title: "a frozen array, to be written", freeze: true, writable: true },
    { title: "what programs only read, to be written", map: { flags: 1024 | 128 }, writable: true },
    { title: "what user space only reads", map: { flags: 1024 | 8 } },
    { title: "what user space only reads, to be written", map: { flags: 1024 | 8 }, writable: true },
    { title: "what user space only writes", map: { flags: 1024 | 16 } },
  ])("map $title into memory", ({ map: changes, length = page, offset = 0, writable = false, freeze = false }) => {
    const map = { type: MAP_TYPES.array, keySize: 4, valueSize: 8, maxEntries: 3, flags: 1024, ...changes };
    const mmap = libc.declare(
      "int64_t mmap(void *at, size_t length, int protection, int flags, int fd, int64_t offset)",
    );
    const munmap = libc.declare("int munmap(int64_t at, size_t length)");
    const bpf = new Bpf();
    const ours = bpf.createMap(map);
    const theirs = maps.createMap({ ...map, innerMap: 0 });
    try {
      if (freeze) expect(bpf.freeze(ours)).toBe(new Attributes(libc).words(0, theirs).call(22));
      const mapped = bpf.mapMemory(ours, { length, offset, writable });
      const at = Number(mmap(null, length, writable ? 3 : 1, SHARED, theirs, offset));
      expect(typeof mapped === "number" ? mapped : 0).toBe(at === -1 ? -libc.errno() : 0);
      expect(bpf.freeze(ours)).toBe(new Attributes(libc).words(0, theirs).call(22));
      if (at !== -1) munmap(at, length);
    } finally {
      libc.close(theirs);
    }
  });

  it("show in mapped memory what programs and commands put into the map", () => {
    const bpf = new Bpf();
    const map = bpf.createMap({ type: MAP_TYPES.array, keySize: 4, valueSize: 8, maxEntries: 3, flags: 1024 });
    const mapped = bpf.mapMemory(map, { length: 24, writable: true });
    if (typeof mapped === "number") throw new Error(`mmap gives ${mapped}`);
    const text = `r1 = map[fd:${map}]\nr2 = r10\nr2 += -4\n*(u32 *)(r10 -4) = 1\ncall bpf_map_lookup_elem
      if r0 == 0 goto +2\nr1 = *(u64 *)(r0 +0)\n*(u64 *)(r0 +8) = r1\nr0 = 0\nexit`;
    const refused = bpf.loadProgram({ type: SCHED_CLS, instructions: assemble(text), license: "GPL" });
    expect(refused.descriptor).toBe(-13);
    const program = bpf.loadProgram({
      type: SCHED_CLS,
      instructions: assemble(text.replace("r0 +8", "r0 +0").replace("r1 = *(u64 *)(r0 +0)", "r1 = 7")),
      license: "GPL",
    }).descriptor;
    mapped.bytes[16] = 9;
    expect(bpf.lookup(map, Uint8Array.of(2, 0, 0, 0))).toEqual(Uint8Array.of(9, 0, 0, 0, 0, 0, 0, 0));
    expect(bpf.testRun(program, { data: frame(60) })).toMatchObject({ returnValue: 0 });
    expect(mapped.bytes[8]).toBe(7);
    expect(bpf.freeze(map)).toBe(-16);
    mapped.unmap();
    expect(bpf.freeze(map)).toBe(0);
  });

  const root = (() => {
    const path = `${CGROUPS}/netsim-${process.pid}`;
    try {
      mkdirSync(path);
      return path;
    } catch {
      return undefined;
    }
  })();
  afterAll(() => {
    if (root !== undefined) rmdirSync(root);
  });

  it.skipIf(root === undefined)(
    `attach to control groups, in every order (${root === undefined ? `${CGROUPS} cannot be written` : CGROUPS})`,
    () => {
      const FLAGS = [
        0,
        0,
        1,
        2,
        2,
        2,
        2 | 4,
        2 | 8,
        2 | 16,
        2 | 64,
        2 | 8 | 64,
        3,
        4,
        2 | 4 | 8,
        2 | 8 | 16,
        2 | 16 | 32,
        256,
      ];
      const step = fc.record({
        what: fc.constantFrom("attach", "attach", "attach", "detach", "query"),
        group: fc.nat(1),
        program: fc.nat(4),
        attachType: fc.constantFrom(0, 0, 0, 1, 2, 99),
        flags: fc.constantFrom(...FLAGS),
        other: fc.option(fc.nat(4), { nil: undefined }),
        relative: fc.option(fc.nat(3), { nil: undefined }),
      });
      fc.assert(
        fc.property(fc.array(step, { minLength: 1, maxLength: 25 }), (steps) => {
          const groups = [`${root}/outer`, `${root}/outer/inner`];
          for (const path of groups) mkdirSync(path);
          const directories = groups.map((path) => openSync(path, "r"));
          const bpf = new Bpf();
          const outer = new ControlGroup(new ControlGroup());
          const targets = [outer, new ControlGroup(outer)].map((group) => bpf.attachments.open(group));
          // Four for packets, the last one loaded for what leaves, and one for sockets.
          const types = [CGROUP_SKB, CGROUP_SKB, CGROUP_SKB, CGROUP_SKB, CGROUP_SOCK];
          const instructions = assemble(RETURN);
          const ours = types.map((type, i) => {
            const attachType = i === 3 ? 1 : 0;
            return bpf.loadProgram({ type, instructions, license: "GPL", attachType }).descriptor;
          });
          const theirs = types.map(
            (type, i) =>
              programs.load(instructions, { type, expectedAttachType: i === 3 ? 1 : 0, logLevel: 0 }).descriptor,
          );
          const ids = theirs.map((descriptor) => {
            const info = Buffer.alloc(232);
            new Attributes(libc).words(0, descriptor, info.length).pointer(8, info).call(INFO);
            return info.readUInt32LE(4);
          });
          const query = (group: number, attachType: number, effective: boolean) => {
            const found = Buffer.alloc(4 * 64);
            const attributes = new Attributes(libc)
              .words(0, directories[group]!, attachType, effective ? 1 : 0)
              .pointer(16, found)
              .words(24, 64);
            const errno = attributes.call(QUERY);
            if (errno < 0) return errno;
            const list = Array.from({ length: attributes.word(24) }, (_, i) => ids.indexOf(found.readUInt32LE(4 * i)));
            return { programs: list, flags: attributes.word(12) };
          };
          const ourNumbers = ours.map((descriptor) => (bpf.programInfo(descriptor) as { id: number }).id);
          try {
            for (const { what, group, program, attachType, flags, other, relative } of steps) {
              if (what === "query") {
                for (const effective of [false, true]) {
                  const have = bpf.attachments.query(targets[group]!, attachType, effective);
                  const named =
                    typeof have === "number"
                      ? have
                      : { ...have, programs: have.programs.map((id) => ourNumbers.indexOf(id)) };
                  expect(named).toEqual(query(group, attachType, effective));
                }
              } else if (what === "detach") {
                const have = bpf.attachments.detach(
                  targets[group]!,
                  attachType,
                  other === undefined ? undefined : ours[other]!,
                );
                const want = new Attributes(libc)
                  .words(0, directories[group]!, other === undefined ? 0 : theirs[other]!, attachType)
                  .call(DETACH);
                expect(have).toBe(want);
              } else {
                const byId = (flags & 32) !== 0;
                const have = bpf.attachments.attach({
                  target: targets[group]!,
                  program: ours[program]!,
                  attachType,
                  flags,
                  ...(other === undefined ? {} : { replaced: ours[other]! }),
                  ...(relative === undefined ? {} : { relative: byId ? ourNumbers[relative]! : ours[relative]! }),
                });
                const want = new Attributes(libc)
                  .words(0, directories[group]!, theirs[program]!, attachType, flags)
                  .words(16, other === undefined ? 0 : theirs[other]!)
                  .words(20, relative === undefined ? 0 : byId ? ids[relative]! : theirs[relative]!)
                  .call(ATTACH);
                expect(have).toBe(want);
              }
            }
          } finally {
            for (const descriptor of theirs) libc.close(descriptor);
            for (const directory of directories) closeSync(directory);
            for (const path of groups.reverse()) rmdirSync(path);
          }
        }),
        { numRuns: 150, seed: 5 },
      );
    },
    60_000,
  );
});
