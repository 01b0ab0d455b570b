import type { TextProblem } from "../../program-text-error.ts";

const COMMENT = /\/\*[\s\S]*?\*\/|\/\*[\s\S]*|(?:;|\/\/|^#)[^\n]*/gm;

/**
 * Blanks out comments, so that everything else keeps its line and column: from `;` or `//` to the end of the line,
 * between slash-star and star-slash, and lines that begin with `#`.
 */
export function blankComments(text: string, problems: TextProblem[]): string {
  return text.replace(COMMENT, (comment: string, offset: number) => {
    if (comment.startsWith("/*") && (comment.length < 4 || !comment.endsWith("*/"))) {
      const before = text.slice(0, offset).split("\n");
      problems.push({
        line: before.length,
        column: before.at(-1)!.length + 1,
        endColumn: before.at(-1)!.length + 3,
        message: "This comment never ends.",
        hint: "Close it with '*/'.",
      });
    }
    return comment.replace(/[^\n]/g, " ");
  });
}
