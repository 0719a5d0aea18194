import { ok } from 'node:assert/strict';
import { scorePart } from '../../../detect/corpus.ts';

const parts = ['tuning', 'heldOut', 'unseen'] as const;

describe('corpus of exposed secrets', () => {
  for (const part of parts) {
    it(part, () => {
      const score = scorePart(part);
      console.log(
        `      ${part}: ${score.files} files, ${score.secrets} secrets among ${score.others} other strings; ` +
          `precision ${score.precision.toFixed(4)}, recall ${score.recall.toFixed(4)}`,
      );
      const lists = `wrong:\n${score.wrong.join('\n')}\nmissed:\n${score.missed.join('\n')}`;
      ok(score.precision >= 0.98, lists);
      ok(score.recall >= 0.95, lists);
    });
  }

  it('has at least 300 labelled secrets', () => {
    ok(parts.reduce((sum, part) => sum + scorePart(part).secrets, 0) >= 300);
  });
});
