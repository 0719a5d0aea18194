import type { Log, LogFields } from '../../src/core/ports.ts';

/** A log that keeps its lines, so that a test can look for what must not stand in one. */
export class FakeLog implements Log {
  readonly lines: string[] = [];

  trace(event: string, fields?: LogFields): void {
    this.#add('trace', event, fields);
  }

  info(event: string, fields?: LogFields): void {
    this.#add('info', event, fields);
  }

  warn(event: string, fields?: LogFields): void {
    this.#add('warn', event, fields);
  }

  error(event: string, cause: unknown, fields?: LogFields): void {
    this.#add('error', `${event} ${cause}`, fields);
  }

  #add(level: string, event: string, fields: LogFields = {}): void {
    this.lines.push(`${level} ${event} ${JSON.stringify(fields)}`);
  }
}
