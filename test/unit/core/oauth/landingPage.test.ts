import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { landingPage } from '../../../../src/core/oauth/landingPage.ts';

describe('OAuth: the page that the browser lands on', () => {
  it('shows foreign text as text', async () => {
    const hostile = `</p><script>alert(1)</script><a href="javascript:alert(1)">x</a>'"&\u202e`;
    const { html } = await landingPage({ language: '"><script>', title: hostile, paragraphs: [hostile, hostile] });
    assert(!/<script|<a |<img|javascript:alert\(1\)"/.test(html), html);
    assert(!html.includes('\u202e'));
    assert.equal(html.match(/<p>/g)?.length, 2);
    assert(html.includes('&#60;script&#62;alert(1)&#60;/script&#62;'));
  });

  it('runs nothing, loads nothing, is kept and framed by nobody', async () => {
    const { html, headers } = await landingPage({ language: 'en', title: 'Signed in', paragraphs: ['Go back.'] });
    const style = /<style>(.*)<\/style>/s.exec(html)?.[1] ?? '';
    const hash = createHash('sha256').update(style).digest('base64');
    const policy = headers['Content-Security-Policy'] ?? '';
    assert.match(policy, /^default-src 'none';/);
    assert(policy.includes(`style-src 'sha256-${hash}'`), 'the one style is named by its hash');
    assert.match(policy, /frame-ancestors 'none'/);
    assert.equal(headers['Cache-Control'], 'no-store');
    assert.equal(headers['Referrer-Policy'], 'no-referrer');
    assert.equal(headers['X-Content-Type-Options'], 'nosniff');
    assert(!/\s(?:src|href|on\w+)=/.test(html), 'no address and no handler in it');
  });
});
