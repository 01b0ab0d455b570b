import { decodeProgram } from "../bpf/isa/decode.ts";
import { HELPER_NAMES } from "../bpf/isa/helper-names.ts";
import type { VerifierMap } from "../bpf/verifier/map.ts";
import type { Environment } from "../bpf/vm/environment.ts";
import type { LinearMemory } from "../bpf/vm/memory.ts";
import type { VerifiedProgram } from "../programs/engine.ts";
import type { MapTouch } from "./program-way.ts";

/** Helpers that put into an entry what R3 points at. */
const STORES = "map_update_elem";
/** Helpers of maps without keys, whose R2 is a value. */
const KEYLESS = /^map_(push|pop|peek)_elem$/;

/** The maps that a program names, by their addresses. */
export type MapsByAddress = ReadonlyMap<bigint, VerifierMap>;

export function mapsOf({ bytes, maps }: VerifiedProgram, environment: Environment): MapsByAddress {
  const found = new Map<bigint, VerifierMap>();
  for (const it of decodeProgram(bytes).instructions) {
    if (it?.kind !== "reference" || it.to !== "map-fd") continue;
    const map = maps.get(it.imm);
    const address = map && environment.resolve(it);
    if (map !== undefined && address !== undefined) found.set(address, map);
  }
  return found;
}

/** Watches helpers of maps in one run. */
export class MapTouches {
  private readonly memory: LinearMemory;
  private readonly maps: MapsByAddress;
  private readonly touches: { touch: MapTouch; value?: { at: number; size: number } }[] = [];
  private open: { touch: MapTouch; map: VerifierMap } | undefined;

  constructor(memory: LinearMemory, maps: MapsByAddress) {
    this.memory = memory;
    this.maps = maps;
  }

  /** A helper is about to be called. @param registers R0 to R10. */
  call(number: number, registers: readonly bigint[]): void {
    const helper = (HELPER_NAMES[number] ?? "").replace(/^bpf_/, "");
    const map = this.maps.get(registers[1]!);
    if (map === undefined) return;
    const [second, third] = [Number(registers[2]), Number(registers[3])];
    const isKeyless = KEYLESS.test(helper) || map.keySize === 0;
    const isElement = helper.startsWith("map_");
    const given = helper === STORES ? third : isKeyless && helper.includes("push") ? second : undefined;
    this.open = {
      map,
      touch: {
        map: map.name ?? "",
        helper,
        ...(isElement && !isKeyless && { key: this.hex(second, map.keySize) }),
        ...(isElement && given !== undefined && { after: this.hex(given, map.valueSize) }),
      },
    };
  }

  /** The instruction behind a call is next. @param result R0. */
  returned(result: bigint): void {
    const { open } = this;
    if (open === undefined) return;
    this.open = undefined;
    const { touch, map } = open;
    const isFound = /^map_lookup/.test(touch.helper) && result !== 0n;
    if (!isFound) this.touches.push({ touch });
    else {
      const value = { at: Number(result), size: map.valueSize };
      this.touches.push({ touch: { ...touch, before: this.hex(value.at, value.size) }, value });
    }
  }

  /** All of them, with what entries hold now. */
  finish(): MapTouch[] {
    return this.touches.map(({ touch, value }) =>
      value === undefined ? touch : { ...touch, after: this.hex(value.at, value.size) },
    );
  }

  private hex(at: number, size: number): string {
    return Buffer.from(this.memory.bytes.subarray(at, at + size)).toString("hex");
  }
}
