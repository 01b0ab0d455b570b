import { EXIT } from "../errors.ts";
import type { JsonSchema } from "../json-schema.ts";
import { DIAGNOSTICS, flag, listOf, number, object, PLACE, string, word } from "./result-shape.ts";

const instruction = {
  index: number("Number of the instruction, in slots.", 3),
  text: string("The instruction.", "jeq #0x16 jt 4 jf 5"),
  "place?": { ...PLACE, description: "Where it is written. Absent: nobody knows." },
};

const CASE = object("A case, or an expectation of a topology.", {
  name: string("What it is called.", "a connection to port 22"),
  place: { ...PLACE, description: "Where it stands." },
  passed: flag("Nothing was otherwise than expected."),
  "skipped?": string(
    "Why the engine could not be asked; it has neither passed nor failed. Absent: it was.",
    "The kernel does not run programs of objects here.",
  ),
  failures: listOf(
    object("Something that was otherwise.", {
      subject: string("What.", "verdict"),
      expected: string("What was expected.", "passed"),
      got: string("What came out.", "dropped"),
      "place?": { ...PLACE, description: "Where the expectation stands. Absent: it is about the case as a whole." },
    }),
    "What was otherwise than expected.",
  ),
  "path?": listOf(object("An instruction that ran.", instruction), "The program's way to a failure. Absent: none."),
});

const COVERAGE = object("A program.", {
  name: string("Its name.", "ssh-only"),
  instructions: listOf(
    object("An instruction.", {
      ...instruction,
      count: number("How often it ran.", 12),
      "branch?": object("Its two ways. Absent: it has one.", {
        jumped: number("How often it jumped.", 7),
        wentOn: number("How often it went on.", 5),
      }),
    }),
    "Its instructions.",
  ),
});

/** The JSON schema (draft 2020-12) of `netsim test --report json`. */
export const TEST_REPORT_SCHEMA: JsonSchema = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  $id: "urn:netsim:test-report",
  title: "test report",
  ...object("What tests came to.", {
    files: listOf(
      object("A file.", {
        file: string("Its path.", "policies/tests/ssh-only.yaml"),
        name: string("What reports call it.", "ssh-only"),
        kind: word("A policy test, or a topology with expectations.", ["policy", "topology"]),
        cases: listOf(CASE, "Its cases."),
        diagnostics: { ...DIAGNOSTICS, description: "What is wrong with it; it has no cases then." },
        "elsewhere?": number("Cases that are in other shards. Absent: none are.", 4),
        "coverage?": listOf(COVERAGE, "How often the instructions of its programs ran. Absent: nobody asked."),
      }),
      "The files, in the order in which they were found.",
    ),
    passed: number("Cases that passed.", 24),
    failed: number("Cases that failed."),
    skipped: number("Cases that the engine cannot be asked."),
    "elsewhere?": number("Cases that are in other shards. Absent: none are.", 96),
    engine: string("What ran the programs.", "interpreter"),
    exitCode: word("What the command exits with.", Object.values(EXIT)),
  }),
};
