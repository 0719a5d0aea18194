import type { Examination } from '../examination.ts';
import { answerRules } from './answerRules.ts';
import { factsOf } from './facts.ts';
import { headerRules } from './headerRules.ts';
import { reachRules } from './reachRules.ts';
import { tokenRules } from './tokenRules.ts';
import type { Cause, Diagnosis, Offer, Rule } from './types.ts';

/** All that is known about failing connections. Of two that are as sure, the earlier one comes first. */
export const rules: readonly Rule[] = [...reachRules, ...answerRules, ...headerRules, ...tokenRules];

/** What is worth saying though the server serves. */
const notes: readonly Rule[] = [
  {
    cause: 'token-not-needed',
    when: 'the server shakes hands with everybody, and a credential was sent',
    find: ({ seen: { bare }, credential }) =>
      // A page, and an error in a JSON-RPC answer, come with 200 as well.
      bare?.status === 200 &&
      /"result"\s*:/.test(bare.body) &&
      credential.kind !== 'none' &&
      credential.kind !== 'foreign'
        ? { certainty: 'certain' }
        : undefined,
  },
  {
    cause: 'sse-only',
    when: 'connected over HTTP+SSE',
    find: ({ seen }) => (seen.connected?.transport === 'sse' ? { certainty: 'certain', data: { to: '' } } : undefined),
  },
];

/** Why a server does not serve, from what was observed and what the token says. Pure. */
export function diagnose(examination: Examination): Diagnosis {
  const facts = factsOf(examination);
  const { connected, failure, call, cancelled } = examination;
  const healthy =
    connected !== undefined && !failure && !cancelled && (call === undefined || call.outcome === 'answered');
  const causes: Cause[] = [];
  for (const { cause: id, find } of healthy ? notes : rules) {
    const found = causes.some(cause => cause.id === id) ? undefined : find(facts);
    if (found) {
      causes.push({ id, certainty: found.certainty, data: found.data ?? {}, offers: found.offers ?? [] });
    }
  }
  const certain = causes.filter(({ certainty }) => certainty === 'certain');
  const likely = causes.filter(cause => cause.certainty === 'likely' && !(certain.length > 0 && isLastResort(cause)));
  const named = [...certain, ...likely].filter(({ id }, _, all) => id !== 'refused' || all.length === 1);
  return { healthy, causes: named.slice(0, mostCauses), examination };
}

/** The same for a server that stands in no file, in which nothing can be shown or repaired. */
export function withoutFile(diagnosis: Diagnosis): Diagnosis {
  return { ...diagnosis, causes: diagnosis.causes.map(cause => ({ ...cause, offers: offersWithoutFile(cause) })) };
}

function offersWithoutFile({ offers }: Cause): Offer[] {
  return offers
    .filter(({ kind }) => kind !== 'showInFile')
    .map(offer => (offer.kind === 'repairHeader' ? { kind: 'attachCredential' } : offer));
}

/** What is only said where nothing better is known. */
function isLastResort({ id, data }: Cause): boolean {
  return id === 'not-seen' || id === 'not-mcp' || (id === 'signature-refused' && data.silent === true);
}

/** Nobody reads a longer list of guesses. */
const mostCauses = 4;
