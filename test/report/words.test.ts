import { describe, expect, it } from "vitest";
import { count, duration, plural, size } from "../../src/report/words.ts";

describe("words", () => {
  const cases = [
    { name: "small counts stand as they are", have: count(999), want: "999" },
    { name: "thousands are set apart", have: count(1_234_567), want: "1,234,567" },
    { name: "one is singular", have: plural(1, "packet"), want: "1 packet" },
    { name: "none is plural", have: plural(0, "packet"), want: "0 packets" },
    { name: "irregular plurals", have: plural(2, "address", "addresses"), want: "2 addresses" },
    { name: "bytes are whole", have: size(54), want: "54 B" },
    { name: "sizes have decimal units", have: size(1_234_567), want: "1.235 MB" },
    { name: "the largest unit takes everything", have: size(5e15), want: "5000 TB" },
    { name: "zero", have: duration(0), want: "0 ns" },
    { name: "microseconds", have: duration(50_000), want: "50 us" },
    { name: "milliseconds", have: duration(12_345_678), want: "12.35 ms" },
    { name: "seconds do not become larger units", have: duration(7_200e9), want: "7200 s" },
  ];
  it.each(cases)("$name: $want", ({ have, want }) => {
    expect(have).toBe(want);
  });
});
