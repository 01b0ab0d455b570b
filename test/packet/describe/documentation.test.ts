import { expect, it } from "vitest";
import type { FieldFormat, LayerFormat } from "../../../src/packet/describe/layer-format.ts";
import { LAYER_ALIASES, LAYERS } from "../../../src/packet/describe/layer-table.ts";

const INTRODUCTION = `# Packet layers

What \`traffic\` entries can say of a packet, layer by layer (see [topology files](topology.md)). Every field may be left out: it has
the default below, is computed, or is chosen from the topology. A number may be written in decimal, hexadecimal or, where the field
has names, as one of these; a layer that only needs its most usual field takes that field's value in its place. \`netsim schema\` has
the same as JSON Schema.
`;

/** The page that users read, from the tables that descriptions are read with; \`npx vitest -u\` writes it anew. */
it("docs/packets.md has every field of every layer", async () => {
  const sections = [...LAYERS.values()].map(sectionOf);
  await expect(`${[INTRODUCTION, ...sections].join("\n")}`).toMatchFileSnapshot("../../../docs/packets.md");
});

function sectionOf({ name, description, fields, shorthand, carrier }: LayerFormat): string {
  const aliases = Object.entries(LAYER_ALIASES).filter(([, other]) => other === name);
  const facts = [
    description,
    ...aliases.map(([alias]) => `Also \`${alias}\`.`),
    ...(carrier === undefined ? [] : [`Where nothing before it could carry it, \`${carrier}\` is put there.`]),
    ...(shorthand === undefined ? [] : [`A value that is no map is its \`${shorthand}\`.`]),
  ];
  const rows = Object.entries(fields).map(
    ([field, format]) => `| \`${field}\` | ${widthOf(format)} | ${meaningOf(format)} |`,
  );
  const table = rows.length === 0 ? [] : ["", "| field | bits | |", "| --- | --- | --- |", ...rows];
  return `${[`## ${name}`, "", facts.join(" "), ...table].join("\n")}\n`;
}

const widthOf = ({ width }: FieldFormat): string => (width === 0 ? "" : String(width));

function meaningOf({ description, default: value }: FieldFormat): string {
  const constant = typeof value === "number" ? ` Default: ${value}.` : "";
  return (description.includes("Default:") ? description : description + constant).replaceAll("|", "\\|");
}
