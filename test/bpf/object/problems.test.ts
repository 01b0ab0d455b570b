import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parseBtf } from "../../../src/bpf/object/btf/parse-btf.ts";
import { ObjectError, type ObjectProblem } from "../../../src/bpf/object/object-file.ts";
import { Problems } from "../../../src/bpf/object/problems.ts";
import { readObject } from "../../../src/bpf/object/read-object.ts";

const COUNT = new Uint8Array(readFileSync(new URL("../../../policies/count.o", import.meta.url)));

/** An object under the knife: words in its sections, by the sections' names. */
class Patient {
  readonly bytes = COUNT.slice();
  readonly view = new DataView(this.bytes.buffer);
  readonly table = Number(this.view.getBigUint64(40, true));

  header(name: string): number {
    const names = this.table + this.view.getUint16(62, true) * 64;
    const strings = Number(this.view.getBigUint64(names + 24, true));
    for (let header = this.table; ; header += 64) {
      const at = strings + this.view.getUint32(header, true);
      if (Buffer.from(this.bytes.subarray(at, at + name.length + 1)).toString() === `${name}\0`) return header;
    }
  }

  /** Sets a word of a section's content. */
  set(name: string, offset: number, value: number): void {
    this.view.setUint32(Number(this.view.getBigUint64(this.header(name) + 24, true)) + offset, value, true);
  }

  get(name: string, offset: number): number {
    return this.view.getUint32(Number(this.view.getBigUint64(this.header(name) + 24, true)) + offset, true);
  }
}

const CASES: {
  name: string;
  change: (it: Patient) => void;
  want: Omit<Partial<ObjectProblem>, "message"> & { message: RegExp };
}[] = [
  { name: "no ELF", change: (it) => it.bytes.fill(0, 0, 4), want: { offset: 0, message: /no ELF object/ } },
  { name: "32 bits", change: (it) => it.bytes.fill(1, 4, 5), want: { offset: 4, message: /not of 64 bits/ } },
  {
    name: "no byte order",
    change: (it) => it.bytes.fill(3, 5, 6),
    want: { offset: 5, message: /neither little- nor big-endian/ },
  },
  {
    name: "another machine",
    change: (it) => it.view.setUint16(18, 62, true),
    want: { offset: 18, message: /machine 62, not for BPF/ },
  },
  { name: "an executable", change: (it) => it.view.setUint16(16, 2, true), want: { offset: 16, message: /of type 2/ } },
  {
    name: "section headers behind the end",
    change: (it) => it.view.setUint32(40, 1e6, true),
    want: { offset: 40, message: /begin at byte 1000000/ },
  },
  {
    name: "too many section headers",
    change: (it) => it.view.setUint16(60, 60_000, true),
    want: { offset: 60, message: /60000 section headers/ },
  },
  {
    name: "a section behind the end",
    change: (it) => it.view.setUint32(it.header("license") + 32, 1e6, true),
    want: { message: /1000000 bytes from byte \d+ on does not fit/ },
  },
  {
    name: "sections on top of others",
    change: (it) => it.view.setUint32(it.header("license") + 32, 2_000, true),
    want: { message: /does not fit|lie on top of others/ },
  },
  {
    name: "a symbol in no section",
    change: (it) =>
      it.view.setUint16(Number(it.view.getBigUint64(it.header(".symtab") + 24, true)) + 24 + 6, 200, true),
    want: { section: ".symtab", offset: 30, message: /said to be in section 200/ },
  },
  {
    name: "a symbol without a name",
    change: (it) => it.set(".symtab", 24, 0x7fffffff),
    want: { section: ".symtab", offset: 24, message: /outside of it/ },
  },
  {
    name: "a relocation of no symbol",
    change: (it) => it.set(".relsocket", 12, 77),
    want: { section: ".relsocket", offset: 0, message: /names symbol 77/ },
  },
  {
    name: "a relocation outside of its section",
    change: (it) => it.set(".relsocket", 0, 4096),
    want: { section: ".relsocket", offset: 0, message: /byte 4096 of 'socket'/ },
  },
  {
    name: "a relocation of an instruction that holds no name",
    change: (it) => it.set(".relsocket", 0, 0),
    want: { section: "socket", offset: 0, message: /can hold none/ },
  },
  {
    name: "no BTF",
    change: (it) => it.set(".BTF", 0, 0),
    want: { section: ".BTF", offset: 0, message: /does not begin with eb9f/ },
  },
  {
    name: "BTF of another version",
    change: (it) => it.set(".BTF", 0, 0x0002eb9f),
    want: { section: ".BTF", offset: 2, message: /version 2/ },
  },
  {
    name: "types that do not fit",
    change: (it) => it.set(".BTF", 12, 1e6),
    want: { section: ".BTF", offset: 8, message: /types do not fit/ },
  },
  {
    name: "a type of no kind",
    change: (it) => it.set(".BTF", 24 + 4, 30 << 24),
    want: { section: ".BTF", offset: 28, message: /of kind 30/ },
  },
  {
    name: "a type cut short",
    change: (it) => it.set(".BTF", 24 + 4, (4 << 24) | 0xffff),
    want: { section: ".BTF", offset: 24, message: /takes 786432 bytes/ },
  },
  {
    name: "a type of a type that is not there",
    change: (it) => it.set(".BTF", 24 + 8, 5_000),
    want: { section: ".BTF", offset: 32, message: /refers to type 5000/ },
  },
  {
    name: "strings without an end",
    change: (it) => it.set(".BTF", 20, it.get(".BTF", 20) - 1),
    want: { section: ".BTF", message: /begin and end with a zero byte/ },
  },
  {
    name: "entries of no size",
    change: (it) => it.set(".BTF.ext", it.get(".BTF.ext", 4), 0),
    want: { section: ".BTF.ext", message: /said to be of 0 bytes/ },
  },
  {
    name: "more entries than there is room for",
    change: (it) => it.set(".BTF.ext", it.get(".BTF.ext", 4) + 8, 0xffffffff),
    want: { section: ".BTF.ext", message: /said to have 4294967295 entries/ },
  },
  {
    name: "function information of no type",
    change: (it) => it.set(".BTF.ext", it.get(".BTF.ext", 4) + 16, 9_999),
    want: { section: ".BTF.ext", message: /names type 9999/ },
  },
];

