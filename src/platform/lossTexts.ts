import { l10n } from 'vscode';
import type { Loss } from '../core/config/translate.ts';
import { plainText } from '../core/text.ts';

/** What of a server another file can't say, as sentences; empty where it says everything. */
export function lossText(lost: readonly Loss[]): string {
  const members = lost.flatMap(loss => (loss.kind === 'member' ? [plainText(loss.key, 60)] : []));
  const sentences = lost.flatMap(loss => {
    switch (loss.kind) {
      case 'header':
        return [headerLoss(plainText(loss.name, 60), loss.reason)];
      case 'sse':
        return [l10n.t('What reads the file does not know the older transport (SSE) of this server.')];
      case 'comments':
        return [l10n.t('Its comments do not come along: what reads the file takes none.')];
      default:
        return [];
    }
  });
  if (members.length > 0) {
    sentences.push(l10n.t('What reads the file has no word for: {0}.', members.join(', ')));
  }
  return sentences.join(' ');
}

function headerLoss(header: string, reason: Extract<Loss, { kind: 'header' }>['reason']): string {
  switch (reason) {
    case 'input':
      return l10n.t('The header {0} asks for its value in VS Code and is left out.', header);
    case 'variable':
    case 'fallback':
      return l10n.t('The header {0} takes a variable that is not resolved there and is left out.', header);
    case 'other':
      return l10n.t('The header {0} takes something that is only known where it stands now and is left out.', header);
    case 'text':
      return l10n.t('The header {0} would be taken for a reference there and is left out.', header);
  }
}
