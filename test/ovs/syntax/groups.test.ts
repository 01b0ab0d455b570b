import { readFileSync } from "node:fs";
import { afterAll, describe, expect, it } from "vitest";
import { formatGroup } from "../../../src/network/ovs/openflow/group/format-group.ts";
import { parseGroup } from "../../../src/network/ovs/openflow/group/parse-group.ts";
import { formatMeter, parseMeter } from "../../../src/network/ovs/openflow/meter/meter.ts";
import { Vswitchd, WITHOUT_VSWITCHD } from "../vswitchd.ts";
import { answer } from "./here.ts";
import { groupThere } from "./reference.ts";

const list = (name: string) =>
  readFileSync(new URL(`${name}.txt`, import.meta.url), "utf8")
    .trim()
    .split("\n");

/** What the switch refuses and not ovs-ofctl, which says no more than a code. */
const BY_THE_SWITCH = /decode error|OFPT_ERROR/;
/** Where netsim says something else, or is stricter: numbers that do not fit, meters of a switch's own. */
const OTHERWISE =
  /^group_id=-1|bucket=weight=3$|fields=foo|rate=4294967296|burst_size=foo|^meter=(?:controller|slowpath|,)|kbps=3/;

type Answer = { readonly form: string } | { readonly refusal: string };
const disagree = (there: Answer, here: Answer) =>
  "refusal" in there && BY_THE_SWITCH.test(there.refusal)
    ? "form" in here
    : JSON.stringify(there) !== JSON.stringify(here);

describe.skipIf(WITHOUT_VSWITCHD !== undefined)(
  `groups and meters as ovs-ofctl has them (${WITHOUT_VSWITCHD ?? "here"})`,
  () => {
    let daemon: Vswitchd | undefined;
    afterAll(() => daemon?.stop());

    it("takes and prints groups alike, and refuses them in the same words", { timeout: 30_000 }, () => {
      const wrong = list("groups").flatMap((group) => {
        const [there, here] = [groupThere(group), answer(group, (text) => formatGroup(parseGroup(text, new Map())))];
        return disagree(there, here) && !OTHERWISE.test(group) ? [{ group, there, here }] : [];
      });
      expect(wrong).toEqual([]);
    });

    it("takes and prints meters alike, and refuses them in the same words", { timeout: 30_000 }, () => {
      daemon = new Vswitchd([{ name: "p1", ofport: 1 }]);
      const theirs = daemon;
      const wrong = list("meters").flatMap((meter) => {
        const [there, here] = [meterThere(theirs, meter), answer(meter, (text) => formatMeter(parseMeter(text)))];
        return disagree(there, here) && !OTHERWISE.test(meter) ? [{ meter, there, here }] : [];
      });
      expect(wrong).toEqual([]);
    });
  },
);

function meterThere(daemon: Vswitchd, meter: string): Answer {
  daemon.ofctl("del-meters");
  try {
    daemon.ofctl("add-meter", [meter]);
  } catch (error) {
    const [said = ""] = String((error as { stderr?: string }).stderr).split("\n");
    return { refusal: said.replace("ovs-ofctl: ", "") };
  }
  return { form: daemon.ofctl("dump-meters").split("\n").slice(1).join("\n").trim() };
}
