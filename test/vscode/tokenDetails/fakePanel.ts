import type { PanelMessage, PanelView } from '../../../src/features/tokenDetails/panelView.ts';
import { FakePage } from '../harness/fakePage.ts';

/** The page of one credential's details. */
export class FakePanel extends FakePage<PanelMessage> {
  /** What the page shows: the last view it was told. */
  get view(): PanelView | undefined {
    const last = this.received.findLast(({ type }) => type === 'view' || type === 'empty');
    return last?.type === 'view' ? last.view : undefined;
  }
}
