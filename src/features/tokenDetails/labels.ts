import { l10n } from 'vscode';
import type { PanelLabels } from './panelView.ts';

/** The page's own words. What the page fills in is given as `{0}` for itself. */
export function panelLabels(): PanelLabels {
  return {
    description: l10n.t('Description'),
    noDescription: l10n.t('No description yet.'),
    editDescription: l10n.t('Edit Description'),
    addDescription: l10n.t('Add Description'),
    save: l10n.t('Save'),
    cancel: l10n.t('Cancel'),
    actions: l10n.t('Actions'),
    facts: l10n.t('At a glance'),
    problems: l10n.t('Findings'),
    noProblems: l10n.t('Nothing is wrong with it.'),
    hidden: l10n.t('Hidden. Dots stand for what the keyring holds.'),
    shown: l10n.t('Shown in clear. It is hidden again after a minute, and as soon as this tab is.'),
    reveal: l10n.t('Reveal'),
    hide: l10n.t('Hide'),
    copy: l10n.t('Copy'),
    lifetime: l10n.t('Lifetime'),
    spent: l10n.t('{0} % of its life is over.', '{0}'),
    claims: l10n.t('Claims'),
    noClaims: l10n.t('The token has no claims.'),
    parameters: l10n.t('Header parameters'),
    claim: l10n.t('Claim'),
    parameter: l10n.t('Parameter'),
    value: l10n.t('Value'),
    meaning: l10n.t('Meaning'),
    verification: l10n.t('Verification'),
    notVerified: l10n.t('Not verified yet.'),
    check: l10n.t('Check'),
    outcome: l10n.t('Outcome'),
    reason: l10n.t('Reason'),
    attachments: l10n.t('Attached to'),
    noAttachments: l10n.t('Attached to no server: it is sent nowhere.'),
    server: l10n.t('Server'),
    header: l10n.t('Header'),
    use: l10n.t('Use'),
    since: l10n.t('Since'),
    configFile: l10n.t('Config file'),
    showInFile: l10n.t('Show in File'),
    noFile: l10n.t('No config file of this window names it.'),
    usage: l10n.t('Use it by hand'),
    usageNote: l10n.t('Each command asks for the token, so that it stands in no file and no history.'),
    copyExample: l10n.t('Copy Command'),
    history: l10n.t('History'),
    noHistory: l10n.t('Nothing has happened to it yet.'),
    time: l10n.t('Time'),
    event: l10n.t('Event'),
    showAll: l10n.t('Show All {0}', '{0}'),
    seconds: l10n.t('{0} s', '{0}'),
    minutes: l10n.t('{0} min', '{0}'),
    hours: l10n.t('{0} h', '{0}'),
    days: l10n.t('{0} days', '{0}'),
    in: l10n.t('in {0}', '{0}'),
    ago: l10n.t('{0} ago', '{0}'),
  };
}

/** Titles of the usage examples. */
export function exampleTitle(id: 'posix' | 'powershell'): string {
  return id === 'posix' ? l10n.t('curl in bash or zsh') : l10n.t('PowerShell 7');
}
