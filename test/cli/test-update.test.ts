import { readFileSync, statSync, utimesSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { scratch } from "../scratch.ts";
import { netsim } from "./fake-terminal.ts";

const HEAD = "program: { filter: tcp port 22 } # sshd\ncases:\n";
const PACKET = "packet: { ipv4: {}, tcp: { dport: 22 } }";

const SECCOMP = `seccomp: ${process.cwd()}/policies/web-server.json\n`;

/** Updates a test with this text. */
async function update(have: string, more: readonly string[] = []) {
  const file = scratch({ "t.yaml": have });
  const outcome = await netsim(["test", file, "--update", ...more]);
  return { ...outcome, file, text: readFileSync(file, "utf8") };
}

describe("netsim test --update", () => {
  const REWRITTEN = [
    {
      name: "a verdict, with its comment and layout",
      have: `${HEAD}  -   ${PACKET}\n      expect:   { verdict:  dropped }   # why\n`,
      want: `${HEAD}  -   ${PACKET}\n      expect:   { verdict:  passed }   # why\n`,
    },
    {
      name: "quotes as they were",
      have: `${HEAD}  - ${PACKET}\n    expect: { verdict: 'dropped' }\n  - ${PACKET}\n    expect: { verdict: "dropped" }\n`,
      want: `${HEAD}  - ${PACKET}\n    expect: { verdict: 'passed' }\n  - ${PACKET}\n    expect: { verdict: "passed" }\n`,
    },
    {
      name: "numbers, decimal and hexadecimal, also two in one case and with CRLF",
      have: `${HEAD}  - ${PACKET}\r\n    expect: { returns: 0x10, length: 7 }\r\n`,
      want: `${HEAD}  - ${PACKET}\r\n    expect: { returns: 0x40000, length: 54 }\r\n`,
    },
    {
      name: "a byte order mark stays",
      have: `\ufeff${HEAD}  - { ${PACKET}, expect: { verdict: dropped } }\n`,
      want: `\ufeff${HEAD}  - { ${PACKET}, expect: { verdict: passed } }\n`,
    },
    {
      name: "the cell of a row",
      have: `${HEAD}  - packet: { ipv4: {}, tcp: { dport: $port } }\n    expect: { verdict: $v }\n    with: { columns: [port, v], rows: [[22, passed], [80, passed]] }\n`,
      want: `${HEAD}  - packet: { ipv4: {}, tcp: { dport: $port } }\n    expect: { verdict: $v }\n    with: { columns: [port, v], rows: [[22, passed], [80, dropped]] }\n`,
    },
    {
      name: "what all rows share, where all came to the same",
      have: `${HEAD}  - packet: { ipv4: {}, tcp: { dport: $port } }\n    expect: { verdict: passed }\n    with: [{ port: 80 }, { port: 443 }]\n`,
      want: `${HEAD}  - packet: { ipv4: {}, tcp: { dport: $port } }\n    expect: { verdict: dropped }\n    with: [{ port: 80 }, { port: 443 }]\n`,
    },
    {
      name: "an errno, a verdict of seccomp and a flag",
      have: `${SECCOMP}cases:\n  - { call: "sethostname(0, 1)", expect: { verdict: ERRNO(1), errno: 1 } }\n  - { call: "sethostname(0, 1)", expect: { runs: true } }\n`,
      want: `${SECCOMP}cases:\n  - { call: "sethostname(0, 1)", expect: { verdict: ERRNO(38), errno: ENOSYS } }\n  - { call: "sethostname(0, 1)", expect: { runs: false } }\n`,
    },
  ];
  it("leaves what would contradict an expectation that stays", async () => {
    // A dropped packet has no length, and a range is not rewritten.
    const have = `${HEAD}  - { packet: { ipv4: {}, tcp: { dport: 80 } }, expect: { verdict: passed, length: "> 10" } }\n`;
    const { text, exitCode, error } = await update(have);
    expect(text).toBe(have);
    expect(error).toContain("would contradict what else the file says");
    expect(exitCode).toBe(1);
  });

  it.each(REWRITTEN)("rewrites $name", async ({ have, want }) => {
    const { text, exitCode, out, error } = await update(have);
    expect([error, text]).toEqual([expect.stringMatching(/is now .*\n\d expectations? updated\n$/s), want]);
    expect(out).toMatch(/\d passed\n$/);
    expect(exitCode).toBe(0);
  });

  const REFUSED = [
    {
      name: "a range",
      have: `${HEAD}  - { ${PACKET}, expect: { length: "> 100" } }\n`,
      want: "length is not updated: it is a range, > 100\n",
    },
    {
      name: "what is shared with a case that it fits",
      have: `${HEAD}  - packet: { ipv4: {}, tcp: { dport: $port } }\n    expect: { verdict: passed }\n    with: [{ port: 22 }, { port: 80 }]\n`,
      want: "verdict is not updated: it is shared with a place or a case that it does not fit\n",
    },
    {
      name: "what an alias shares with a case that it fits",
      have: `${HEAD}  - { ${PACKET}, expect: { verdict: &v passed } }\n  - { packet: { ipv4: {}, udp: {} }, expect: { verdict: *v } }\n`,
      want: "verdict is not updated: it is shared with a place or a case that it does not fit\n",
    },
    {
      name: "what a case is run on, too",
      have: `${HEAD}  - packet: { ipv4: {}, tcp: { dport: $n } }\n    expect: { returns: $n }\n    with: [{ n: 22 }]\n`,
      want: "returns is not updated: it is shared with a place or a case that it does not fit\n",
    },
    {
      name: "what is part of a longer text of the input",
      have: `${HEAD}  - packet: "4500$n"\n    expect: { returns: $n }\n    with: [{ n: 22 }]\n`,
      want: "returns is not updated: it is also part of what the case is run on\n",
    },
    {
      name: "a signal where there is none",
      have: `${SECCOMP}cases:\n  - { call: "sethostname(0, 1)", expect: { signal: SIGSYS } }\n`,
      want: "signal is not updated: it came to 'none', which no file can record\n",
    },
  ];
  it.each(REFUSED)("refuses $name", async ({ have, want }) => {
    const { text, exitCode, error } = await update(have);
    expect(error).toContain(want);
    expect(error).toMatch(/\n0 expectations updated, 1 left as before\n$/);
    expect(text).toBe(have);
    expect(exitCode).toBe(1);
  });

  it("rewrites counters of a topology, and leaves its ranges", async () => {
    const lines = readFileSync("topologies/quickstart.yaml", "utf8").replace(
      "../policies",
      `${process.cwd()}/policies`,
    );
    const have = lines.replace("receivedBytes: 3000", "receivedBytes: 1").replace('"> 0"', '"> 99"');
    const { text, exitCode, error } = await update(have);
    expect(text).toBe(have.replace("receivedBytes: 1 ", "receivedBytes: 3000 "));
    expect(error).toContain("receivedBytes: 1 is now 3000\n");
    expect(error).toContain("dropped is not updated: it is a range, > 99\n");
    expect(exitCode).toBe(1);
  });

  it("rewrites what maps hold, also what is absent", async () => {
    const want = readFileSync("policies/tests/port-counter.yaml", "utf8");
    const have = want
      .replace("123: 42", "123: absent")
      .replace("124: absent", "124: 7")
      .replace("53: 1 }", "53: 0x5 }");
    const { text, exitCode } = await update(have);
    expect(text).toBe(want.replace("53: 1 }", "53: 0x1 }"));
    expect(exitCode).toBe(0);
  });

  it("writes nothing where nothing fails, and is not for --watch", async () => {
    const file = scratch({ "t.yaml": `${HEAD}  - { ${PACKET}, expect: { verdict: passed } }\n` });
    utimesSync(file, 1000, 1000);
    const { exitCode, error } = await netsim(["test", file, "--update"]);
    expect({ exitCode, error, written: statSync(file).mtimeMs }).toEqual({
      exitCode: 0,
      error: "",
      written: 1_000_000,
    });
    expect((await netsim(["test", file, "--update", "--watch"])).exitCode).toBe(2);
  });
});
