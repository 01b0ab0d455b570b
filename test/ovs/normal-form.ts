/** What ofproto/trace ends with. */
export interface Traced {
  readonly megaflow: string;
  readonly actions: string;
}

/** The answer for the packet itself: what comes after recirculations is not looked at. */
export function readTrace(output: string, packet: string): Traced {
  const line = (name: string) => new RegExp(`^${name}: (.*)$`, "m").exec(output)?.[1] ?? `no ${name}: ${output}`;
  return { megaflow: line("Megaflow"), actions: inNormalForm(line("Datapath actions"), packet) };
}

/**
 * Datapath actions without what is chance: numbers of recirculations, and the order in which a packet is flooded, which
 * is that of a hash table there. Between other actions, outputs are sorted, each with the tags that its packet has;
 * `packet` is what came in, in ovs-ofctl's syntax.
 */
export function inNormalForm(actions: string, packet: string): string {
  const vid = /dl_vlan=(\d+)/.exec(packet)?.[1];
  return normal(actions, vid === undefined ? [] : [`vid=${vid},pcp=${/dl_vlan_pcp=(\d+)/.exec(packet)?.[1] ?? 0}`]);
}

function normal(actions: string, tags: readonly string[]): string {
  const plain = actions
    .replace(/recirc\(0x[0-9a-f]+\)/g, "recirc")
    .replace(/dont_send=\d/g, "dont_send=0")
    .replace(/recirc_id=\d+/g, "recirc_id=0");
  return sortOutputs(split(plain), tags).join(",");
}

/** Splits at commas outside of parentheses. */
function split(list: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let from = 0;
  for (let i = 0; i <= list.length; i++) {
    const c = list[i];
    if (c === "(") depth++;
    else if (c === ")") depth--;
    else if (c === undefined || (c === "," && depth === 0)) {
      parts.push(list.slice(from, i));
      from = i + 1;
    }
  }
  return parts;
}

function sortOutputs(actions: readonly string[], before: readonly string[]): string[] {
  const result: string[] = [];
  /** Tags of the packet, the outermost last. */
  let tags = before;
  let run: string[] = [];
  const end = () => {
    result.push(...run.sort());
    run = [];
  };
  for (const action of actions) {
    const tag = /^push_vlan\((.*)\)$/.exec(action)?.[1];
    const inner = /^(clone|check_pkt_len)\((.*)\)$/.exec(action);
    if (/^\d+$/.test(action)) run.push(`${action}[${tags.join("+")}]`);
    else if (tag !== undefined) tags = [...tags, tag];
    else if (action === "pop_vlan") tags = tags.slice(0, -1);
    else {
      end();
      result.push(`[${tags.join("+")}]${inner === null ? action : nested(inner[1]!, inner[2]!, tags)}`);
    }
  }
  end();
  return result;
}

function nested(name: string, text: string, tags: readonly string[]): string {
  if (name === "clone") return `clone(${normal(text, tags)})`;
  const parts = split(text).map((part) => {
    const branch = /^(gt|le)\((.*)\)$/.exec(part);
    return branch === null ? part : `${branch[1]}(${normal(branch[2]!, tags)})`;
  });
  return `${name}(${parts.join(",")})`;
}
