import assert from 'node:assert/strict';
import fc from 'fast-check';
import { applyEdits, invertEdits, type TextEdit } from '../../../src/core/text.ts';

/** A text and edits of it that do not overlap. */
const edited = fc
  .tuple(
    fc.string({ maxLength: 60 }),
    fc.array(fc.tuple(fc.nat(8), fc.nat(8), fc.string({ maxLength: 8 })), { maxLength: 6 }),
  )
  .map(([text, steps]) => {
    const edits: TextEdit[] = [];
    let at = 0;
    for (const [gap, length, replacement] of steps) {
      const start = Math.min(at + gap, text.length);
      const end = Math.min(start + length, text.length);
      edits.push({ span: { start, end }, text: replacement });
      at = end + 1;
      if (at > text.length) {
        break;
      }
    }
    return { text, edits };
  });

describe('invertEdits', () => {
  it('leads back to the text, whatever was edited', () => {
    fc.assert(
      fc.property(edited, ({ text, edits }) => {
        const after = applyEdits(text, edits);
        assert.equal(applyEdits(after, invertEdits(text, edits)), text);
      }),
      { numRuns: 2000 },
    );
  });
});
