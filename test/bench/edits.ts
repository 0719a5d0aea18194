import { parse } from 'jsonc-parser';
import { setHeader } from '../../src/core/config/edit.ts';
import { formats } from '../../src/core/config/formats.ts';
import { applyEdits } from '../../src/core/text.ts';
import { type Claim, compare } from './measure.ts';

/** One header written into a file of 5 MB, beside `jsonc-parser`'s parse of it alone. */
export async function editClaims(): Promise<Claim[]> {
  const text = largeConfig(5_000_000);
  const { ours, yardstick } = await compare(
    () => {
      const edits = setHeader(text, formats.claudeCode, 'last', 'Authorization', 'Bearer new');
      if (!edits.ok) {
        throw new Error(edits.error.code);
      }
      applyEdits(text, edits.value);
    },
    () => parse(text),
    9,
  );
  return [{ what: 'an edit in a file of 5 MB, beside the bare parse', ours, yardstick, unit: 'ms', aim: 2 }];
}

/** As `~/.claude.json` grows: the history of projects, and servers at the end. */
function largeConfig(size: number): string {
  const entries: string[] = [];
  for (let length = 0; length < size; length += entries.at(-1)?.length ?? size) {
    const history = Array.from({ length: 20 }, (_, line) => ({
      display: `line ${line} of “${entries.length}”`,
      n: [],
    }));
    entries.push(`    "/home/kit/project-${entries.length}": ${JSON.stringify({ allowedTools: [], history })}`);
  }
  const server = '"last": {\n      "type": "http",\n      "url": "https://last.example/mcp"\n    }';
  return `{\n  "projects": {\n${entries.join(',\n')}\n  },\n  "mcpServers": {\n    ${server}\n  }\n}\n`;
}
