import assert from 'node:assert/strict';
import { mock } from 'node:test';
import type { PanelLabels, TokenView } from '../../../../src/features/tokenDetails/panelView.ts';
import { TokenSection } from '../../../../src/features/tokenDetails/webview/tokenSection.ts';
import { FakeDocument, type FakeElement } from './fakePage.ts';

const labels = { reveal: 'Reveal', hide: 'Hide', copy: 'Copy', shown: 'shown', hidden: 'hidden' } as PanelLabels;
const view: TokenView = {
  version: 1,
  title: 'Token',
  text: '',
  segments: (['header', 'payload', 'signature'] as const).map(part => ({ part, label: part, glyphs: 3 })),
};
const token = ['demoHeader', 'demoPayload', 'demoSignature'];

describe('the token on the page', () => {
  let document: FakeDocument;
  let asked: string[];
  let announced: string[];
  let section: TokenSection;
  let node: FakeElement;

  beforeEach(() => {
    mock.timers.enable({ apis: ['setTimeout'] });
    document = new FakeDocument();
    Object.assign(globalThis, { document });
    asked = [];
    announced = [];
    section = new TokenSection(view, labels, {
      reveal: request => asked.push(request),
      copy: () => {},
      announce: text => announced.push(text),
    });
    node = section.node as unknown as FakeElement;
  });

  afterEach(() => {
    mock.timers.reset();
    Reflect.deleteProperty(globalThis, 'document');
  });

  function reveal(): string {
    node.button('Reveal')?.click();
    return asked.at(-1) ?? '';
  }

  function isShown(): boolean {
    const shown = token.map(segment => node.textContent.includes(segment));
    assert.equal(new Set(shown).size, 1, 'all of it or nothing');
    return shown[0] ?? false;
  }

  it('stands there when it was asked for, and is dots before', () => {
    assert.equal(isShown(), false);
    assert.ok(node.textContent.includes('•••.•••.•••'));
    section.show(reveal(), token);
    assert.equal(isShown(), true);
    assert.deepEqual(announced, ['shown']);
    node.button('Hide')?.click();
    assert.equal(isShown(), false);
    assert.deepEqual(announced, ['shown', 'hidden']);
  });

  it('is hidden again after a minute, and not before', () => {
    section.show(reveal(), token);
    mock.timers.tick(59_999);
    assert.equal(isShown(), true);
    mock.timers.tick(1);
    assert.equal(isShown(), false);
    assert.ok(node.button('Reveal'));
    assert.deepEqual(announced, ['shown', 'hidden']);
  });

  it('has its whole minute when it is shown again', () => {
    section.show(reveal(), token);
    mock.timers.tick(50_000);
    section.hide();
    section.show(reveal(), token);
    mock.timers.tick(59_999);
    assert.equal(isShown(), true);
    mock.timers.tick(1);
    assert.equal(isShown(), false);
  });

  it('stays away where the answer comes to another question, too late, or to a page that is hidden', () => {
    const first = reveal();
    section.show('made up', token);
    assert.equal(isShown(), false);
    const second = reveal();
    section.show(first, token);
    assert.equal(isShown(), false);
    section.hide();
    section.show(second, token);
    assert.equal(isShown(), false);
    const third = reveal();
    document.visibilityState = 'hidden';
    section.show(third, token);
    assert.equal(isShown(), false);
  });
});
