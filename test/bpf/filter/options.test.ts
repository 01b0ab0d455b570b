import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parseClassicProgram } from "../../../src/bpf/classic/parser.ts";
import { CaptureFilter } from "../../../src/bpf/filter/capture-filter.ts";
import { compileFilter } from "../../../src/bpf/filter/compile.ts";
import { LINK_TYPES, type LinkTypeName } from "../../../src/bpf/filter/names/link-types.ts";
import type { HostResolver } from "../../../src/bpf/filter/options.ts";

describe("compileFilter", () => {
  it("gives the 13 instructions of the policy for ssh", () => {
    const policy = readFileSync(new URL("../../../policies/ssh.bpf", import.meta.url), "utf8");
    const have = compileFilter("ip and tcp port 22");
    expect(have).toHaveLength(13);
    expect(have).toEqual(parseClassicProgram(policy).instructions);
  });

  it("takes every packet for an empty expression", () => {
    expect(compileFilter(" \n", { snapLength: 7 })).toEqual([{ code: 0x06, jt: 0, jf: 0, k: 7 }]);
  });

  it("knows the netmask for broadcasts of IP", () => {
    const filter = new CaptureFilter(compileFilter("ip broadcast", { netmask: 0xffff_ff00 }));
    const takes = (last: number) => {
      const packet = Uint8Array.of(...Array(12).fill(0), 8, 0, 0x45, ...Array(15).fill(0), 10, 0, 0, last);
      return filter.run(packet, 0, packet.length, packet.length) !== 0;
    };
    expect([0, 1, 254, 255].map(takes)).toEqual([true, false, false, true]);
    expect(() => compileFilter("ip broadcast")).toThrow(/netmask is not known/);
  });

  it("looks into VXLAN, which libpcap 1.10 does not know", () => {
    const inner = [
      0, 0, 0, 0, 0, 7, 0, 0, 0, 0, 0, 8, 8, 0, 0x45, 0, 0, 40, 0, 0, 0, 0, 64, 6, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2,
    ];
    const outer = [
      ...[0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 2, 8, 0],
      ...[0x45, 0, 0, 90, 0, 0, 0, 0, 64, 17, 0, 0, 192, 168, 0, 1, 192, 168, 0, 2],
      ...[0x30, 0x39, 0x12, 0xb5, 0, 70, 0, 0],
      ...[8, 0, 0, 0, 0, 0, 42, 0],
      ...inner,
    ];
    const takes = (text: string) => {
      const packet = Uint8Array.from(outer);
      return new CaptureFilter(compileFilter(text)).run(packet, 0, packet.length, packet.length) !== 0;
    };
    expect(takes("vxlan")).toBe(true);
    expect(takes("vxlan 42 and tcp and host 10.0.0.1 and ether dst 0:0:0:0:0:7")).toBe(true);
    expect(takes("vxlan 43")).toBe(false);
    expect(takes("vxlan and host 192.168.0.1")).toBe(false);
    expect(takes("geneve")).toBe(false);
  });
});

describe("host names", () => {
  const resolver: HostResolver = {
    addresses: (name) =>
      name === "server"
        ? [Uint8Array.of(10, 0, 0, 2), Uint8Array.from({ length: 16 }, (_, i) => (i === 15 ? 2 : 0))]
        : name === "printer"
          ? [Uint8Array.of(10, 0, 0, 3)]
          : [],
    macAddresses: (name) => (name === "server" ? [Uint8Array.of(2, 0, 0, 0, 0, 2)] : []),
    names: ["server", "printer"],
  };

  it.each([
    { name: "all addresses", have: "host server", want: "host 10.0.0.2 or ::2" },
    { name: "one way", have: "src server and port 80", want: "(src 10.0.0.2 or src ::2) and port 80" },
    { name: "of one protocol", have: "ip host server", want: "ip host 10.0.0.2" },
    { name: "of the other", have: "ip6 host server", want: "ip6 host ::2" },
    { name: "of the link layer", have: "ether dst server", want: "ether dst 2:0:0:0:0:2" },
    { name: "several", have: "host printer or server", want: "host 10.0.0.3 or (host 10.0.0.2 or ::2)" },
  ])("stand for $name", ({ have, want }) => {
    expect(compileFilter(have, { resolver })).toEqual(compileFilter(want));
  });

  it("are refused where they are not known, with the nearest one", () => {
    expect(() => compileFilter("host sever", { resolver })).toThrow(
      expect.objectContaining({ problems: [expect.objectContaining({ hint: "Did you mean 'server'?" })] }),
    );
    expect(() => compileFilter("ip6 host printer", { resolver })).toThrow(/no address of ip6/);
  });
});

describe("what libpcap has from version 1.11 on", () => {
  it.each<{ have: string; want: string; linkType: LinkTypeName }>([
    { have: "vpi != 5", want: "not vpi 5", linkType: "SUNATM" },
    { have: "vci != 5", want: "not vci = 5", linkType: "SUNATM" },
    { have: "opc != 5", want: "not opc 5", linkType: "MTP2" },
    { have: "type ctl subtype bar", want: "wlan[0] & 0xfc = 0x84", linkType: "IEEE802_11" },
    { have: "subtype ba", want: "wlan[0] & 0xfc = 0x94", linkType: "IEEE802_11" },
  ])("$have", ({ have, want, linkType }) => {
    const options = { linkType: LINK_TYPES[linkType] };
    expect(compileFilter(have, options)).toEqual(compileFilter(want, options));
  });
});
