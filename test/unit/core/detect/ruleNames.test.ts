import assert from 'node:assert/strict';
import { revokePageOf, vendorOf } from '../../../../src/core/detect/ruleNames.ts';
import { nameRules } from '../../../../src/core/detect/rules.ts';
import { vendorRules } from '../../../../src/core/detect/vendors.ts';

describe('names of rules', () => {
  it('tell the vendor of every vendor’s rule', () => {
    for (const { id } of vendorRules) {
      assert.match(vendorOf(id) ?? '', /^[A-Za-z1][\w .]+$/, id);
    }
    assert.equal(vendorOf('github-token'), 'GitHub');
    assert.equal(vendorOf('tavily-key'), 'Tavily');
  });

  it('tell none for rules that know no vendor', () => {
    for (const { id } of nameRules) {
      assert.equal(vendorOf(id), undefined, id);
      assert.equal(revokePageOf(id), undefined, id);
    }
  });

  it('lead to pages over https', () => {
    const pages = vendorRules.flatMap(({ id }) => revokePageOf(id) ?? []);
    assert.ok(pages.length > 10);
    for (const page of pages) {
      assert.equal(new URL(page).protocol, 'https:');
    }
  });
});
