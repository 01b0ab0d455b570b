import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CaptureClock } from "../../../src/packet/capture/clock.ts";

function unitsPerSecond(resolution: number): bigint {
  return resolution & 0x80 ? 2n ** BigInt(resolution & 0x7f) : 10n ** BigInt(resolution);
}

/** What CaptureClock does, in whole numbers of any size. */
function exact(resolution: number, offset: number, time: bigint) {
  const units = unitsPerSecond(resolution);
  return {
    seconds: Number(time / units + BigInt(offset)),
    nanoseconds: Number(((time % units) * 1_000_000_000n) / units),
  };
}

describe("CaptureClock", () => {
  const resolutions = [...Array.from({ length: 20 }, (_, i) => i), ...Array.from({ length: 64 }, (_, i) => 0x80 | i)];
  it.each(resolutions)("reads every timestamp of if_tsresol %i exactly", (resolution) => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
          // About whole seconds.
          fc
            .tuple(fc.nat(0x7fffffff), fc.integer({ min: -1, max: 1 }))
            .map(([seconds, more]) => BigInt.asUintN(64, BigInt(seconds) * unitsPerSecond(resolution) + BigInt(more))),
        ),
        fc.constantFrom(0, -1, 1_000_000_000),
        (time, offset) => {
          const clock = new CaptureClock(resolution, offset);
          const want = exact(resolution, offset, time);
          // Seconds beyond 2^53 are beyond exact numbers.
          fc.pre(want.seconds < 2 ** 53);
          clock.read(Number(time >> 32n), Number(time & 0xffffffffn));
          expect({ seconds: clock.seconds, nanoseconds: clock.nanoseconds }).toEqual(want);
          clock.read(Number(time >> 32n), Number(BigInt.asIntN(32, time)));
          expect({ seconds: clock.seconds, nanoseconds: clock.nanoseconds }).toEqual(want);
        },
      ),
    );
  });
});
