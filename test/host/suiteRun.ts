import { existsSync, readFileSync } from 'node:fs';
import { originalStack } from './sourceMaps.ts';
import type { SuiteEvent, TestFailure } from './suiteProtocol.ts';

/** How a suite went. */
export interface SuiteResult {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly failures: readonly TestFailure[];
}

const pollInterval = 150;

/**
 * Follows the results file of a suite while it runs.
 *
 * A file rather than the console: it works the same in every host, and what was written is there even when the
 * process that wrote it has died.
 */
export class SuiteRun {
  readonly #file: string;
  readonly #bundle: string;
  readonly #onEvent: (event: SuiteEvent) => void;
  readonly #timer: NodeJS.Timeout;
  readonly #failures: TestFailure[] = [];
  #consumed = 0;
  #passed = 0;
  #skipped = 0;
  #total: number | undefined;
  #ended = false;
  #running: string | undefined;
  #extensionHost: number | undefined;
  #reportDeath: (reason: string) => void = () => {};

  /** Settles with a reason when the extension host is gone before the suite has ended. */
  readonly died: Promise<string>;

  constructor(resultsFile: string, bundle: string, onEvent: (event: SuiteEvent) => void) {
    this.#file = resultsFile;
    this.#bundle = bundle;
    this.#onEvent = onEvent;
    this.died = new Promise(resolve => {
      this.#reportDeath = resolve;
    });
    this.#timer = setInterval(() => this.#poll(), pollInterval);
  }

  /**
   * The result, after the host has been stopped.
   *
   * @param trouble Why the host ended, if it didn't end because the suite had.
   * @param mayBeEmpty Whether it's fine that no test ran, as when only some tests were asked for.
   */
  finish(trouble: string | undefined, mayBeEmpty: boolean): SuiteResult {
    clearInterval(this.#timer);
    this.#read();
    if (!this.#ended) {
      const where = this.#running === undefined ? '' : ` during "${this.#running}"`;
      const what = trouble ?? 'VS Code ended the run before the suite had ended';
      const notLoaded = this.#total === undefined ? ' The bundle of the suite was never loaded.' : '';
      this.#fail({ title: this.#running ?? '(the whole suite)', message: `${what}${where}.${notLoaded}` });
    } else if (trouble !== undefined) {
      this.#fail({ title: '(after the last test)', message: `${trouble}.` });
    } else if (this.#passed + this.#failures.length === 0 && !mayBeEmpty) {
      this.#fail({ title: '(the whole suite)', message: 'No test ran.' });
    }
    return {
      passed: this.#passed,
      failed: this.#failures.length,
      skipped: this.#skipped,
      failures: this.#failures,
    };
  }

  #poll(): void {
    this.#read();
    if (this.#extensionHost !== undefined && !this.#ended && !isAlive(this.#extensionHost)) {
      // What it wrote last may have arrived since.
      this.#read();
      if (!this.#ended) {
        this.#reportDeath('The extension host died');
      }
    }
  }

  #read(): void {
    if (!existsSync(this.#file)) {
      return;
    }
    const text = readFileSync(this.#file, 'utf8');
    const complete = text.lastIndexOf('\n') + 1;
    const fresh = text.slice(this.#consumed, complete);
    this.#consumed = complete;
    for (const line of fresh.split('\n')) {
      if (line !== '') {
        this.#take(JSON.parse(line) as SuiteEvent);
      }
    }
  }

  #take(event: SuiteEvent): void {
    switch (event.kind) {
      case 'started':
        if (this.#total !== undefined) {
          this.#fail({
            title: this.#running ?? '(the whole suite)',
            message: 'The window was reloaded during the run.',
          });
        }
        this.#total = event.total;
        this.#extensionHost = event.pid;
        break;
      case 'running':
        this.#running = event.title;
        return;
      case 'passed':
        this.#passed++;
        this.#running = undefined;
        break;
      case 'skipped':
        this.#skipped++;
        break;
      case 'failed':
        this.#running = undefined;
        this.#fail({ ...event, stack: event.stack && originalStack(event.stack, this.#bundle) });
        return;
      case 'ended':
        this.#ended = true;
        break;
    }
    this.#onEvent(event);
  }

  #fail(failure: TestFailure): void {
    this.#failures.push(failure);
    this.#onEvent({ ...failure, kind: 'failed' });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
