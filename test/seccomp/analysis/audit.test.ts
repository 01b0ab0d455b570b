import { describe, expect, it } from "vitest";
import { parseClassicProgram } from "../../../src/bpf/classic/parser.ts";
import { audit } from "../../../src/seccomp/analysis/audit.ts";
import { architectureNamed } from "../../../src/seccomp/architecture/architecture.ts";
import { compileProfile } from "../../../src/seccomp/compile/compile.ts";
import { DEFAULT_CAPABILITIES } from "../../../src/seccomp/profile/profile.ts";
import { readProfile } from "../../../src/seccomp/profile/read-profile.ts";

const architecture = architectureNamed("x86_64");
const target = { architecture, capabilities: DEFAULT_CAPABILITIES };

const codes = (text: string) => {
  const profile = readProfile("profile.yaml", text, target, () => {
    throw new Error("nothing is included");
  });
  return audit({ program: compileProfile(profile), profile, architecture }).map(({ code }) => code);
};
const rules = (more: string, head = "default: ERRNO(ENOSYS)\narchitectures: [x86_64, x86, x32]\n") =>
  `${head}rules:\n  - { action: ALLOW, calls: [read, write, exit_group] }\n${more}`;

describe("an audit", () => {
  it.each([
    { name: "nothing of a narrow profile", have: rules(""), want: [] },
    {
      name: "clone3 beside a clone without namespaces",
      have: rules(
        '  - { action: ALLOW, call: clone, args: ["a0 & 0x7e020000 == 0"] }\n  - { action: ALLOW, call: clone3 }\n',
      ),
      want: ["clone3-open"],
    },
    { name: "clone with every flag", have: rules("  - { action: ALLOW, call: clone }\n"), want: ["dangerous-call"] },
    { name: "ptrace", have: rules("  - { action: ALLOW, call: ptrace }\n"), want: ["dangerous-call"] },
    { name: "io_uring", have: rules("  - { action: ALLOW, call: io_uring_setup }\n"), want: ["escape-io-uring"] },
    {
      name: "EPERM for calls that programs fall back from",
      have: rules("", "default: ERRNO(EPERM)\n"),
      want: ["clone3-eperm", "eperm-for-new-calls", "eperm-for-new-calls"],
    },
    {
      name: "socketcall beside a socket with conditions",
      have: rules(
        '  - { action: ALLOW, call: socket, args: ["a0 == AF_UNIX"] }\n  - { action: ALLOW, call: socketcall }\n',
      ),
      want: ["multiplexed-open"],
    },
    {
      name: "a descriptor that is a negative int",
      have: rules('  - { action: ALLOW, call: openat, args: ["a0 == AT_FDCWD"] }\n'),
      want: ["sign-extension"],
    },
    {
      name: "a rule that another one hides",
      have: rules("  - { action: ERRNO(5), call: close }\n  - { action: ALLOW, call: close }\n"),
      want: ["unreachable-rule"],
    },
    {
      name: "a rule that says what another one says",
      have: rules('  - { action: ALLOW, call: close }\n  - { action: ALLOW, call: close, args: ["a0 == 1"] }\n'),
      want: ["redundant-rule"],
    },
    {
      name: "conditions that never hold together",
      have: rules('  - { action: ALLOW, call: close, args: ["a0 == 1", "a0 == 2"] }\n'),
      want: ["unreachable-rule"],
    },
    {
      name: "a call that only another architecture has",
      have: rules("  - { action: ALLOW, call: riscv_flush_icache }\n"),
      want: ["call-of-no-architecture"],
    },
    { name: "killing of a thread", have: rules("  - { action: KILL, call: reboot }\n"), want: ["thread-killed"] },
    {
      name: "ioctl, which types on the terminal",
      have: rules("  - { action: ALLOW, call: ioctl }\n"),
      want: ["terminal-injection", "terminal-injection"],
    },
  ])("finds $name", ({ have, want }) => {
    expect(codes(have)).toEqual(want);
  });

  const filter = (text: string) =>
    audit({ program: parseClassicProgram(text).instructions, architecture }).map(({ code }) => code);

  it("finds a filter that asks for no architecture, and one that leaves x32 open", () => {
    const unchecked = filter("ld [0]\njeq #0, yes\nret #0x50026\nyes: ret #0x7fff0000\n");
    expect(unchecked).toContain("architecture-unchecked");
    // restart_syscall has the number on x86 that read has on x86_64.
    expect(unchecked).toContain("compat-open");
    const denylist =
      "ld [4]\njeq #0xc000003e, ours, kill\nours: ld [0]\njeq #165, no\nret #0x7fff0000\nno: ret #0x50001\nkill: ret #0x80000000\n";
    expect(filter(denylist)).toContain("x32-open");
    expect(filter(denylist)).not.toContain("architecture-unchecked");
  });
});