describe("an object that lies", () => {
  it.each(CASES)("about $name is told where", ({ change, want: { message, ...place } }) => {
    const patient = new Patient();
    change(patient);
    let error: unknown;
    try {
      readObject(patient.bytes);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(ObjectError);
    const problem = (error as ObjectError).problems.find((it) => message.test(it.message));
    expect(problem, (error as ObjectError).message).toMatchObject(place);
  });

  it("is told of all its lies at once", () => {
    const patient = new Patient();
    for (const name of ["license", ".BTF"]) patient.view.setUint32(patient.header(name) + 32, 1e6, true);
    expect(() => readObject(patient.bytes)).toThrow(/1000000 bytes[\s\S]*1000000 bytes/);
  });

  it("by being cut short anywhere is refused, not misread", () => {
    for (let length = 0; length < COUNT.length; length += 7)
      expect(() => readObject(COUNT.subarray(0, length)), `${length} bytes`).toThrow(ObjectError);
  });

  it("does not change the file's bytes", () => {
    const file = Buffer.from(COUNT);
    readObject(file);
    expect(file.equals(Buffer.from(COUNT))).toBe(true);
  });
});

/** BTF with one struct type in circles: typedef -> const -> typedef. */
function circle(): Uint8Array {
  const bytes = new Uint8Array(24 + 24 + 3);
  const view = new DataView(bytes.buffer);
  const words = [0x0001eb9f, 24, 0, 24, 24, 3, 1, 8 << 24, 2, 0, 10 << 24, 1];
  for (const [i, word] of words.entries()) view.setUint32(i * 4, word, true);
  bytes.set([0, 0x61, 0], 48);
  return bytes;
}

describe("types in circles", () => {
  it("have no size and no end, and are followed for a while only", async () => {
    const { alignmentOf, sizeOf, skipModifiers } = await import("../../../src/bpf/object/btf/resolve.ts");
    const btf = parseBtf(circle(), ".BTF", new Problems());
    expect(btf.type(1)).toEqual({ kind: "typedef", name: "a", type: 2 });
    expect([skipModifiers(btf, 1), sizeOf(btf, 1), alignmentOf(btf, 1)]).toEqual([undefined, undefined, undefined]);
  });
});
