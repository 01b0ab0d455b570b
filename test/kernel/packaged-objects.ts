import { spawnSync } from "node:child_process";
import { readFileSync, statSync } from "node:fs";
import { cpus } from "node:os";
import { basename } from "node:path";
import { MAP_TYPE } from "../../src/bpf/maps/map-type.ts";
import { ObjectError, type ObjectFile, type ObjectMap } from "../../src/bpf/object/object-file.ts";

/** Debian's packages that ship programs of others: as files, or inside of the commands that load them. */
export const PACKAGES = ["libbpf-tools", "xdp-tools", "libxdp1", "golang-github-cilium-ebpf-dev", "ir-keytable"];

/** An object as its authors ship it. */
export interface PackagedObject {
  readonly package: string;
  /** The file that has it; the second and further ones of a file are numbered. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** ELF64, little-endian, version 1. */
const ELF = Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
const MACHINE_BPF = 247;
const [MACHINE, HEADERS, HEADER_SIZE, HEADER_COUNT] = [18, 40, 58, 60];

/** Those of the packages that are installed; each once. */
export function packagedObjects(): PackagedObject[] {
  const found = new Map<string, PackagedObject>();
  for (const name of PACKAGES) {
    const { status, stdout } = spawnSync("dpkg-query", ["-L", name], { encoding: "utf8" });
    if (status !== 0) continue;
    for (const file of stdout.split("\n"))
      if (file !== "" && statSync(file, { throwIfNoEntry: false })?.isFile())
        for (const [i, bytes] of objectsIn(readFileSync(file)).entries()) {
          const called = i === 0 ? basename(file) : `${basename(file)}, object ${i + 1}`;
          const key = bytes.toString("latin1");
          if (!found.has(key)) found.set(key, { package: name, name: called, bytes });
        }
  }
  return [...found.values()];
}

/** The objects in a file, or the file itself where it is one. */
function objectsIn(file: Buffer): Buffer[] {
  const objects: Buffer[] = [];
  for (let at = file.indexOf(ELF); at >= 0; at = file.indexOf(ELF, at + 1)) {
    if (at + 64 > file.length || file.readUInt16LE(at + MACHINE) !== MACHINE_BPF) continue;
    const end =
      Number(file.readBigUInt64LE(at + HEADERS)) +
      file.readUInt16LE(at + HEADER_SIZE) * file.readUInt16LE(at + HEADER_COUNT);
    objects.push(file.subarray(at, at + end));
  }
  return objects;
}

/** Bytes of a stack of 127 addresses, the most that the kernel takes. */
const STACK = 127 * 8;

/** The object with sizes for the maps whose sizes the commands choose that load it. */
export const sized = (object: ObjectFile): ObjectFile => ({ ...object, maps: object.maps.map(sizedMap) });

function sizedMap(map: ObjectMap): ObjectMap {
  return {
    ...map,
    maxEntries: map.maxEntries === 0 ? cpus().length : map.maxEntries,
    valueSize: map.valueSize === 0 && map.type === MAP_TYPE.stack_trace ? STACK : map.valueSize,
  };
}

/** What `read` gives, or why it cannot be read. */
export function readOrReason(read: () => ObjectFile): ObjectFile | string {
  try {
    return read();
  } catch (error) {
    if (error instanceof ObjectError) return error.message;
    throw error;
  }
}
