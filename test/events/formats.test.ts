import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { eventFormats, eventHint, findEvent, matchingEvents } from "../../src/events/catalogue.ts";
import { describeFormat } from "../../src/events/describe-format.ts";

const TRACEFS = "/sys/kernel/tracing/events";
const running = existsSync(`${TRACEFS}/skb/kfree_skb/format`);
const isSameRelease = existsSync("/proc/version") && /Linux version 6\.18/.test(readFileSync("/proc/version", "utf8"));

describe("event formats", () => {
  it("prints a format as the kernel's file has it", () => {
    expect(describeFormat(findEvent("syscalls:sys_enter_close")!).replace(/^ID: \d+$/m, "ID: 0")).toBe(
      [
        "name: sys_enter_close",
        "ID: 0",
        "format:",
        "\tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;",
        "\tfield:unsigned char common_flags;\toffset:2;\tsize:1;\tsigned:0;",
        "\tfield:unsigned char common_preempt_count;\toffset:3;\tsize:1;\tsigned:0;",
        "\tfield:int common_pid;\toffset:4;\tsize:4;\tsigned:1;",
        "",
        "\tfield:int __syscall_nr;\toffset:8;\tsize:4;\tsigned:1;",
        "\tfield:unsigned int fd;\toffset:16;\tsize:8;\tsigned:0;",
        "",
        'print fmt: "fd: 0x%08lx", ((unsigned long)(REC->fd))',
        "",
      ].join("\n"),
    );
  });

  it("numbers every event once", () => {
    const ids = [...eventFormats().values()].map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it("says what is near a name that nothing has", () => {
    expect(findEvent("skb:kfree_sbk")).toBeUndefined();
    expect(eventHint("skb:kfree_sbk")).toBe("Did you mean 'skb:kfree_skb'?");
    expect(eventHint("net:everything_at_all_now")).toMatch(/^There are net:net_dev_queue, /);
  });

  it("knows wildcards", () => {
    expect(matchingEvents("skb:*").map(({ name }) => name)).toEqual([
      "kfree_skb",
      "consume_skb",
      "skb_copy_datagram_iovec",
    ]);
    expect(matchingEvents("syscalls:sys_enter_recv*").map(({ name }) => name)).toEqual([
      "sys_enter_recvfrom",
      "sys_enter_recvmmsg",
      "sys_enter_recvmsg",
    ]);
  });

  it.skipIf(!running || !isSameRelease)("is what the running kernel's files say (needs tracefs of Linux 6.18)", () => {
    const without = (text: string) => text.replace(/^ID: \d+$/m, "");
    const different = [...eventFormats().values()].filter((format) => {
      const file = `${TRACEFS}/${format.system}/${format.name}/format`;
      return existsSync(file) && without(readFileSync(file, "utf8")) !== without(describeFormat(format));
    });
    expect(different.map(({ name }) => name)).toEqual([]);
  });
});
