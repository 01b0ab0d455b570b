import { describe, expect, it } from "vitest";
import { argumentText } from "../../../src/seccomp/calls/argument-text.ts";

describe("texts among arguments", () => {
  it.each([
    { name: "a path", have: '"/etc/passwd"', want: "/etc/passwd" },
    { name: "a text that strace has cut", have: '"GET / HT"...', want: "GET / HT" },
    { name: "escapes of C", have: '"a\\n\\t\\"\\\\"', want: 'a\n\t"\\' },
    { name: "escapes by numbers", have: '"\\0\\177\\x41\\101"', want: "\0\x7fAA" },
    { name: "nothing in quotation marks", have: '""', want: "" },
    { name: "a number", have: "3", want: undefined },
    { name: "an array of texts", have: '["a", "b"]', want: undefined },
    { name: "a text without an end", have: '"abc', want: undefined },
  ])("$name", ({ have, want }) => {
    expect(argumentText(have)).toBe(want);
  });
});
