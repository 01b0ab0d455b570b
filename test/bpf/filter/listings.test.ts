import { describe, expect, it } from "vitest";
import { LINK_TYPES, type LinkTypeName } from "../../../src/bpf/filter/names/link-types.ts";
import { LibpcapCompiler } from "../../reference/libpcap-compiler.ts";
import { EXPRESSIONS, LONG_EXPRESSIONS } from "./corpus.ts";
import recording from "./libpcap-listings.json" with { type: "json" };
import { compiled, digest, fingerprint, SNAP_LENGTH } from "./listings.ts";

const libpcap = LibpcapCompiler.load();
const sameVersion = libpcap !== undefined && libpcap.version === recording.version;
const why =
  libpcap === undefined ? " (libpcap is not installed)" : sameVersion ? "" : ` (${libpcap.version} is another)`;

/** In C the order is open in which the arguments of a call are evaluated; here it chooses scratch slots. */
const OTHER_SLOTS: ReadonlySet<string> = new Set(["inbound", "outbound", "not inbound", "inbound and tcp"]);

/** `!=` of these fields is `=` in libpcap before 1.11. */
const UNEQUAL_FIELD = /^(vpi|vci|h?sio|h?opc|h?dpc|h?sls) != (\d+)$/;

const SUITES = [
  { name: "the corpus", expressions: EXPRESSIONS, recorded: recording.corpus },
  { name: "long expressions", expressions: LONG_EXPRESSIONS, recorded: recording.long },
];

describe.each(SUITES)("the filter compiler on $name", ({ expressions, recorded }) => {
  it("is compared on what was recorded", () => {
    expect(digest(expressions), "record anew: npx tsx test/bpf/filter/record-libpcap.ts").toBe(recorded.expressions);
  });

  describe.each(recorded.listings)("for $linkType", ({ linkType, optimized, plain }) => {
    it.each([
      { optimize: true, want: optimized },
      { optimize: false, want: plain },
    ])("generates what libpcap does (optimize: $optimize)", ({ optimize, want }) => {
      const different = expressions.filter((text, i) => {
        const have = compiled(text, linkType as LinkTypeName, optimize);
        if (UNEQUAL_FIELD.test(text)) {
          const same = compiled(text.replace(UNEQUAL_FIELD, "not $1 = $2"), linkType as LinkTypeName, optimize);
          return fingerprint(have) !== fingerprint(same);
        }
        if (linkType === "SLIP" && !optimize && OTHER_SLOTS.has(text)) return have === undefined;
        return fingerprint(have) !== want.slice(6 * i, 6 * i + 6);
      });
      expect(different).toEqual([]);
    });
  });
});

describe("the recording", () => {
  it.skipIf(!sameVersion)(`is what libpcap says here${why}`, () => {
    // A part, so that all kinds are looked at in a moment.
    const looked = ["EN10MB", "IEEE802_11_RADIO", "SUNATM"];
    for (const { linkType, optimized } of recording.corpus.listings.filter((each) => looked.includes(each.linkType)))
      for (let i = 0; i < EXPRESSIONS.length; i += 7) {
        const settings = { linkType: LINK_TYPES[linkType as LinkTypeName], snapLength: SNAP_LENGTH };
        const { instructions } = libpcap!.compile(EXPRESSIONS[i]!, settings);
        expect(fingerprint(instructions), `${linkType}: ${EXPRESSIONS[i]}`).toBe(optimized.slice(6 * i, 6 * i + 6));
      }
  });
});
