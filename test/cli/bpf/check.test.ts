import { describe, expect, it } from "vitest";
import { binary, bpf } from "./files.ts";

describe("netsim bpf check", () => {
  it.each([
    ["ret #0", "<stdin>: 1 classic instruction, which the kernel would take\n"],
    ["r0 = 1\nexit", "<stdin>: 2 extended instructions, well formed; what the verifier looks for was not looked for\n"],
    [
      binary("b7000000010000009500000000000000"),
      "<stdin>: 2 extended instructions, well formed; what the verifier looks for was not looked for\n",
    ],
  ])("tells what it found", async (input, want) => {
    expect(await bpf(["check", "-"], input)).toEqual({ exitCode: 0, out: want, error: "" });
  });

  it("tells all problems of a classic program at once, with their lines", async () => {
    const { exitCode, error } = await bpf(["check", "-"], "div #0\n\nlsh #32\nret #0");
    expect(exitCode).toBe(4);
    expect(error).toMatch(
      /<stdin>:1: error\[program-rejected\]: Instruction 0.*\n[\s\S]*<stdin>:3: error\[program-rejected\]: Instruction 1/,
    );
  });
});
