/** What core needs from the world. The real ones stand in platform/, the ones of tests in test/fakes/. */

export interface Disposable {
  dispose(): void;
}

export type Listener<T> = (event: T) => void;
export type Event<T> = (listener: Listener<T>) => Disposable;

/** VS Code's SecretStorage, or a fake of it. Keys are storage keys as `ids.ts` names them. */
export interface SecretStore {
  keys(): Promise<readonly string[]>;
  get(key: string): Promise<string | undefined>;
  store(key: string, value: string): Promise<void>;
  delete(key: string): Promise<void>;
  /** Fires in every window of the machine, also in the one that wrote. */
  readonly onDidChange: Event<string>;
}

export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Calls back once at or soon after `time` (ms since the epoch), unless disposed of before. */
  at(time: number, callback: () => void): Disposable;
}

/** Where events go. Fields are ids, codes and counts, never values. */
export interface Log {
  trace(event: string, fields?: LogFields): void;
  info(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields): void;
  error(event: string, cause: unknown, fields?: LogFields): void;
}

export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;

/** Keeps the windows of this machine from doing the same thing at the same time. */
export interface Locks {
  /**
   * Runs an action while no other window or process that asks for the same name does. A lock whose holder has died is broken.
   * @param name any text; nothing secret
   * @param patience how long to wait for it, in ms
   * @param action is given undefined if the lock could not be had in time
   */
  run<T>(name: string, patience: number, action: (held: HeldLock | undefined) => Promise<T>): Promise<T>;
}

export interface HeldLock {
  /** What the holder before left for this one. */
  readonly note?: LockNote;
  /** Leaves a text for those who hold the lock later, whichever process they are; undefined takes away what is there. */
  leave(text: string | undefined): Promise<void>;
  /** Whether it is still held: from a process that stood still for long it may have been taken. */
  isHeld(): Promise<boolean>;
}

export interface LockNote {
  readonly text: string;
  /** When it was left, in ms since the epoch. */
  readonly at: number;
  /** Whether that was before this window started. */
  readonly beforeStart: boolean;
}
