import type { SuiteEvent } from '../../host/suiteProtocol.ts';

/** Tests that take longer than this show how long, in milliseconds. */
const slow = 500;

/** Prints an event of a suite as one line, so that suites that run at the same time stay readable. */
export function printEvent(suite: string, event: SuiteEvent): void {
  switch (event.kind) {
    case 'passed':
      console.log(`  ✓ ${suite}: ${event.title}${event.milliseconds > slow ? ` (${event.milliseconds} ms)` : ''}`);
      break;
    case 'failed':
      console.log(`  ✗ ${suite}: ${event.title}: ${event.message.split('\n')[0]}`);
      break;
    case 'skipped':
      console.log(`  - ${suite}: ${event.title}`);
      break;
    default:
  }
}
