import assert from 'node:assert/strict';
import { rules } from '../../../../src/core/connection/diagnosis/diagnose.ts';
import { diagnoseOne } from '../../../doctor/diagnoseOne.ts';
import { misconfigurations } from '../../../doctor/misconfigurations.ts';
import { undecided } from '../../../doctor/misleading.ts';

/** So many at a time keep a small machine busy and no server waiting. */
const atOnce = 6;

/** What cannot be told apart from outside: the server says the same, and shows nothing, for several mistakes. */
const indistinguishable = ['issuer-wrong: shared-secret JWT with roles', 'algorithm-refused: resource server'];

describe('diagnosis', () => {
  it('names the true cause of every misconfiguration that can be told apart, and is certain of no wrong one', async function () {
    this.timeout(120_000);
    const missed: string[] = [];
    const wronglyCertain: string[] = [];
    const waiting = [...misconfigurations];
    const work = async (): Promise<void> => {
      for (let next = waiting.shift(); next; next = waiting.shift()) {
        const { causes, healthy } = await diagnoseOne(next);
        const [first] = causes;
        if (healthy || first?.id !== next.cause) {
          missed.push(`${next.cause}: ${next.server}`);
          if (healthy || first?.certainty === 'certain') {
            wronglyCertain.push(`${next.server}, ${next.defect}: ${first?.id ?? 'healthy'} instead of ${next.cause}`);
          }
        }
      }
    };
    await Promise.all(Array.from({ length: atOnce }, work));
    assert(misconfigurations.length >= 60);
    assert.deepEqual(wronglyCertain, []);
    assert.deepEqual(missed.toSorted(), indistinguishable.toSorted());
  });

  for (const misconfiguration of undecided) {
    it(`says nothing as certain where it is not: ${misconfiguration.server}, ${misconfiguration.defect}`, async () => {
      const { causes, healthy } = await diagnoseOne(misconfiguration);
      assert.equal(healthy, false);
      assert.ok(causes.length > 0);
      assert.deepEqual(
        causes.filter(({ certainty }) => certainty === 'certain'),
        [],
      );
    });
  }

  it('has a misconfiguration for every cause that a server can bring about', () => {
    const shown = new Set(misconfigurations.map(({ cause }) => cause));
    const others = [...new Set(rules.map(({ cause }) => cause))].filter(cause => !shown.has(cause));
    // What the keyring itself refuses, and what a person does.
    assert.deepEqual(others, ['cancelled', 'credential-withheld', 'credential-unresolved']);
  });
});
